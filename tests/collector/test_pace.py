"""The schedule is arithmetic; these are its promises."""

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collector.pace import LONGEST, LONGEST_AFTER_FAILURE, LONGEST_PAUSE, SHORTEST, next_visit, pause_after
from tests.builders import NOW, days

LADDER = (7, 10, 12, 13, 14, 90)


def wait(
    posts_per_day: float | None = None, newest: datetime | None = None, failures: int = 0, jitter: float = 0
) -> timedelta:
    moment = next_visit(
        NOW,
        posts_per_day=posts_per_day,
        newest_post_at=newest,
        failures=failures,
        deadline_days=LADDER,
        jitter=jitter,
    )
    return moment - NOW


def test_a_busy_account_is_visited_more_often_than_a_quiet_one_within_bounds() -> None:
    assert wait(100) == SHORTEST
    assert wait(2) == timedelta(hours=3)
    assert wait(0.01) == LONGEST
    assert wait(0) == LONGEST


def test_a_visit_falls_just_past_the_red_line() -> None:
    newest = NOW - days(14) + timedelta(minutes=7)
    assert wait(0.1, newest) == timedelta(minutes=7, seconds=5)


def test_a_passed_line_does_not_hurry_anybody() -> None:
    assert wait(0.1, NOW - days(15)) == LONGEST


@pytest.mark.parametrize("failures", range(1, 12))
def test_failures_make_visits_rarer_but_never_rarer_than_twice_a_day(failures: int) -> None:
    assert wait(2, failures=failures) == min(timedelta(hours=3) * 2**failures, LONGEST_AFTER_FAILURE)


def test_jitter_spreads_by_a_tenth() -> None:
    assert wait(2, jitter=1) == timedelta(hours=3.3)
    assert wait(2, jitter=-1) == timedelta(hours=2.7)


def test_a_blocking_platform_rests_twice_as_long_each_time_and_its_own_wish_is_obeyed() -> None:
    minute = timedelta(minutes=1)
    assert [pause_after(blocks, 60, 0) for blocks in (1, 2, 3, 40, 10**9)] == [
        minute,
        2 * minute,
        4 * minute,
        LONGEST,
        LONGEST,
    ]
    assert pause_after(1, 60, 9 * 3600) == timedelta(hours=9)


def test_a_platform_that_wishes_for_a_lifetime_is_asked_again_the_next_day() -> None:
    assert pause_after(1, 60, 1e20) == LONGEST_PAUSE


@pytest.mark.parametrize("rhythm", [math.inf, 1e308, 5e307, -math.inf, math.nan, 5e-324])
def test_an_absurd_rhythm_is_within_bounds(rhythm: float) -> None:
    assert SHORTEST <= wait(rhythm) <= LONGEST


@given(
    posts_per_day=st.none() | st.floats(),
    newest=st.none() | st.timedeltas(timedelta(days=-9_000), timedelta(days=9_000)),
    failures=st.integers(-1, 10**9),
    jitter=st.floats(),
    deadlines=st.lists(st.integers()),
)
def test_no_row_however_absurd_stops_the_schedule(
    posts_per_day: float | None, newest: timedelta | None, failures: int, jitter: float, deadlines: list[int]
) -> None:
    moment = next_visit(
        NOW,
        posts_per_day=posts_per_day,
        newest_post_at=NOW + newest if newest is not None else None,
        failures=failures,
        deadline_days=deadlines,
        jitter=jitter,
    )
    assert NOW < moment <= NOW + LONGEST_AFTER_FAILURE


@given(st.integers(0, 10**9), st.floats(), st.floats())
def test_no_wish_and_no_option_stops_a_platform_for_more_than_a_day(
    blocks: int, cool_down_seconds: float, wish_seconds: float
) -> None:
    assert timedelta() <= pause_after(blocks, cool_down_seconds, wish_seconds) <= LONGEST_PAUSE
