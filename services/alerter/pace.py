"""When: the end of a grouping window, the next attempt after a failure, how much a channel may send now. Pure."""

from datetime import datetime, timedelta

from services.alerter.channels.base import Channel

MOST_ATTEMPTS = 12
MOST_PER_ROUND = 60
"""Messages per channel, so that a slow channel ends its round within the lease."""
_DAY_SECONDS = 86_400
_BACKOFF_SECONDS = (60, 300, 900, 3600, 10_800, 21_600, 43_200, _DAY_SECONDS)


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


def budget(channel: Channel, sent_last_minute: int, sent_last_second: int) -> tuple[int, timedelta]:
    """Messages the channel may send in this round, and how long the others have to wait."""
    minute = max(0, channel.rate_per_minute - sent_last_minute) if channel.rate_per_minute else MOST_PER_ROUND
    second = max(0, channel.rate_per_second - sent_last_second) if channel.rate_per_second else MOST_PER_ROUND
    allowed = min(minute, second, MOST_PER_ROUND)
    if allowed == minute and channel.rate_per_minute:
        return allowed, timedelta(seconds=15)
    return allowed, timedelta(seconds=1 if allowed == second and channel.rate_per_second else 0)
