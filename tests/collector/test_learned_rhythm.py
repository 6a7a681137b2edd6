"""What an account's own posts tell of when it posts, kept in one small text."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collector.capture import ShownPost
from services.collector.rhythm import BINS, MOST, Rhythm, read_rhythm
from tests.builders import NOW, days


def shown(times: Iterable[datetime], **fields: object) -> list[ShownPost]:
    posts = enumerate(times)
    return [ShownPost.model_validate({"id": str(n), "published_at": time} | fields) for n, time in posts]


def daily(hour: int, count: int, minute: int = 0, now: datetime = NOW) -> list[ShownPost]:
    """One post a day at this Beijing time, the newest of them before `now`."""
    clock = now.replace(hour=(hour - 8) % 24, minute=minute) - days(1)
    return shown(clock - days(n) for n in range(count))


def test_an_account_of_which_nothing_is_known_posts_in_office_hours() -> None:
    hours = Rhythm().hours
    assert max(hours) == hours[10 * 6]
    assert fmean(hours) == pytest.approx(1)


def test_an_account_that_posts_at_one_clock_time_is_expected_then() -> None:
    hours = Rhythm().learned(daily(21, 20, minute=30), NOW).hours
    assert hours.index(max(hours)) == (21 * 60 + 30) // 10
    assert hours[21 * 6 + 3] > 10 * hours[10 * 6]


def test_what_comes_each_workday_is_not_expected_on_sunday() -> None:
    posts = [post for post in daily(9, 60) if (post.published_at or NOW).weekday() < 5]
    working, weekend = Rhythm().learned(posts, NOW).weekdays
    assert working > 4 * weekend


def test_a_rate_follows_what_was_seen_and_fades_in_silence() -> None:
    often, rarely = Rhythm().learned(daily(9, 20), NOW), Rhythm().learned(shown([NOW - days(40)]), NOW)
    assert often.posts_per_day(NOW) == pytest.approx(1, abs=0.1)
    assert rarely.posts_per_day(NOW) < 0.05
    assert often.posts_per_day(NOW + days(30)) < often.posts_per_day(NOW) / 1.5


def test_five_hundred_posts_in_one_minute_are_one_push() -> None:
    burst = Rhythm().learned(shown([NOW - days(1)] * 500), NOW)
    assert len(burst.exact) == 1


def test_a_pinned_post_of_old_does_not_say_that_the_list_goes_so_far_back() -> None:
    pinned = shown([NOW - days(100)], pinned=True)
    assert Rhythm().learned([*pinned, *daily(9, 5)], NOW).posts_per_day(NOW) > 0.7


def test_a_time_told_roughly_counts_and_says_nothing_of_the_hour() -> None:
    rough = Rhythm().learned(shown((NOW - days(n) for n in range(1, 11)), approximate=True), NOW)
    assert rough.posts_per_day(NOW) > 0.7
    assert rough.hours == Rhythm().hours


@pytest.mark.parametrize("posts", [[], [ShownPost(id="undated")], shown([NOW + days(3), NOW + days(900)])])
def test_posts_without_a_time_and_posts_to_come_leave_the_rate_to_fall(posts: list[ShownPost]) -> None:
    rhythm = Rhythm().learned(posts, NOW)
    assert rhythm.exact == ()
    assert rhythm.posts_per_day(NOW + days(30)) < 0.05


def test_the_new_year_and_the_first_day_of_daylight_saving_elsewhere_change_nothing() -> None:
    for night in (datetime(2026, 12, 31, 16, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)):
        hours = Rhythm().learned(daily(8, 30, now=night), night).hours
        assert hours.index(max(hours)) == 8 * 6


def test_what_was_learned_under_a_clock_that_ran_ahead_is_forgotten_when_it_is_right() -> None:
    ahead = Rhythm().learned(shown([NOW + days(300)]), NOW + days(400))
    assert ahead.learned([], NOW) == Rhythm().learned([], NOW)


def test_learning_the_same_list_again_changes_nothing() -> None:
    once = Rhythm().learned(daily(9, 12), NOW)
    assert once.learned(daily(9, 12), NOW) == once


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", "[1,2,3]", '["x",[],[]]', "[null,[1e999],[]]", "not json"])
def test_what_cannot_be_read_is_learned_anew(text: str | None) -> None:
    assert read_rhythm(text) == Rhythm()


@given(st.lists(st.timedeltas(days(-9_000), days(9_000)), max_size=200))
def test_a_rhythm_stays_small_and_survives_being_stored(ages: list[timedelta]) -> None:
    rhythm = Rhythm().learned(shown(NOW - age for age in [*ages, *map(minutes, range(100))]), NOW)
    assert len(rhythm.exact) <= MOST
    assert len(rhythm.text()) < 1_000
    assert read_rhythm(rhythm.text()) == rhythm
    assert len(rhythm.hours) == BINS
    assert min(rhythm.hours) >= 0
    assert fmean(rhythm.hours) == pytest.approx(1)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=7 * number)
