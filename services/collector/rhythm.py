"""An account's own rhythm: its latest pushes, and from them how many posts to expect at any moment of a Beijing day.

A push is one minute in which something was published; several posts of it count once. Kept small: at most `MOST`.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from services.collector.capture import ShownPost

MOST = 64
REMEMBERED = timedelta(days=180)
HALF_LIFE_DAYS = 21.0
"""A push so long ago counts half in the rate: rhythms change with the season and with the editor."""

DAY_MINUTES = 1_440
BIN_MINUTES = 10
BINS = DAY_MINUTES // BIN_MINUTES
BEIJING_MINUTES = 8 * 60
"""China has kept UTC+8 all year since 1991: no transition falls into what is remembered."""

_FIRST_POSTS, _FIRST_DAYS = 0.3, 0.5
"""What is believed before anything was seen: as if 0.3 posts had come in half a day."""
_WIDE, _NARROW = 8, 1
"""Bins on each side of a push: the hours an account keeps, and the clock time it posts at (08:00, 16:00)."""
_TRUST = (4.0, 2.0, 0.5)
"""Pushes' worth of belief in office hours, in the account's own hours, in its own minutes."""
_ROUNDS = 6
_WEEKEND_SHARE, _WEEKEND_TRUST = 0.2, 8.0
_OFFICE = (
    *(0.05, 0.03, 0.03, 0.03, 0.05, 0.1, 0.4, 1.0, 1.6, 2.2, 2.4, 2.0),
    *(1.2, 1.0, 1.4, 1.8, 2.0, 1.9, 1.3, 1.0, 0.9, 0.7, 0.4, 0.15),
)
"""By Beijing hour, how offices post who have not shown their own hours yet; only the proportions count."""
OFFICE_HOURS = tuple(_OFFICE[number * BIN_MINUTES // 60] * 24 / sum(_OFFICE) for number in range(BINS))


@dataclass(frozen=True)
class Rhythm:
    """Minutes since 1970, UTC. `since`: from then on every push is among them; null before the first list was read.

    `exact` are ascending; `rough` are those whose time was told in words like 3小时前: they count, their hour does not.
    """

    since: int | None = None
    exact: tuple[int, ...] = ()
    rough: tuple[int, ...] = ()

    def posts_per_day(self, now: datetime) -> float:
        """Pushes a day, recent ones counting more; above zero, whatever was seen."""
        minute, decay = _minute(now), math.log(2) / HALF_LIFE_DAYS
        ages = [(minute - one) / DAY_MINUTES for one in (*self.exact, *self.rough) if one <= minute]
        days = max(minute - self.since, 0) / DAY_MINUTES if self.since is not None else 0.0
        seen = sum(math.exp(-decay * age) for age in ages)
        return (_FIRST_POSTS + seen) / (_FIRST_DAYS + (1 - math.exp(-decay * days)) / decay)

    @cached_property
    def hours(self) -> tuple[float, ...]:
        """For each ten minutes of a Beijing day, how many times the day's mean is to be expected; their mean is 1."""
        places = [_bin(one) for one in self.exact]
        if not places:
            return OFFICE_HOURS
        wide, narrow = _around(places, _WIDE), _around(places, _NARROW)
        office, hours, minutes = _weights(places, wide, narrow)
        parts = zip(OFFICE_HOURS, wide, narrow, strict=True)
        return tuple(office * a + (hours * b + minutes * c) / len(places) for a, b, c in parts)

    def near(self, place: int) -> int:
        """How many pushes fell within an hour of this part of the day."""
        reach = 60 // BIN_MINUTES
        return sum(min((_bin(one) - place) % BINS, (place - _bin(one)) % BINS) <= reach for one in self.exact)

    @cached_property
    def weekdays(self) -> tuple[float, float]:
        """How many times the week's mean is to be expected on a working day, and at the weekend."""
        weekend = sum(is_weekend(one) for one in self.exact) + _WEEKEND_TRUST * _WEEKEND_SHARE
        share = weekend / (len(self.exact) + _WEEKEND_TRUST)
        return (1 - share) * 7 / 5, share * 7 / 2

    def learned(self, posts: Sequence[ShownPost], now: datetime) -> "Rhythm":
        """With what a list has shown. A pinned post says nothing of how far back the list goes; a post dated ahead of
        `now` says nothing at all."""
        end, start = _minute(now), _minute(now - REMEMBERED)
        dated = [(_minute(post.published_at), post) for post in posts if post.published_at]
        known = [(minute, post) for minute, post in dated if minute <= end]
        listed = [minute for minute, post in known if not post.pinned]
        before = [self.since] if self.since is not None and self.since <= end else []
        since = max(min([*before, *listed], default=end), start)
        exact = {*self.exact, *(minute for minute, post in known if not post.approximate)}
        rough = {*self.rough, *(minute for minute, post in known if post.approximate)} - exact
        kept = sorted(minute for minute in exact | rough if since <= minute <= end)[-MOST:]
        if len(kept) == MOST:
            since = max(since, kept[0])
        return Rhythm(since, tuple(m for m in kept if m in exact), tuple(m for m in kept if m not in exact))

    def text(self) -> str:
        """As it is stored."""
        return json.dumps([self.since, self.exact, self.rough], separators=(",", ":"))


def read_rhythm(text: str | None) -> Rhythm:
    """As `text` wrote it; what cannot be read is an account of which nothing is known yet."""
    try:
        since, exact, rough = json.loads(text or "")
        return Rhythm(since if since is None else int(since), _minutes(exact), _minutes(rough))
    except (ValueError, TypeError, OverflowError):
        return Rhythm()


def is_weekend(minute: int) -> bool:
    """In Beijing; 1970 began on a Thursday."""
    return ((minute + BEIJING_MINUTES) // DAY_MINUTES + 3) % 7 >= 5


def _minutes(stored: Any) -> tuple[int, ...]:
    return tuple(sorted(int(one) for one in stored))[-MOST:]


def _minute(moment: datetime) -> int:
    return math.floor((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(minutes=1))


def _bin(minute: int) -> int:
    return (minute + BEIJING_MINUTES) % DAY_MINUTES // BIN_MINUTES


def _kernel(reach: int) -> dict[int, float]:
    """A triangle around a push, of mean 1 over the day."""
    return {step: (reach + 1 - abs(step)) / (reach + 1) ** 2 * BINS for step in range(-reach, reach + 1)}


_KERNELS = {reach: _kernel(reach) for reach in (_WIDE, _NARROW)}


def _around(places: Sequence[int], reach: int) -> list[float]:
    """By part of the day, the sum of the kernels around these."""
    summed = [0.0] * BINS
    for place in places:
        for step, weight in _KERNELS[reach].items():
            summed[(place + step) % BINS] += weight
    return summed


def _weights(places: Sequence[int], wide: Sequence[float], narrow: Sequence[float]) -> tuple[float, float, float]:
    """How far office hours, own hours and own minutes each foretell a push from all the others.

    Expectation-maximisation of a mixture's weights, each push left out of what foretells it; few pushes change little.
    """
    weights = _shares(_TRUST)
    others = len(places) - 1
    if not others:
        return weights
    own, sharp = _KERNELS[_WIDE][0], _KERNELS[_NARROW][0]
    told = [(OFFICE_HOURS[at], (wide[at] - own) / others, (narrow[at] - sharp) / others) for at in places]
    for _ in range(_ROUNDS):
        credit = list(_TRUST)
        for one in told:
            parts = [weight * density for weight, density in zip(weights, one, strict=True)]
            whole = sum(parts)
            for number, part in enumerate(parts):
                credit[number] += part / whole
        weights = _shares(credit)
    return weights


def _shares(parts: Sequence[float]) -> tuple[float, float, float]:
    office, hours, minutes = (part / sum(parts) for part in parts)
    return office, hours, minutes
