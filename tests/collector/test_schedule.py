"""The schedule is arithmetic; these are its promises."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collector.rhythm import Rhythm
from services.collector.schedule import (
    LINES_KEPT,
    LONGEST,
    LONGEST_AFTER_FAILURE,
    NEVER_QUIET,
    SHORTEST,
    Planned,
    Quiet,
    looks_per_day,
    next_visit,
    served_per_day,
    stretch_of,
)
from shared.storage.visits import LONGEST_PLAN
from tests.builders import NOW, days
from tests.collector.test_learned_rhythm import daily, shown

LADDER = (7, 10, 12, 13, 14, 90)
SILENT = Rhythm().learned(shown([NOW - days(120)]), NOW)
DAILY = Rhythm().learned(daily(16, 20, minute=5), NOW)
BUSY = Rhythm().learned(shown(NOW - timedelta(minutes=97 * n) for n in range(60)), NOW)
NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


def plan(rhythm: Rhythm, now: datetime = NOW, **given: object) -> Planned:
    asked: dict[str, object] = {"newest_post_at": None, "failures": 0, "deadline_days": LADDER, "jitter": 0.0}
    return next_visit(now, rhythm=rhythm, **(asked | given))  # type: ignore[arg-type]


def wait(rhythm: Rhythm, now: datetime = NOW, **given: object) -> timedelta:
    return plan(rhythm, now, **given).at - now


def looks_from(rhythm: Rhythm, now: datetime, hours: int, quiet: Quiet = NEVER_QUIET) -> list[datetime]:
    looks = [now]
    while looks[-1] < now + timedelta(hours=hours):
        looks.append(plan(rhythm, looks[-1], quiet=quiet).at)
    return looks[1:-1]


def test_a_busy_account_is_visited_more_often_than_a_quiet_one_within_bounds() -> None:
    assert SHORTEST <= wait(BUSY, NOON) < wait(Rhythm(), NOON) < wait(SILENT, NOON) <= LONGEST


def test_four_times_the_rate_is_twice_the_looks() -> None:
    assert looks_per_day(8) == pytest.approx(2 * looks_per_day(2))
    assert looks_per_day(0) == timedelta(days=1) / LONGEST
    assert looks_per_day(math.inf) == timedelta(days=1) / SHORTEST


def test_a_look_falls_shortly_after_the_habitual_minute() -> None:
    """It posts at 16:05 Beijing time, 08:05 UTC."""
    day = datetime(2026, 11, 19, tzinfo=UTC)
    looks = looks_from(DAILY, day, 24)
    habit = day + timedelta(hours=8, minutes=5)
    assert min(look - habit for look in looks if look >= habit) <= timedelta(minutes=30)


def test_nights_are_quiet_unless_the_account_posts_at_night() -> None:
    evening = datetime(2026, 11, 19, 15, tzinfo=UTC)
    nightly = Rhythm().learned(daily(2, 20), NOW)
    unshown = replace(BUSY, exact=(), rough=BUSY.exact)
    assert len(looks_from(unshown, evening, 7, Quiet())) < len(looks_from(unshown, evening, 7))
    assert looks_from(BUSY, evening, 7, Quiet()) == looks_from(BUSY, evening, 7)
    assert looks_from(nightly, evening, 7, Quiet()) != []


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    assert [hour for hour in range(24) if Quiet(12, 14).covers(hour)] == [12, 13]
    assert [hour for hour in range(24) if Quiet().covers(hour)] == [0, 1, 2, 3, 4, 5, 23]
    assert not any(NEVER_QUIET.covers(hour) for hour in range(24))


def test_a_visit_falls_just_past_the_red_line_and_is_marked_so() -> None:
    newest = NOW - days(14) + timedelta(minutes=7)
    assert plan(SILENT, newest_post_at=newest) == Planned(NOW + timedelta(minutes=7, seconds=5), at_line=True)


def test_a_line_at_night_is_kept() -> None:
    night = datetime(2026, 11, 19, 18, tzinfo=UTC)
    newest = night - days(14) + timedelta(minutes=7)
    assert wait(SILENT, night, newest_post_at=newest, quiet=Quiet()) == timedelta(minutes=7, seconds=5)


def test_a_passed_line_does_not_hurry_anybody() -> None:
    assert wait(SILENT, newest_post_at=NOW - days(15)) == wait(SILENT)


@pytest.mark.parametrize("failures", [1, LINES_KEPT])
def test_a_look_at_a_line_that_proved_nothing_is_made_again_within_the_hour(failures: int) -> None:
    newest = NOW - days(14) - timedelta(minutes=1)
    assert wait(SILENT, newest_post_at=newest, failures=failures) <= timedelta(minutes=15)


def test_an_account_that_keeps_failing_is_not_hurried_by_lines() -> None:
    newest = NOW - days(14) + timedelta(minutes=7)
    assert wait(SILENT, newest_post_at=newest, failures=LINES_KEPT + 1) == LONGEST_AFTER_FAILURE


@pytest.mark.parametrize("jitter", [-1, 0, 1])
def test_who_is_said_to_be_no_more_is_looked_at_again_after_half_an_hour_and_within_the_hour(jitter: float) -> None:
    again = wait(SILENT, failures=1, says_gone=True, jitter=jitter)
    assert timedelta(minutes=31) < again < timedelta(hours=1)


def test_who_stays_no_more_is_looked_at_ever_more_rarely() -> None:
    assert wait(SILENT, failures=LINES_KEPT + 1, says_gone=True) == LONGEST_AFTER_FAILURE


@given(st.timedeltas(days(-20), days(1)), st.sampled_from([SILENT, DAILY, BUSY, Rhythm()]))
def test_more_failures_never_bring_a_visit_sooner(newest: timedelta, rhythm: Rhythm) -> None:
    waits = [wait(rhythm, newest_post_at=NOW + newest, failures=failures) for failures in range(1, 14)]
    assert all(sooner <= later for sooner, later in pairwise(waits))
    assert waits[-1] <= LONGEST_AFTER_FAILURE


def test_jitter_spreads_by_a_tenth() -> None:
    assert wait(DAILY, jitter=1) / wait(DAILY) == pytest.approx(1.1)
    assert wait(DAILY, jitter=-1) / wait(DAILY) == pytest.approx(0.9)


def test_what_the_pace_cannot_serve_stretches_everybody_alike_and_no_line() -> None:
    assert stretch_of(served_per_day(8) / 2, 8) == 1
    assert stretch_of(served_per_day(8) * 1.8, 8) == pytest.approx(2)
    # At an even rate; with hours, the longer wait reaches into other hours.
    even = replace(BUSY, exact=(), rough=BUSY.exact)
    assert 1.5 < wait(even, NOON, stretch=2) / wait(even, NOON) < 2.5
    newest = NOW - days(14) + timedelta(minutes=7)
    assert wait(SILENT, newest_post_at=newest, stretch=1e9) == timedelta(minutes=7, seconds=5)


def moments() -> st.SearchStrategy[datetime]:
    return st.timedeltas(days(-9_000), days(300_000)).map(lambda away: NOW + away)


@given(
    now=moments(),
    times=st.lists(moments(), max_size=80),
    newest=st.none() | st.timedeltas(timedelta(days=-9_000), timedelta(days=9_000)),
    failures=st.integers(-1, 10**9),
    jitter=st.floats(),
    deadlines=st.lists(st.integers()),
    stretch=st.floats(),
    quiet=st.builds(Quiet, st.integers(0, 23), st.integers(0, 23)),
)
def test_no_row_and_no_clock_however_absurd_stops_the_schedule(
    now: datetime,
    times: list[datetime],
    newest: timedelta | None,
    failures: int,
    jitter: float,
    deadlines: list[int],
    stretch: float,
    quiet: Quiet,
) -> None:
    found = next_visit(
        now,
        rhythm=Rhythm().learned(shown(times), datetime(2026, 1, 1, tzinfo=UTC)),
        newest_post_at=now + newest if newest is not None else None,
        failures=failures,
        deadline_days=deadlines,
        jitter=jitter,
        stretch=stretch,
        quiet=quiet,
    )
    assert now < found.at <= now + LONGEST_PLAN


@given(st.timedeltas(days(-100), days(0)), st.sampled_from([SILENT, DAILY, BUSY, Rhythm()]), st.floats(1, 50))
def test_no_visit_is_planned_past_a_line_that_nobody_looked_at(
    newest: timedelta, rhythm: Rhythm, stretch: float
) -> None:
    found = plan(rhythm, newest_post_at=NOW + newest, stretch=stretch)
    lines = [NOW + newest + days(number) for number in LADDER]
    assert not any(NOW < line < found.at - timedelta(seconds=5) for line in lines)
