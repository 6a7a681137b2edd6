"""Time: stored in UTC, judged and shown in Asia/Shanghai. Everything but the wiring gets `now` passed in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

FUTURE_TOLERANCE = timedelta(minutes=10)
"""Clocks differ: a time this little ahead of now is still meant as now; what lies further ahead is no evidence."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current moment, timezone-aware UTC. Only wiring passes it on."""
    return datetime.now(UTC)


def to_shanghai(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


def chinese_time(moment: datetime) -> str:
    """`2026-11-21 08:30`, Beijing time, as officials write it."""
    return to_shanghai(moment).strftime("%Y-%m-%d %H:%M")
