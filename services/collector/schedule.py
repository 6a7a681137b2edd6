"""When to look at an account again: a pure function of its rhythm, its deadlines, its platform's budget, its failures.

A look is due when each post expected since the last one, counted by how long after that look it is expected, together
make `WORTH_A_LOOK`. At an even rate that is the square-root rule, `interval = sqrt(2 x WORTH_A_LOOK / rate)`; at a
habitual hour it falls just behind the hour (docs/decisions/0037-when-to-look.md).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.collector.rhythm import BEIJING_MINUTES, BIN_MINUTES, DAY_MINUTES, Rhythm, is_weekend
from shared.backoff import doubled

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=12)
LONGEST_STRETCHED = timedelta(hours=20)
"""Where the pace cannot serve all: with its jitter still within `LONGEST_PLAN` of the store."""
LONGEST_AFTER_FAILURE = timedelta(hours=12)
WORTH_A_LOOK = timedelta(minutes=10)
PAST_THE_LINE = timedelta(seconds=5)
AGAIN_PAST_THE_LINE = (timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=45))
"""When the look at a line proved nothing: a warning is not to come an hour late for one bad answer."""
AGAIN_WHEN_GONE, SPREAD_WHEN_GONE = timedelta(minutes=47), timedelta(minutes=12)
"""After a look that said the account is no more: one such sign is none, and the second is to be another's moment."""
LINES_KEPT = 3
"""Failures in a row after which a line, or a sign that the account is no more, hurries nobody any more."""
MOST_DAYS = 3_650
USABLE_SHARE = 0.9
"""Of what a pace can serve: the rest is for lines, new accounts and visits made again."""
VISIT_SECONDS = 2.0
"""What a visit itself takes beside the pause after it."""

_LEAST_SHARE = 0.02
"""Of the mean rate, at the deadest hour: nobody is sure to be asleep."""
_QUIET_SHARE = 1 / 16
"""Of what is expected, in quiet hours: a quarter of the looks."""
_OWN_NIGHTS = 2
_HOURS_SHARE = 0.93
"""Of an even day's looks, since nights need few."""
_MOST_STRETCHED = 1_000.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Quiet:
    """Beijing hours, from `begins` to before `ends`, over midnight if need be; the same is none."""

    begins: int = 23
    ends: int = 6

    def covers(self, hour: int) -> bool:
        return (hour - self.begins) % 24 < (self.ends - self.begins) % 24


NEVER_QUIET = Quiet(0, 0)


@dataclass(frozen=True)
class Planned:
    """`at_line`: it is to find out whether a deadline passed, and goes before others that are due."""

    at: datetime
    at_line: bool = False


def next_visit(
    now: datetime,
    *,
    rhythm: Rhythm,
    newest_post_at: datetime | None,
    failures: int,
    deadline_days: Iterable[int],
    jitter: float,
    stretch: float = 1.0,
    quiet: Quiet = NEVER_QUIET,
    says_gone: bool = False,
) -> Planned:
    """The next visit.

    `failures`: visits in a row that proved nothing; `says_gone`: the last of them, that the account is no more.
    `jitter`: -1 to 1, spreads visits by up to a tenth. `stretch`: how many times longer than wished intervals have to
    be, by `stretch_of`; lines are not stretched.
    """
    wait = _interval(now, rhythm, stretch, quiet) * (1 + _within_one(jitter) / 10)
    if failures > 0:
        longest = LONGEST_AFTER_FAILURE.total_seconds()
        wait = timedelta(seconds=doubled(wait.total_seconds(), failures, longest))
    if says_gone and failures <= LINES_KEPT:
        wait = AGAIN_WHEN_GONE + SPREAD_WHEN_GONE * _within_one(jitter)
    line = _next_line(now, newest_post_at, deadline_days, failures)
    if line is not None and line <= now + wait:
        return Planned(line, at_line=True)
    return Planned(now + wait)


def looks_per_day(posts_per_day: float) -> float:
    """What an account of this rate has in office hours, lines aside: within a tenth, played for 0.2 to 100 posts."""
    wished = math.sqrt(max(0.0, posts_per_day) * (timedelta(days=1) / WORTH_A_LOOK) / 2) * _HOURS_SHARE
    return max(timedelta(days=1) / LONGEST, min(timedelta(days=1) / SHORTEST, wished))


def served_per_day(min_interval_seconds: float) -> float:
    """Looks one address can make in a day, one after the other, with a platform's rest between them."""
    return timedelta(days=1).total_seconds() / (min_interval_seconds + VISIT_SECONDS)


def stretch_of(wanted_per_day: float, min_interval_seconds: float) -> float:
    """1 while the pace can serve what its accounts want; beyond it, how many times rarer everybody is looked at."""
    return max(1.0, wanted_per_day / (served_per_day(min_interval_seconds) * USABLE_SHARE))


def _interval(now: datetime, rhythm: Rhythm, stretch: float, quiet: Quiet) -> timedelta:
    """From now until a look is worth it; see the top of this file. Minutes and posts a minute."""
    stretch = min(max(1.0, stretch), _MOST_STRETCHED)
    longest = min(LONGEST * stretch, LONGEST_STRETCHED)
    worth = WORTH_A_LOOK / timedelta(minutes=1) * stretch**2
    rate, hours, weekdays = rhythm.posts_per_day(now) / DAY_MINUTES, rhythm.hours, rhythm.weekdays
    begin = (now - _EPOCH) / timedelta(minutes=1)
    spent = since_last = waiting = expected = 0.0
    while spent < longest / timedelta(minutes=1):
        minute = math.floor(begin + spent)
        place = (minute + BEIJING_MINUTES) % DAY_MINUTES // BIN_MINUTES
        step = BIN_MINUTES - (begin + spent) % BIN_MINUTES
        share = max(hours[place] * weekdays[is_weekend(minute)], _LEAST_SHARE)
        if quiet.covers(place * BIN_MINUTES // 60) and rhythm.near(place) < _OWN_NIGHTS:
            share *= _QUIET_SHARE
        posts = rate * share * step
        by_age, by_wait = (spent + step / 2) * posts, (expected + posts / 2) * step
        # The second sum is what they wait in all: after the last habitual hour nobody is left waiting until morning.
        part = min((worth - since_last) / by_age, (worth - waiting) / by_wait)
        if part <= 1:
            spent += part * step
            break
        spent, since_last, waiting, expected = spent + step, since_last + by_age, waiting + by_wait, expected + posts
    return max(min(SHORTEST * stretch, longest), min(longest, timedelta(minutes=spent)))


def _next_line(
    now: datetime, newest_post_at: datetime | None, deadline_days: Iterable[int], failures: int
) -> datetime | None:
    if newest_post_at is None or failures > LINES_KEPT:
        return None
    lines = [newest_post_at + timedelta(days=days) + PAST_THE_LINE for days in deadline_days if 0 < days <= MOST_DAYS]
    if failures > 0:
        lines += [line + later for line in lines for later in AGAIN_PAST_THE_LINE]
    return min((line for line in lines if line > now), default=None)


def _within_one(jitter: float) -> float:
    return max(-1.0, min(1.0, jitter))
