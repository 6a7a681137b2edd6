"""Working days of mainland China: the published holidays and make-up days, as far as they are known."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple


class Workdays(NamedTuple):
    """`is_exact` is false where some day had to be judged by its weekday, its year's holidays being unknown."""

    number: int
    is_exact: bool


def workdays_after(start: date, end: date, most: int) -> Workdays:
    """Working days after `start` up to and including `end`, Beijing calendar dates, counted no further than `most`."""
    number, is_exact, day = 0, True, start
    while day < end and number < most:
        day += timedelta(days=1)
        works, is_known = _is_workday(day)
        number += works
        is_exact = is_exact and is_known
    return Workdays(number, is_exact)


@lru_cache(maxsize=4096)
def _is_workday(day: date) -> tuple[bool, bool]:
    import chinese_calendar  # noqa: PLC0415  # its tables take long to load, and no text asks for them

    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False
