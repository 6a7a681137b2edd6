"""What is known of one account, walked forward in time: however many moments are asked for, each event is read once."""

from bisect import insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.clock import FUTURE_TOLERANCE
from shared.events import Post, Probe

HISTORY_POSTS = 200
MOST_FAILURES = 20


@dataclass(frozen=True)
class Probed:
    """The looks at one account up to a moment. `failures`: since the last one that proved the list, oldest first."""

    latest: Probe | None
    latest_list: Probe | None
    newest_post_at: datetime | None
    failures: tuple[Probe, ...]


class Timeline:
    """The account `key` as known at `moment`, which only moves forward; what happened later waits for its turn.

    `versions`: items observed up to `moment`, oldest first; `published`: their publish times, those that may matter.
    `later`: what happened after it.
    """

    def __init__(
        self,
        key: str,
        moment: datetime,
        looks: Probed,
        *,
        versions: Iterable[Post],
        published: Iterable[datetime],
        later: Sequence[Post | Probe],
    ) -> None:
        self.key = key
        self.moment = moment
        self.looks = looks
        self.newest_published: datetime | None = None
        self._items: dict[str, Post] = {}
        for post in versions:
            self._see(post)
        self._to_count = list(published)
        self._later = deque(sorted(later, key=_when))
        probes = [looks.latest, looks.latest_list, *(event for event in later if isinstance(event, Probe))]
        self.latest_at = max((probe.at for probe in probes if probe), default=None)
        self.latest_list_at = max((probe.at for probe in probes if probe and probe.proves_list), default=None)

    def add(self, event: Post | Probe) -> bool:
        """False when the event lies before `moment`: then all this has to be read anew."""
        if event.occurred_at <= self.moment:
            return False
        insort(self._later, event, key=_when)
        if isinstance(event, Probe):
            self.latest_at = max(self.latest_at or event.at, event.at)
            if event.proves_list:
                self.latest_list_at = max(self.latest_list_at or event.at, event.at)
        return True

    def move_to(self, moment: datetime) -> None:
        self.moment = moment
        line = moment + FUTURE_TOLERANCE
        while self._later and self._later[0].occurred_at <= moment:
            event = self._later.popleft()
            if isinstance(event, Post):
                self._see(event)
                self._to_count += [event.published_at] if event.published_at else []
            else:
                self.looks = _after(self.looks, event)
        if past := [time for time in self._to_count if time <= line]:
            self._to_count = [time for time in self._to_count if time > line]
            self.newest_published = max(filter(None, (self.newest_published, *past)))

    def posts(self) -> list[Post]:
        """The newest version of each item as first seen so, newest published first, at most HISTORY_POSTS."""
        return sorted(self._items.values(), key=_by_time, reverse=True)[:HISTORY_POSTS]

    def _see(self, post: Post) -> None:
        known = self._items.pop(post.id, None)
        unchanged = known is not None and known == post.model_copy(update={"observed_at": known.observed_at})
        self._items[post.id] = known if known is not None and unchanged else post
        if len(self._items) > 2 * HISTORY_POSTS:
            del self._items[next(iter(self._items))]


def counted_newest(probe: Probe) -> datetime | None:
    """The newest publish time a look may count: a date far ahead would stop the clock for ever."""
    newest = probe.newest_post_at
    return newest if newest is not None and newest <= probe.at + FUTURE_TOLERANCE else None


def _after(looks: Probed, probe: Probe) -> Probed:
    newest = max(filter(None, (looks.newest_post_at, counted_newest(probe))), default=None)
    if probe.proves_list:
        return Probed(probe, probe, newest, ())
    return Probed(probe, looks.latest_list, newest, (*looks.failures, probe)[-MOST_FAILURES:])


def _when(event: Post | Probe) -> datetime:
    return event.occurred_at


def _by_time(post: Post) -> tuple[bool, datetime]:
    return post.published_at is not None, post.published_at or post.observed_at
