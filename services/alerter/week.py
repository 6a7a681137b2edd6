"""Weeks as officials count them: ISO weeks, Monday 00:00 to Sunday 24:00, Beijing time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.clock import SHANGHAI, to_shanghai
from shared.errors import InputError


@dataclass(frozen=True)
class Week:
    year: int
    number: int

    @property
    def monday(self) -> date:
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


def week_of(cut_off: datetime) -> Week:
    """The week that a cut-off closes: Monday 00:00 still belongs to the week before."""
    year, number, _ = to_shanghai(cut_off - timedelta(microseconds=1)).isocalendar()
    return Week(year, number)


def week_cut_off(week: str, now: datetime) -> datetime:
    """The moment up to which the list of `week` (`2026-W47`) counts: its end, or `now` while it is not over.

    Raises InputError for a week that does not exist or has not begun.
    """
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", week.strip())
    try:
        wanted = Week(int(match[1]), int(match[2])) if match else None
        monday = wanted.monday if wanted else None
    except ValueError:
        wanted = monday = None
    if wanted is None or monday is None:
        raise InputError(week, "no such week; write year and ISO week, for example 2026-W47")
    if to_shanghai(now).date() < monday:
        raise InputError(week, f"this week begins on {monday.isoformat()}; choose one that has begun")
    return min(wanted.ends_at, now)
