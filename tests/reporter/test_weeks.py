"""ISO weeks in Beijing time."""

from datetime import UTC, datetime

import pytest

from services.reporter.weeks import Week, week_cut_off, week_of
from shared.clock import chinese_time
from shared.errors import InputError
from tests.builders import NOW, days


def test_a_past_week_is_cut_off_at_its_end() -> None:
    assert chinese_time(week_cut_off("2026-W46", NOW)) == "2026-11-16 00:00"


def test_the_running_week_is_cut_off_now() -> None:
    assert week_cut_off("2026-W47", NOW) == NOW


def test_monday_midnight_in_beijing_closes_the_week_before_and_opens_the_next() -> None:
    end = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert Week.closed_by(end) == Week(2026, 47)
    assert week_of(end) == "2026-W48"
    assert Week.closed_by(week_cut_off("2026-W47", NOW + days(30))) == Week(2026, 47)


def test_new_year_lies_in_week_53_of_2026() -> None:
    assert week_of(datetime(2027, 1, 1, 4, tzinfo=UTC)) == "2026-W53"


def test_the_present_week_by_name_is_cut_off_now() -> None:
    assert week_cut_off(week_of(NOW), NOW) == NOW


@pytest.mark.parametrize(
    "week",
    ["2026-W00", "2026-W54", "2025-W53", "W47", "2026-47", "", "2026-W4x", "0000-W01", "２０２６-W46", "2026-W48"],
)
def test_a_week_that_does_not_exist_or_has_not_begun_is_refused(week: str) -> None:
    with pytest.raises(InputError):
        week_cut_off(week, NOW)
