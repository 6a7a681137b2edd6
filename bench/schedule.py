"""The collector's schedule on posting timelines, beside a fixed interval of the same mean detection delay.

Real timelines are the saved feeds (half of each is known at the first look, the other half is played); their even and
odd halves stand apart, so that nobody tunes on one file. Made ones have log-normal rates and office hours.
"""

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import NormalDist

from bench.table import Goal, Row
from services.collector.__main__ import build_platforms
from services.collector.rhythm import BIN_MINUTES, BINS, OFFICE_HOURS
from services.collector.schedule import served_per_day
from shared.runtime.settings import Settings
from xunjian.schedule.play import Outcome, Rules, outcome_of
from xunjian.schedule.timelines import Timeline, saved

FEEDS = Path(__file__).parents[2] / "shared/captures/feeds"
FEWER, NO_LATER = Goal(3.0), Goal(2.2, at_least=False)
HOUR_MINUTES = 60.0
MADE_ACCOUNTS, MADE_DAYS, POSTS_PER_DAY = 150, 28, 2.5
MADE_GOALS = {1.0: Goal(1.5), 1.5: Goal(2.0), 2.0: Goal(3.0)}
"""By standard deviation of the rates' logarithm: research/performance.md, P8."""
_BEGINNING = datetime(2026, 10, 11, 16, tzinfo=UTC)


def measure() -> Iterator[Row]:
    yield from _real()
    for spread, goal in MADE_GOALS.items():
        outcome = outcome_of(made(spread), Rules(rounds=1))
        if outcome is not None:
            yield from _rows(f"made, spread {spread:g}", outcome, goal)


def made(spread: float, accounts: int = MADE_ACCOUNTS, days: int = MADE_DAYS) -> list[Timeline]:
    """Each account posts by chance at its own rate, in office hours; the same every time."""
    chance = random.Random(f"schedule {spread}")  # noqa: S311 - made data
    rates = NormalDist(math.log(POSTS_PER_DAY) - spread**2 / 2, spread)
    shares = list(accumulate(OFFICE_HOURS))
    found = []
    for number in range(accounts):
        rate = math.exp(rates.inv_cdf((number + 0.5) / accounts))
        pushes = tuple(
            sorted({_moment(day, shares, chance) for day in range(days) for _ in range(_poisson(rate, chance))})
        )
        if pushes:
            found.append(Timeline(f"made{number}", pushes, _BEGINNING + timedelta(days=days)))
    return found


def _real() -> Iterator[Row]:
    if not FEEDS.is_dir():
        yield Row("schedule: saved feeds", "skipped", "no ../shared")
        return
    timelines = list(saved([FEEDS]))
    for name, some in (("all feeds", timelines), ("even feeds", timelines[::2]), ("odd feeds", timelines[1::2])):
        outcome = outcome_of(some, Rules())
        if outcome is None:
            continue
        yield from _rows(name, outcome, FEWER)
        if some is timelines:
            yield from _served(outcome)


def _rows(name: str, outcome: Outcome, goal: Goal) -> Iterator[Row]:
    """Peer: the fixed interval."""
    fewer = outcome.fixed_looks_per_day / outcome.looks_per_day
    looks = f"{outcome.looks_per_day:.1f} looks/d", f"{outcome.fixed_looks_per_day:.1f} looks/d"
    yield Row(
        f"schedule: {name}, looks at {outcome.mean_delay:.0f} min mean", *looks, fewer, str(goal), goal.is_met(fewer)
    )
    tail = outcome.delay_95 / outcome.fixed_delay_95
    delays = f"{outcome.delay_95:.0f} min", f"{outcome.fixed_delay_95:.0f} min"
    yield Row(f"schedule: {name}, 95 % of delays", *delays, tail, str(NO_LATER), NO_LATER.is_met(tail))
    late, met = f"{outcome.latest_warning:.1f} min", outcome.latest_warning <= HOUR_MINUTES
    yield Row(f"schedule: {name}, latest of {outcome.lines} warnings", late, goal="<= 1 h", met=met)


def _served(outcome: Outcome) -> Iterator[Row]:
    """By one address and one session: a pace makes one look at a time."""
    for name, platform in build_platforms(Settings()).items():
        count = served_per_day(platform.min_interval_seconds) / outcome.looks_per_day
        title = f"schedule: accounts one address and session serve, {name}"
        yield Row(title, f"{count:,.0f}", f"{platform.min_interval_seconds:g} s apart")


def _moment(day: int, shares: list[float], chance: random.Random) -> datetime:
    place = chance.choices(range(BINS), cum_weights=shares)[0]
    return _BEGINNING + timedelta(days=day, minutes=place * BIN_MINUTES + chance.randrange(BIN_MINUTES))


def _poisson(rate: float, chance: random.Random) -> int:
    """By gaps between events."""
    count, at = 0, chance.expovariate(rate)
    while at < 1:
        count, at = count + 1, at + chance.expovariate(rate)
    return count
