"""When to visit an account again: a pure function of its rhythm, its deadlines, its failures and a jitter."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.backoff import doubled

SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=6)
UNKNOWN_RHYTHM = timedelta(hours=2)
LONGEST_AFTER_FAILURE = timedelta(hours=12)
LONGEST_PAUSE = timedelta(hours=24)
VISITS_PER_POST = 4
PAST_THE_LINE = timedelta(seconds=5)
MOST_DAYS = 3_650


def next_visit(
    now: datetime,
    *,
    posts_per_day: float | None,
    newest_post_at: datetime | None,
    failures: int,
    deadline_days: Iterable[int],
    jitter: float,
) -> datetime:
    """The moment of the next visit.

    `posts_per_day`: observed rhythm, null when unknown. `failures`: visits in a row that proved nothing.
    `jitter`: -1 to 1, spreads visits by up to a tenth. A visit falls just past each deadline of the account's silence,
    so that an alert comes at the right minute; a failing account is visited less and less often, deadline or not.
    """
    interval = _rhythm(posts_per_day) * (1 + _within_one(jitter) / 10)
    if failures > 0:
        return now + timedelta(
            seconds=doubled(interval.total_seconds(), failures, LONGEST_AFTER_FAILURE.total_seconds())
        )
    return min([now + interval, *(line for line in _lines(newest_post_at, deadline_days) if line > now)])


def pause_after(blocks: int, cool_down_seconds: float, wish_seconds: float) -> timedelta:
    """How long a platform rests after `blocks` blocks in a row: its own wish (Retry-After) is obeyed, up to a day."""
    cool_down = doubled(cool_down_seconds, blocks - 1, LONGEST.total_seconds()) if blocks > 0 else 0.0
    return timedelta(seconds=max(cool_down, doubled(wish_seconds, 0, LONGEST_PAUSE.total_seconds())))


def _lines(newest_post_at: datetime | None, deadline_days: Iterable[int]) -> list[datetime]:
    if newest_post_at is None:
        return []
    return [newest_post_at + timedelta(days=days) + PAST_THE_LINE for days in deadline_days if 0 < days <= MOST_DAYS]


def _rhythm(posts_per_day: float | None) -> timedelta:
    if posts_per_day is None or math.isnan(posts_per_day):
        return UNKNOWN_RHYTHM
    visits_per_day = max(
        timedelta(days=1) / LONGEST, min(timedelta(days=1) / SHORTEST, posts_per_day * VISITS_PER_POST)
    )
    return timedelta(days=1) / visits_per_day


def _within_one(jitter: float) -> float:
    return max(-1.0, min(1.0, jitter))
