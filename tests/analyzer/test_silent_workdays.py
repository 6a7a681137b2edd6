"""More than seven working days: holidays and make-up days are the State Council's, as far as they are known."""

from datetime import date, datetime

import pytest

from services.analyzer.objection import Objection
from services.analyzer.rules.silent_workdays import SilentWorkdays
from services.analyzer.workdays import workdays_after
from shared.clock import SHANGHAI
from shared.events import Outcome, Severity
from tests.analyzer.histories import a_history
from tests.builders import a_post, a_probe


def asked(published: datetime, looked: datetime) -> list[Objection]:
    post = a_post(published_at=published, observed_at=published)
    probe = a_probe(looked, newest_post_at=published, post_ids=(post.id,))
    return list(SilentWorkdays().check_probe(probe, a_history(posts=(post,))))


def beijing(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("published", "last_quiet", "first_told"),
    [
        # Thursday; the eighth working day after it is Tuesday the 17th.
        (beijing(2026, 11, 5), beijing(2026, 11, 16, 23), beijing(2026, 11, 17, 0)),
        # National Day 2025 (1 to 8 October), 28 September and 11 October worked.
        (beijing(2025, 9, 26), beijing(2025, 10, 13, 23), beijing(2025, 10, 14, 0)),
    ],
)
def test_the_eighth_working_day_tells(published: datetime, last_quiet: datetime, first_told: datetime) -> None:
    assert asked(published, last_quiet) == []
    (objection,) = asked(published, first_told)
    assert "已超过7个工作日未更新" in objection.sentence
    assert objection.severity is None


@pytest.mark.fault(26)
def test_a_year_whose_holidays_are_unknown_is_said_and_only_reminds() -> None:
    (objection,) = asked(beijing(2039, 1, 3), beijing(2039, 1, 31))
    assert "节假日安排尚无数据" in objection.sentence
    assert objection.severity is Severity.REMINDER
    assert objection.confirm


def test_weekdays_stand_for_working_days_where_no_holiday_is_known() -> None:
    assert workdays_after(date(2039, 1, 3), date(2039, 1, 10), 99) == (5, False)
    assert workdays_after(date(2026, 11, 20), date(2026, 11, 22), 99) == (0, True)


def test_counting_stops_where_no_more_matters() -> None:
    assert workdays_after(date(1990, 1, 1), date(2026, 1, 1), 8).number == 8


def test_a_failed_look_accuses_nobody() -> None:
    published = beijing(2026, 10, 1)
    post = a_post(published_at=published, observed_at=published)
    probe = a_probe(beijing(2026, 11, 20), Outcome.BLOCKED)
    assert list(SilentWorkdays().check_probe(probe, a_history(posts=(post,)))) == []
