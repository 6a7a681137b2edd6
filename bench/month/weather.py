"""What goes wrong in the month, from a seed: platforms, pages, bridge, network, our machine and its clock."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Trouble(StrEnum):
    """The first group is what a platform answers, then what becomes of its answers, then the bridge, then our own."""

    CAPTCHA = "captcha"
    LOGIN_WALL = "login_wall"
    REFUSED = "refused"
    ALL_GONE = "all_gone"

    TRUNCATED = "truncated"
    EMPTY = "empty"
    NEW_LAYOUT = "new_layout"
    FIRST_ONLY = "first_only"
    HALF_VISIT = "half_visit"
    TIMEOUT = "timeout"
    CRASH = "crash"

    FROZEN = "frozen"
    BRIDGE_DOWN = "bridge_down"

    NETWORK = "network"
    STOPPED = "stopped"
    CLOCK = "clock"


@dataclass(frozen=True)
class Spell:
    """`where`: a platform, `bridge`, or `us`. `share`: of the looks within it that are hit. `by`: of a wrong clock."""

    trouble: Trouble
    where: str
    since: datetime
    until: datetime
    share: float = 1.0
    by: timedelta = timedelta(0)


_OF_PLATFORM = (
    *(Trouble.CAPTCHA, Trouble.CAPTCHA, Trouble.LOGIN_WALL, Trouble.LOGIN_WALL, Trouble.REFUSED, Trouble.TRUNCATED),
    *(Trouble.EMPTY, Trouble.NEW_LAYOUT, Trouble.FIRST_ONLY, Trouble.HALF_VISIT, Trouble.TIMEOUT, Trouble.CRASH),
)
_ELSEWHERE: tuple[tuple[str, tuple[Trouble, ...], float, tuple[float, float]], ...] = (
    ("bridge", (Trouble.FROZEN, Trouble.FROZEN, Trouble.BRIDGE_DOWN), 3, (5, 120)),
    ("us", (Trouble.NETWORK,), 2, (0.2, 30)),
    ("us", (Trouble.STOPPED,), 1, (20, 40)),
    ("us", (Trouble.CLOCK,), 2, (1, 12)),
)
"""Where, what, how often a month, and for how many hours."""
PLATFORMS = ("weibo", "wechat", "douyin", "toutiao", "feed")


class Weather:
    def __init__(self, chance: random.Random, start: datetime, end: datetime) -> None:
        self._chance = chance
        self.spells = sorted(_spells(chance, start, end), key=lambda one: one.since)

    def at(self, where: str, now: datetime) -> Spell | None:
        """What is wrong at a place; of several the first that began. A share of the looks may be spared."""
        here = (one for one in self.spells if one.where == where and one.since <= now < one.until)
        return next((one for one in here if one.share >= 1 or self._chance.random() < one.share), None)

    def clock_error(self, now: datetime) -> timedelta:
        """Our clock minus the right time."""
        wrong = (one for one in self.spells if one.trouble is Trouble.CLOCK and one.since <= now < one.until)
        return next((one.by for one in wrong), timedelta(0))

    def is_stopped(self, now: datetime) -> bool:
        stops = (one for one in self.spells if one.trouble is Trouble.STOPPED)
        return any(one.since <= now < one.until for one in stops)


def _spells(chance: random.Random, start: datetime, end: datetime) -> Iterator[Spell]:
    span = end - start
    for platform in PLATFORMS:
        # Most for hours, one in three for days.
        for since in _moments(chance, start, span, chance.uniform(3.5, 8)):
            hours = chance.uniform(24, 150) if chance.random() < 0.3 else chance.uniform(0.3, 20)
            trouble, share = chance.choice(_OF_PLATFORM), chance.choice((1.0, 1.0, 0.5, 0.2))
            yield Spell(trouble, platform, since, since + hours * HOUR, share)
        for since in _moments(chance, start, span, 1):
            yield Spell(Trouble.ALL_GONE, platform, since, since + chance.uniform(0.05, 0.4) * HOUR)
    for where, troubles, a_month, (shortest, longest) in _ELSEWHERE:
        for since in _moments(chance, start, span, a_month):
            by = chance.choice((-1, 1)) * chance.choice((chance.uniform(0.2, 12), chance.uniform(20, 24 * 40))) * HOUR
            yield Spell(chance.choice(troubles), where, since, since + chance.uniform(shortest, longest) * HOUR, by=by)


def _moments(chance: random.Random, start: datetime, span: timedelta, in_a_month: float) -> list[datetime]:
    count = round(in_a_month * (span / DAY) / 31 + chance.uniform(-0.4, 0.4))
    return [start + chance.random() * span for _ in range(count)]
