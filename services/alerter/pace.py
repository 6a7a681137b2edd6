"""When: the time within a round, the end of a grouping window, the next attempt after a failure. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

MOST_FAILURES = 5
"""So many in a row (more than an hour), and the channel is switched off: somebody has to know."""
ROUND_SECONDS = 20.0
"""After so long a round ends, whatever is left: the next one goes on."""
USUAL_WAIT = timedelta(minutes=76)
"""No channel in trouble is left alone for longer, unless its far side asked for that."""
_DAY_SECONDS = 86_400
_BACKOFF_SECONDS = (60, 300, 900, 3600, 10_800, 21_600, 43_200, _DAY_SECONDS)
Clock = Callable[[], datetime]


def moving_clock(now: datetime, monotonic: Callable[[], float]) -> Clock:
    """The time since the round began: a lease ends while a slow message is sent, whatever the round's `now` says."""
    began = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - began)


def due_at(now: datetime, group_wait_seconds: float) -> datetime:
    """The end of the window `now` lies in: everything that comes within one window is told together."""
    if group_wait_seconds <= 0:
        return now
    seconds = (now.timestamp() // group_wait_seconds + 1) * group_wait_seconds
    return datetime.fromtimestamp(seconds, tz=now.tzinfo)


def retry_at(now: datetime, attempts: int, wish_seconds: float | None, jitter: float) -> datetime:
    """When to try again after `attempts` failures before this one. `jitter` in 0..1 adds up to a quarter.

    1 min, 5 min, 15 min, 1 h, 3 h, 6 h, 12 h, then daily. The other side's wish is never undercut, up to a day.
    """
    planned = _BACKOFF_SECONDS[min(attempts, len(_BACKOFF_SECONDS) - 1)]
    seconds = min(max(planned, wish_seconds or 0) * (1 + jitter / 4), _DAY_SECONDS)
    # To the full minute, so that what failed within a minute is one digest when the channel is back.
    return due_at(now + timedelta(seconds=seconds - 1e-6), 60)
