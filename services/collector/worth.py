"""Which looks are kept as evidence, and why. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.clock import to_shanghai
from shared.events import Outcome


class Why(StrEnum):
    """A reason to keep a look."""

    NEWS = "news"
    FIRST_TODAY = "first_today"
    FAILED = "failed"
    DEADLINE = "deadline"
    ASKED = "asked"


@dataclass(frozen=True)
class Circumstances:
    """Of one look. `at`, `last_at` (the look before) and `newest_post_at` (as known before): UTC; `deadline_days`: days
    of silence after which a rule speaks; `is_asked`: a finding waits for its picture."""

    at: datetime
    outcome: Outcome
    has_news: bool = False
    is_asked: bool = False
    last_at: datetime | None = None
    newest_post_at: datetime | None = None
    deadline_days: Collection[int] = ()


def reasons_to_keep(look: Circumstances) -> tuple[Why, ...]:
    """None: nothing of it is kept, and nothing is spent on it."""
    reasons = {
        Why.NEWS: look.has_news,
        Why.FIRST_TODAY: is_first_today(look.last_at, look.at),
        Why.FAILED: not look.outcome.is_evidence,
        Why.DEADLINE: _crossed_deadline(look),
        Why.ASKED: look.is_asked,
    }
    return tuple(why for why, holds in reasons.items() if holds)


def is_first_today(last_at: datetime | None, at: datetime) -> bool:
    """The first look of a Beijing day."""
    return last_at is None or to_shanghai(last_at).date() != to_shanghai(at).date()


def _crossed_deadline(look: Circumstances) -> bool:
    """The newest post became so old since the look before."""
    if look.newest_post_at is None or look.last_at is None:
        return False
    ends = (look.newest_post_at + timedelta(days=days) for days in look.deadline_days)
    return any(look.last_at < end <= look.at for end in ends)


class Walls:
    """At most one picture a Beijing day of the same wall before the same account: remembers today only."""

    def __init__(self) -> None:
        self._day: object = None
        self._shown: set[tuple[str, Outcome]] = set()

    def is_new(self, key: str, outcome: Outcome, at: datetime) -> bool:
        """True once a day; a collector that starts anew may take one more."""
        day = to_shanghai(at).date()
        if day != self._day:
            self._day, self._shown = day, set()
        known = (key, outcome) in self._shown
        self._shown.add((key, outcome))
        return not known
