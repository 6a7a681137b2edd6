"""The schedule is arithmetic; these are its promises."""

from datetime import datetime, timedelta

import pytest

from services.collector.pace import LONGEST, LONGEST_AFTER_FAILURE, SHORTEST, next_look, pause_after
from tests.builders import NOW, days

LADDER = (7, 10, 12, 13, 14, 90)


def look(
    posts_per_day: float | None = None, newest: datetime | None = None, failures: int = 0, jitter: float = 0
) -> timedelta:
    moment = next_look(
        NOW,
        posts_per_day=posts_per_day,
        newest_post_at=newest,
        failures=failures,
        deadline_days=LADDER,
        jitter=jitter,
    )
    return moment - NOW


def test_a_busy_account_is_looked_at_more_often_than_a_quiet_one_within_bounds() -> None:
    assert look(100) == SHORTEST
    assert look(2) == timedelta(hours=3)
    assert look(0.01) == LONGEST
    assert look(0) == LONGEST


def test_a_look_falls_just_past_the_red_line() -> None:
    newest = NOW - days(14) + timedelta(minutes=7)
    assert look(0.1, newest) == timedelta(minutes=7, seconds=5)


def test_a_passed_line_does_not_hurry_anybody() -> None:
    assert look(0.1, NOW - days(15)) == LONGEST


@pytest.mark.parametrize("failures", range(1, 12))
def test_failures_make_looks_rarer_but_never_rarer_than_twice_a_day(failures: int) -> None:
    assert look(2, failures=failures) == min(timedelta(hours=3) * 2**failures, LONGEST_AFTER_FAILURE)


def test_jitter_spreads_by_a_tenth() -> None:
    assert look(2, jitter=1) == timedelta(hours=3.3)
    assert look(2, jitter=-1) == timedelta(hours=2.7)


def test_a_blocking_platform_rests_twice_as_long_each_time_and_its_own_wish_is_obeyed() -> None:
    minute = timedelta(minutes=1)
    assert [pause_after(blocks, minute, timedelta()) for blocks in (1, 2, 3, 40)] == [
        minute,
        2 * minute,
        4 * minute,
        LONGEST,
    ]
    assert pause_after(1, minute, timedelta(hours=9)) == timedelta(hours=9)
