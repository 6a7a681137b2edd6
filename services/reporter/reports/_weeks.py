"""Weeks as officials count them: ISO weeks, Monday 00:00 to Sunday 24:00, Beijing time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.clock import SHANGHAI, to_shanghai
from shared.errors import InputError

_REMEDY = "没有这一周；请写年份和 ISO 周，例如 2026-W47"


@dataclass(frozen=True)
class Week:
    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Week":
        """The week that `moment` lies in."""
        year, number, _ = to_shanghai(moment).isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        """Raises ValueError when the year has no such week."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def name(self) -> str:
        return f"{self.year}-W{self.number:02}"

    @property
    def begins_at(self) -> datetime:
        """Monday 00:00."""
        return datetime.combine(self.monday, datetime.min.time(), SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        """Sunday 24:00, which is Monday 00:00."""
        return datetime.combine(self.monday + timedelta(days=7), datetime.min.time(), SHANGHAI)

    @property
    def chinese(self) -> str:
        return f"{self.year}年第{self.number}周"


def parse_week(text: str) -> Week:
    """The week `2026-W47`. Raises InputError for one that does not exist."""
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", text.strip(), re.ASCII)
    if not match:
        raise InputError(text, _REMEDY)
    week = Week(int(match[1]), int(match[2]))
    try:
        date.fromisocalendar(week.year, week.number, 7)
    except ValueError:
        raise InputError(text, _REMEDY) from None
    return week
