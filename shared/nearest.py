"""The right name for a misspelt one."""

import difflib
from collections.abc import Iterable

_MOST = 30


def advice(name: str, known: Iterable[str]) -> str:
    """`是不是 rulebook？` or, where nothing is near, what there is. More may be said after it."""
    names = list(known)
    folded = {one.casefold(): one for one in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, 1, 0.6)
    if near:
        return f"是不是 {folded[near[0]]}？"
    return f"可写的有：{'、'.join(names[:_MOST])}{'等' if len(names) > _MOST else ''}；"
