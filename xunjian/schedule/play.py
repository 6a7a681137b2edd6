"""Plays posting timelines against the collector's schedule: how many looks, and how late each post is seen.

What a look would have shown is all the schedule learns; half of a timeline is known at the first look, as the first
page of an account shows what it posted before. No clock, no network: chance comes from a seed.
"""

import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from services.collector.capture import ShownPost
from services.collector.rhythm import Rhythm
from services.collector.schedule import VISIT_SECONDS, Planned, Quiet, next_visit
from xunjian.schedule.timelines import Timeline

SHOWN = 20
"""Items on one page of a list."""
LONGEST_SILENCE = timedelta(days=60)
"""Of an account that stopped, what is played: more of it would only be more of the same."""
SHORTEST_PLAYED = timedelta(hours=6)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """`failing`: share of looks that prove nothing. `deadline_days`: as the rulebook's. `rounds`: plays of each
    timeline, which begin at other moments."""

    deadline_days: tuple[int, ...] = (7, 10, 12, 13, 14)
    quiet: Quiet = field(default_factory=Quiet)
    stretch: float = 1.0
    failing: float = 0.02
    rounds: int = 4
    seed: int = 1


@dataclass(frozen=True)
class Played:
    """One play: its length, its looks; how late each push was seen and each line looked at, in minutes."""

    days: float
    looks: int
    delays: tuple[float, ...]
    late: tuple[float, ...]


class Outcome(NamedTuple):
    """Over accounts as if each had been watched equally long. Delays in minutes; of lines the latest."""

    accounts: int
    looks_per_day: float
    mean_delay: float
    delay_95: float
    pushes: int
    lines: int
    latest_warning: float

    @property
    def fixed_looks_per_day(self) -> float:
        """A fixed interval's mean delay is half of it, whatever is posted: this many looks see as soon in the mean."""
        return 1_440 / (2 * self.mean_delay)

    @property
    def fixed_delay_95(self) -> float:
        return 0.95 * 2 * self.mean_delay


def outcome_of(timelines: Iterable[Timeline], rules: Rules) -> Outcome | None:
    """Null when there is nothing to play: a push to learn from and six hours after it."""
    plays = [_plays(timeline, rules) for timeline in timelines if _span(timeline) >= SHORTEST_PLAYED]
    weighed = sorted((delay, 1 / one.days) for each in plays for one in each for delay in one.delays)
    if not weighed:
        return None
    looks = sum(one.looks / one.days for each in plays for one in each) / (len(plays) * rules.rounds)
    whole = sum(weight for _, weight in weighed)
    late = [minutes for each in plays for one in each for minutes in one.late]
    pushes = sum(len(each[0].delays) for each in plays)
    mean = sum(delay * weight for delay, weight in weighed) / whole
    return Outcome(len(plays), looks, mean, _at_share(weighed, 0.95), pushes, len(late), max(late, default=0.0))


def _plays(timeline: Timeline, rules: Rules) -> list[Played]:
    return [play(timeline, rules, random.Random(f"{rules.seed} {timeline.key} {n}")) for n in range(rules.rounds)]  # noqa: S311


def play(timeline: Timeline, rules: Rules, chance: random.Random) -> Played:
    """Looks from the middle of the timeline to its end, and on until the last push was seen."""
    begin, end = _begin(timeline), _end(timeline)
    pushes, now = timeline.pushes, begin + timedelta(hours=1) * chance.random()
    seen, failures, rhythm, looks = bisect_right(pushes, begin), 0, Rhythm(), 0
    delays: list[float] = []
    proven: list[datetime] = [begin]
    while now < end or seen < len(pushes):
        looks += now < end
        failures = failures + 1 if chance.random() < rules.failing else 0
        if not failures:
            shown = bisect_right(pushes, now)
            delays += [(now - push) / timedelta(minutes=1) for push in pushes[seen:shown]]
            seen = shown
            proven.append(now)
            rhythm = rhythm.learned(_page(pushes[:seen]), now)
        planned = _planned(now, rhythm, (pushes[seen - 1], failures), rules, chance)
        now = planned.at + timedelta(seconds=VISIT_SECONDS)
    late = _late(pushes, proven, begin, min(end, proven[-1]), rules)
    return Played((end - begin) / _DAY, looks, tuple(delays), tuple(late))


def _planned(
    now: datetime, rhythm: Rhythm, known: tuple[datetime, int], rules: Rules, chance: random.Random
) -> Planned:
    newest, failures = known
    return next_visit(
        now,
        rhythm=rhythm,
        newest_post_at=newest,
        failures=failures,
        deadline_days=rules.deadline_days,
        jitter=chance.uniform(-1, 1),
        stretch=rules.stretch,
        quiet=rules.quiet,
    )


def _late(
    pushes: Sequence[datetime], proven: Sequence[datetime], begin: datetime, end: datetime, rules: Rules
) -> list[float]:
    """Minutes from each line that was reached to the first look that could tell so."""
    # The first look begins the watch; who was over a line by then is told at once.
    watched = max(begin, proven[1]) if proven[1:] else end
    ends = (*pushes[1:], end)
    lines = [
        push + timedelta(days=days)
        for push, following in zip(pushes, ends, strict=True)
        for days in rules.deadline_days
        if watched < push + timedelta(days=days) < min(following, end)
    ]
    return [(proven[bisect_right(proven, line)] - line) / timedelta(minutes=1) for line in lines]


def _page(pushes: Sequence[datetime]) -> list[ShownPost]:
    return [ShownPost(id=str(number), published_at=push) for number, push in enumerate(pushes[-SHOWN:])]


def _begin(timeline: Timeline) -> datetime:
    return timeline.pushes[max(1, len(timeline.pushes) // 2) - 1]


def _end(timeline: Timeline) -> datetime:
    return min(timeline.until, timeline.pushes[-1] + LONGEST_SILENCE)


def _span(timeline: Timeline) -> timedelta:
    return _end(timeline) - _begin(timeline)


def _at_share(weighed: Sequence[tuple[float, float]], share: float) -> float:
    """The delay that this share of the weight does not exceed; `weighed` is ascending."""
    left = share * sum(weight for _, weight in weighed)
    for delay, weight in weighed:
        left -= weight
        if left <= 0:
            return delay
    return weighed[-1][0]
