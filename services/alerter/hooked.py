"""What Alertmanager said since the operators were last told: each alert once, none as holding that is over. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.delivery import Notice

HOOK, HOOK_OVER = "hook", "hook_over"
"""What Prometheus says of this system, and that it is over."""
GROUP_CHARACTERS = 16
"""Of a notice's subject: the same for all notifications of one group."""
OVER = "〔已恢复〕"
_LEFT = re.compile(r"另有(\d+)条")
_SINCE = "起）"


@dataclass(frozen=True)
class Hooked:
    """Lines of what still holds and of what is over, and how many alerts those are, with those left out."""

    holding: tuple[str, ...]
    over: tuple[str, ...]
    holding_count: int
    over_count: int


def put_together(notices: Sequence[Notice]) -> Hooked:
    told = sorted((one for one in notices if one.kind in (HOOK, HOOK_OVER)), key=lambda one: one.since)
    kept = [one for place, one in enumerate(told) if not any(_covers(later, one) for later in told[place + 1 :])]
    holding = tuple(one.text for one in kept if one.kind == HOOK)
    over = tuple(one.text for one in kept if one.kind == HOOK_OVER)
    over_within = sum(line.startswith(OVER) for text in holding for line in text.splitlines())
    return Hooked(holding, over, sum(map(_alerts, holding)) - over_within, sum(map(_alerts, over)) + over_within)


def _covers(later: Notice, earlier: Notice) -> bool:
    """True when whoever reads the later one of a group misses nothing of the earlier one."""
    if later.subject[:GROUP_CHARACTERS] != earlier.subject[:GROUP_CHARACTERS]:
        return False
    said = later.text.splitlines()
    over = {line.removeprefix(OVER) for line in said if line.startswith(OVER)}
    left = max(map(_left, said), default=0)
    return all(
        line in said or (_left(line) <= left if _left(line) else _is_over(line, over))
        for line in earlier.text.splitlines()
    )


def _is_over(line: str, over: set[str]) -> bool:
    """Of the same words and the same beginning, behind the level."""
    _, _, rest = line.partition("〕")
    ends = (found.end() for found in re.finditer(_SINCE, rest))
    return any(rest[:end] in over for end in ends)


def _alerts(text: str) -> int:
    return sum(_left(line) or 1 for line in text.splitlines())


def _left(line: str) -> int:
    """How many a line stands for that are not told one by one; 0: it is one alert's."""
    found = _LEFT.match(line)
    return int(found[1]) if found else 0
