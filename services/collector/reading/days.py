"""Days of Beijing as moments: what names a day and no hour."""

from datetime import date, datetime, time, timedelta

from shared.clock import SHANGHAI, to_shanghai
from shared.fact import utc

FIGURES_AFTER = timedelta(hours=8)
"""WeChat has yesterday's figures from about 08:00 on."""


def start_of(day: date) -> datetime:
    return utc(datetime.combine(day, time(), SHANGHAI))


def end_of(day: date) -> datetime:
    """The beginning of the next."""
    return start_of(day + timedelta(days=1))


def last_second(day: date) -> datetime:
    """When something of that day was published at the latest: silence never counts from too early."""
    return end_of(day) - timedelta(seconds=1)


def last_whole_day(now: datetime) -> date:
    """The newest day whose figures are there."""
    return to_shanghai(now - FIGURES_AFTER).date() - timedelta(days=1)
