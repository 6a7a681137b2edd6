"""Which looks are kept, in sentences."""

from datetime import datetime, timedelta

import pytest

from services.collector.worth import Circumstances, Walls, Why, reasons_to_keep
from shared.events import Outcome
from tests.builders import NOW, days

ORDINARY = Circumstances(at=NOW, outcome=Outcome.OK, last_at=NOW - timedelta(minutes=30))


def but(**changes: object) -> tuple[Why, ...]:
    return reasons_to_keep(Circumstances(**{**vars(ORDINARY), **changes}))


def test_a_look_that_shows_nothing_new_is_not_kept() -> None:
    assert reasons_to_keep(ORDINARY) == ()


def test_a_look_with_news_is_kept() -> None:
    assert but(has_news=True) == (Why.NEWS,)


def test_the_first_look_ever_is_kept() -> None:
    assert but(last_at=None) == (Why.FIRST_TODAY,)


def test_the_first_look_of_a_beijing_day_is_kept_and_not_of_a_utc_day() -> None:
    midnight = datetime.fromisoformat("2026-11-28T16:00:00+00:00")
    assert but(at=midnight, last_at=midnight - timedelta(minutes=1)) == (Why.FIRST_TODAY,)
    noon = datetime.fromisoformat("2026-11-28T00:00:00+00:00")
    assert but(at=noon, last_at=noon - timedelta(minutes=1)) == ()


@pytest.mark.parametrize("outcome", [one for one in Outcome if not one.is_evidence])
def test_a_look_that_could_not_see_is_kept(outcome: Outcome) -> None:
    assert but(outcome=outcome) == (Why.FAILED,)


def test_the_first_look_after_a_deadline_is_kept_and_the_next_is_not() -> None:
    posted = NOW - days(14) - timedelta(minutes=10)
    assert but(newest_post_at=posted, deadline_days=(7, 10, 14)) == (Why.DEADLINE,)
    assert but(newest_post_at=posted, deadline_days=(7, 10, 14), last_at=NOW - timedelta(minutes=5)) == ()
    assert but(newest_post_at=posted + days(1), deadline_days=(7, 10, 14)) == ()


def test_a_look_at_the_very_moment_of_the_deadline_is_kept() -> None:
    assert but(newest_post_at=NOW - days(7), deadline_days=(7,)) == (Why.DEADLINE,)


def test_a_look_that_a_finding_asked_for_is_kept() -> None:
    assert but(is_asked=True) == (Why.ASKED,)


def test_several_reasons_are_all_told() -> None:
    assert but(has_news=True, last_at=None, is_asked=True) == (Why.NEWS, Why.FIRST_TODAY, Why.ASKED)


def test_one_wall_is_photographed_once_a_day_for_each_account_and_kind() -> None:
    walls = Walls()
    assert walls.is_new("weibo/1", Outcome.BLOCKED, NOW)
    assert not walls.is_new("weibo/1", Outcome.BLOCKED, NOW + timedelta(minutes=1))
    assert walls.is_new("weibo/1", Outcome.LOGIN_WALL, NOW)
    assert walls.is_new("weibo/2", Outcome.BLOCKED, NOW)
    assert walls.is_new("weibo/1", Outcome.BLOCKED, NOW + days(1))
