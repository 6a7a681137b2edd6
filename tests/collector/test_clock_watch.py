"""Who is believed about our clock."""

from datetime import datetime, timedelta

import pytest

from services.collector.clock_watch import ClockWatch, clock_reason
from tests.builders import NOW, days

MINUTE = timedelta(minutes=1)


def watch_with(*minutes: float, now: datetime = NOW) -> ClockWatch:
    watch = ClockWatch(now.timestamp)
    for number, offset in enumerate(minutes):
        watch.note(str(number), offset * MINUTE, now)
    return watch


@pytest.mark.parametrize(
    ("minutes", "error"),
    [
        ((), None),
        ((4,), None),
        ((-4,), None),
        ((6,), 6),
        ((-6,), -6),
        ((0, 6), None),
        ((6, 7), 6),
        ((-6, -7), -6),
        ((-6, 7), -6),
        ((0, 600, 601), 600),
        ((0, 1, 600), None),
        ((0, 1, 600, 601), None),
    ],
)
def test_hosts_vote_and_the_only_one_is_believed(minutes: tuple[float, ...], error: float | None) -> None:
    assert watch_with(*minutes).error(NOW) == (error * MINUTE if error else None)


def test_a_clock_set_while_we_run_makes_old_witnesses_worthless() -> None:
    ticks = [0.0]
    watch = ClockWatch(lambda: ticks[0])
    watch.note("a", timedelta(), NOW)
    watch.note("b", timedelta(), NOW)
    ticks[0] = 10.0
    later = NOW + days(150)
    watch.note("a", days(150), later)
    assert watch.error(later) == days(150)


def test_who_tells_the_right_time_again_is_believed_again() -> None:
    watch = watch_with(600)
    watch.note("0", timedelta(), NOW)
    assert watch.error(NOW) is None


def test_the_reason_says_which_way_and_how_far() -> None:
    assert "快156天3小时" in clock_reason(days(156) + timedelta(hours=3))
    assert "慢6分钟" in clock_reason(-6 * MINUTE)
