"""How long a platform rests after a block."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.collector.pace import LONGEST_COOL_DOWN, LONGEST_PAUSE, pause_after


def test_a_blocking_platform_rests_twice_as_long_each_time_and_its_own_wish_is_obeyed() -> None:
    minute = timedelta(minutes=1)
    rests = [minute, 2 * minute, 4 * minute, LONGEST_COOL_DOWN, LONGEST_COOL_DOWN]
    assert [pause_after(blocks, 60, 0) for blocks in (1, 2, 3, 40, 10**9)] == rests
    assert pause_after(1, 60, 9 * 3600) == timedelta(hours=9)


def test_chance_lengthens_a_cool_down_and_never_shortens_a_wish() -> None:
    assert pause_after(1, 60, 0, jitter=1) == timedelta(seconds=75)
    assert pause_after(1, 60, 70, jitter=0) == timedelta(seconds=70)
    assert pause_after(0, 60, 70, jitter=1) == timedelta(seconds=70)


def test_a_platform_that_wishes_for_a_lifetime_is_asked_again_the_next_day() -> None:
    assert pause_after(1, 60, 1e20) == LONGEST_PAUSE


@given(st.integers(0, 10**9), st.floats(), st.floats(), st.floats())
def test_no_wish_and_no_option_stops_a_platform_for_more_than_a_day(
    blocks: int, cool_down_seconds: float, wish_seconds: float, jitter: float
) -> None:
    assert timedelta() <= pause_after(blocks, cool_down_seconds, wish_seconds, jitter) <= LONGEST_PAUSE
