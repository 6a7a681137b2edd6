"""ISO weeks in Beijing time, and which of them are due."""

from datetime import UTC, datetime, timedelta

import pytest

from services.reporter.calendar import MOST_MISSED, due_periods
from services.reporter.reports.weekly import Weekly
from shared.clock import SHANGHAI, chinese_time
from shared.errors import InputError
from tests.builders import NOW, days

WEEKLY = Weekly()
LONG_AGO = NOW - days(1000)


def beijing(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def due(now: datetime, began_at: datetime = LONG_AGO) -> list[str]:
    return [period.name for period in due_periods(WEEKLY, began_at, now)]


def test_a_week_goes_from_monday_to_monday() -> None:
    week = WEEKLY.named("2026-W46")
    assert (chinese_time(week.begins_at), chinese_time(week.ends_at)) == ("2026-11-09 00:00", "2026-11-16 00:00")


def test_a_past_week_is_cut_off_at_its_end_and_the_running_one_now() -> None:
    assert WEEKLY.named("2026-W46").cut_off(NOW) == beijing(16)
    assert WEEKLY.period(NOW).cut_off(NOW) == NOW


def test_monday_midnight_in_beijing_opens_the_next_week() -> None:
    end = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert WEEKLY.period(end).name == "2026-W48"
    assert WEEKLY.period(end - timedelta(microseconds=1)) == WEEKLY.named("2026-W47")


@pytest.mark.fault(24)
def test_new_year_lies_in_week_53_of_2026() -> None:
    assert WEEKLY.period(datetime(2027, 1, 1, 4, tzinfo=UTC)).name == "2026-W53"


@pytest.mark.parametrize(
    "week", ["2026-W00", "2026-W54", "2025-W53", "W47", "2026-47", "", "2026-W4x", "0000-W01", "２０２６-W46"]
)
def test_a_week_that_does_not_exist_is_refused(week: str) -> None:
    with pytest.raises(InputError):
        WEEKLY.named(week)


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (beijing(23, 8, 46), "2026-W46"),
        (beijing(23, 8, 47), "2026-W47"),
        (beijing(29, 23, 59), "2026-W47"),
        (beijing(30, 8, 47), "2026-W48"),
    ],
)
def test_a_week_is_due_on_the_monday_after_it(now: datetime, newest: str) -> None:
    assert due(now)[-1] == newest


def test_the_hour_can_be_set() -> None:
    early = Weekly(on_monday_at="07:05")
    assert early.schedule(early.named("2026-W47")) == beijing(23, 7, 5)


def test_missed_weeks_are_due_oldest_first_and_not_without_end() -> None:
    weeks = due(beijing(23, 9))
    assert weeks == sorted(weeks)
    assert len(weeks) == MOST_MISSED


def test_no_week_that_was_over_before_the_ledger_began_is_due() -> None:
    assert due(beijing(23, 9), began_at=beijing(10)) == ["2026-W46", "2026-W47"]
    assert due(beijing(23, 9), began_at=beijing(23, 7)) == []


def test_under_a_clock_put_back_before_the_ledger_nothing_is_due() -> None:
    assert due(beijing(23, 9) - days(4000)) == []
