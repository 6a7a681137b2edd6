"""What is known of one account, walked forward in time: however many moments are asked for, each event is read once."""

from bisect import insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from shared.clock import FUTURE_TOLERANCE
from shared.events import Post, Probe
from shared.storage.added import Added, E
from shared.storage.judgements import Judging
from shared.storage.observations import HISTORY_POSTS, MOST_FAILURES, Known, Probed

END = datetime(9000, 1, 1, tzinfo=UTC)
"""After all that will ever be known."""
INSTANT = timedelta(microseconds=1)
SAME_ITEM = timedelta(minutes=1)


class Timeline:
    """The account `key` as known at `moment`, which only moves forward; what happened later waits for its turn.

    `newest_published`: newest publish time among all items known, deleted ones included, future ones not.
    `latest_at`, `latest_list_at`: the newest probe of all, and the newest that proved the list, also after `moment`.
    """

    def __init__(self, key: str, moment: datetime, known: Known) -> None:
        self.key = key
        self.moment = moment
        self.probed = known.probed
        self.newest_published: datetime | None = None
        self._items: dict[str, Post] = {}
        self._met: dict[str, datetime] = {}
        for post in known.versions:
            self._meet(post)
        self._to_count = list(known.published)
        self._later = deque(sorted(known.later, key=_when))
        self._reaches = known.reaches
        self.latest_at = known.latest_at
        self.latest_list_at = known.latest_list_at

    @property
    def is_whole(self) -> bool:
        """Whether nothing is known that happened after `moment`."""
        return not self._later and self._reaches is None

    def reaches(self, moment: datetime) -> bool:
        """False for a moment before this one, or so far after it that not all up to it was read."""
        return self.moment <= moment and (self._reaches is None or moment < self._reaches)

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

    def has_later(self, post: Post) -> bool | None:
        """Whether a later version of the item is known; null where that was not read."""
        if any(isinstance(event, Post) and event.id == post.id for event in self._later):
            return True
        return None if self._reaches is not None else False

    def move_to(self, moment: datetime) -> None:
        self.moment = moment
        line = moment + FUTURE_TOLERANCE
        while self._later and self._later[0].occurred_at <= moment:
            event = self._later.popleft()
            if isinstance(event, Post):
                self._meet(event)
                self._to_count += [event.published_at] if event.published_at else []
            else:
                self.probed = _after(self.probed, event)
        if past := [time for time in self._to_count if time <= line]:
            self._to_count = [time for time in self._to_count if time > line]
            self.newest_published = max(filter(None, (self.newest_published, *past)))

    def missed_at(self) -> datetime | None:
        """When the newest was published of what the last list lacks, though it was out by then and was seen later."""
        listed = self.probed.latest_list
        if listed is None or not self._later:
            return None
        later = [event for event in self._later if isinstance(event, Post) and event.id not in self._met]
        return max(_missed_by(listed, later, self._items.values()), default=None)

    def shows_missed(self) -> bool:
        """Whether what was first met at this moment speaks against the last list."""
        listed = self.probed.latest_list
        if listed is None:
            return False
        new = [post for post in self._items.values() if self._met[post.id] == self.moment > listed.at]
        before = [post for post in self._items.values() if self._met[post.id] <= listed.at] if new else ()
        return any(True for _ in _missed_by(listed, new, before))

    def posts(self) -> list[Post]:
        """The newest version of each item as first met so, newest published first, at most HISTORY_POSTS."""
        return sorted(self._items.values(), key=_by_time, reverse=True)[:HISTORY_POSTS]

    def met_at(self, post_id: str) -> datetime | None:
        """When the item was first seen, in whatever version."""
        return self._met.get(post_id)

    def fingerprints_gone(self, ids: set[str]) -> set[str]:
        """Of those of the items that were known by the time of the last list and are not on it."""
        listed = self.probed.latest_list
        known = [self._items[one] for one in ids.difference(listed.post_ids) if one in self._items] if listed else []
        return {post.fingerprint for post in known if listed and post.observed_at <= listed.at}

    def _meet(self, post: Post) -> None:
        known = self._items.pop(post.id, None)
        unchanged = known is not None and known == post.but(observed_at=known.observed_at)
        self._items[post.id] = known if known is not None and unchanged else post
        self._met.setdefault(post.id, post.observed_at)
        if len(self._items) > 2 * HISTORY_POSTS:
            forgotten = next(iter(self._items))
            del self._items[forgotten], self._met[forgotten]


def _missed_by(listed: Probe, later: Iterable[Post], before: Iterable[Post]) -> Iterator[datetime]:
    """When those were published that were out when the list was seen, and neither stand on it nor were met before.

    Two ways to an account may know an item by two names: who published in the same minute is taken for the same.
    """
    known = [post.published_at for post in before if post.published_at]
    for post in later:
        at = post.published_at
        if at is None or at > listed.at or post.id in listed.post_ids:
            continue
        if all(abs(time - at) >= SAME_ITEM for time in known):
            yield at


def _after(probed: Probed, probe: Probe) -> Probed:
    newest = max(filter(None, (probed.newest_post_at, probe.counted_newest)), default=None)
    if probe.proves_list:
        return Probed(probe, probe, newest, ())
    return Probed(probe, probed.latest_list, newest, (*probed.failures, probe)[-MOST_FAILURES:])


def _when(event: Post | Probe) -> datetime:
    return event.occurred_at


def _by_time(post: Post) -> tuple[bool, datetime, str]:
    return post.published_at is not None, post.published_at or post.observed_at, post.id


class Sitting:
    """A part of a transaction of the analyzer, with the timeline of the account it is at.

    `to_sketch`: what is to be held against what others published; `copies`: the indicators that copies fall under.
    `restored`: fingerprints of what came back to its list.
    """

    def __init__(self, judging: Judging) -> None:
        self.judging = judging
        self.to_sketch: list[Post] = []
        self.copies: set[str] = set()
        self.restored: set[str] = set()
        self._timeline: Timeline | None = None

    def at(self, key: str, moment: datetime) -> Timeline:
        """The account as known at `moment`."""
        timeline = self._timeline
        if timeline is None or timeline.key != key or not timeline.reaches(moment):
            timeline = self._timeline = Timeline(key, moment, self.judging.observed.known(key, moment))
        timeline.move_to(moment)
        return timeline

    def add_posts(self, posts: Sequence[Post]) -> list[Post]:
        """Posts of one moment, to be written down; those that were not known."""
        return self._add(self.judging.observed.posts, posts)

    def add_probes(self, probes: Sequence[Probe]) -> list[Probe]:
        """As `add_posts`."""
        return self._add(self.judging.observed.probes, probes)

    def _add(self, added: Added[E], events: Sequence[E]) -> list[E]:
        new = added.unknown(events)
        if new:
            # Read before anything is added, or that would have to be written first.
            self.at(new[0].key, new[0].occurred_at - INSTANT)
            added.add(new)
            self._meet(new)
        return new

    def _meet(self, events: Sequence[Post | Probe]) -> None:
        for event in events:
            if self._timeline is not None and self._timeline.key == event.key and not self._timeline.add(event):
                self._timeline = None

    def is_newest(self, post: Post) -> bool:
        """True unless a later version of the item is known already."""
        has_later = self.at(post.key, post.observed_at).has_later(post)
        return self.judging.observed.is_newest(post) if has_later is None else not has_later

    def forget(self) -> None:
        """What was read is no longer so: everything has to be read anew."""
        self._timeline = None
