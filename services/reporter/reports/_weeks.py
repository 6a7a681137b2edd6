"""Weeks as officials count them: ISO weeks, Monday 00:00 to Sunday 24:00, Beijing time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.clock import SHANGHAI, to_shanghai
from shared.errors import InputError

_REMEDY = "no such week; write year and ISO week, for example 2026-W47"


@dataclass(frozen=True)
class Week:
    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Week":
        """The week that `moment` lies in."""
        year, number, _ = to_shanghai(moment).isocalendar()
        return cls(year, number)

    @classmethod
    def closed_by(cls, cut_off: datetime) -> "Week":
        """The week that a cut-off belongs to: Monday 00:00 ends the week before."""
        return cls.of(cut_off - timedelta(microseconds=1))

    @property
    def monday(self) -> date:
        """Raises ValueError when the year has no such week."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def ends_at(self) -> datetime:
        """Sunday 24:00, which is Monday 00:00."""
        return datetime.combine(self.monday + timedelta(days=7), datetime.min.time(), SHANGHAI)

    @property
    def chinese(self) -> str:
        return f"{self.year}年第{self.number}周"


def week_of(moment: datetime) -> str:
    """`2026-W47`."""
    week = Week.of(moment)
    return f"{week.year}-W{week.number:02}"


def week_cut_off(week: str, now: datetime) -> datetime:
    """The moment up to which the list of `week` (`2026-W47`) counts: its end, or `now` while it is not over.

    Raises InputError for a week that does not exist or has not begun.
    """
    wanted = _parsed(week)
    if to_shanghai(now).date() < wanted.monday:
        raise InputError(week, f"this week begins on {wanted.monday.isoformat()}; choose one that has begun")
    return min(wanted.ends_at, now)


def _parsed(text: str) -> Week:
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", text.strip(), re.ASCII)
    if not match:
        raise InputError(text, _REMEDY)
    week = Week(int(match[1]), int(match[2]))
    try:
        date.fromisocalendar(week.year, week.number, 7)
    except ValueError:
        raise InputError(text, _REMEDY) from None
    return week
