"""When to look at an account again: a pure function of its rhythm, its deadline, its failures and a jitter."""

from collections.abc import Iterable
from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=6)
UNKNOWN_RHYTHM = timedelta(hours=2)
LONGEST_AFTER_FAILURE = timedelta(hours=12)
LOOKS_PER_POST = 4
PAST_THE_LINE = timedelta(seconds=5)


def next_look(
    now: datetime,
    *,
    posts_per_day: float | None,
    newest_post_at: datetime | None,
    failures: int,
    deadline_days: Iterable[int],
    jitter: float,
) -> datetime:
    """The moment of the next look.

    `posts_per_day`: observed rhythm, null when unknown. `failures`: looks in a row that proved nothing.
    `jitter`: -1 to 1, spreads looks by up to a tenth. A look falls just past each deadline of the account's silence, so
    that an alert comes at the right minute; a failing account is looked at less and less often, deadline or not.
    """
    interval = _rhythm(posts_per_day) * (1 + jitter / 10)
    if failures:
        return now + min(interval * 2.0**failures, LONGEST_AFTER_FAILURE)
    lines = [newest_post_at + timedelta(days=days) + PAST_THE_LINE for days in deadline_days] if newest_post_at else []
    return min([now + interval, *(line for line in lines if line > now)])


def pause_after(blocks: int, cool_down: timedelta, wish: timedelta) -> timedelta:
    """How long a platform rests after `blocks` blocks in a row; its own wish (Retry-After) is always obeyed."""
    doubled = min(cool_down * 2.0 ** max(blocks - 1, 0), LONGEST)
    return max(doubled, wish)


def _rhythm(posts_per_day: float | None) -> timedelta:
    if posts_per_day is None:
        return UNKNOWN_RHYTHM
    if posts_per_day <= 0:
        return LONGEST
    return min(max(timedelta(days=1) / (posts_per_day * LOOKS_PER_POST), SHORTEST), LONGEST)
