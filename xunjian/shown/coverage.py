"""In which stretches of time an account was really seen, in one line."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.stretches import LOOKED_APART, Seen, Stretch, holes, named

SHOWN_DAYS = 30
_A_WHILE = timedelta(hours=1)
"""A shorter hole is not worth a word."""


def coverage_line(seen: Mapping[Seen, Sequence[Stretch]], now: datetime) -> str:
    """Of the last 30 days up to the last look that proved the list; Beijing dates."""
    looked, listed = seen[Seen.LOOKED], seen[Seen.LISTED]
    if not looked:
        return "近30天看到的时段：没有（尚无一次核查证明过列表）"
    asked = Stretch(now - timedelta(days=SHOWN_DAYS), now)
    lacking = [one for one in holes(listed, asked) if one.until - one.since >= _A_WHILE]
    shown = f"缺{named(lacking)}" if lacking else "全部"
    blind = holes(looked, Stretch(max(asked.since, looked[0].since), now))
    blind = [one for one in blind if one.until - one.since > LOOKED_APART]
    later = "（其间发布后又删除的看不到）"
    return f"近30天看到的时段：{shown}" + (f"；{named(blind)}没有核查成功{later}" if blind else "")


def covered(seen: Mapping[Seen, Sequence[Stretch]]) -> dict[str, list[list[str]]]:
    """For programs: times in UTC."""
    return {
        str(kind): [[one.since.isoformat(), one.until.isoformat()] for one in stretches]
        for kind, stretches in seen.items()
    }
