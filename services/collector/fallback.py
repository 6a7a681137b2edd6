"""Several sources of one account, in order of trust: the next is asked where the one before proved no list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from services.collector.looker import Looker, Visit, pace_of
from services.collector.pace import pause_after
from services.collector.platforms.base import Platform
from services.collector.sources.base import Source, given_by
from shared.clock import Clock, chinese_time
from shared.errors import TransientError
from shared.events import Coverage, Outcome, Probe
from shared.source import PAGE, GivenSource, SourceState
from shared.storage.sources import Sources
from shared.storage.visits import Due, Rest, Visits

log = structlog.get_logger(__name__)

MOST_FURTHER = 4
"""Of one visit; of each kind one, so that fifty known articles do not stand before the bridge."""
MOST_REASON = 300
COMPARE_EVERY = timedelta(days=1)
"""A source that is not needed is asked so often all the same: only then can be told that two disagree."""


@dataclass(frozen=True)
class Fallback:
    """Asks the further sources of an account whose own page was looked at, each within its own pace."""

    looker: Looker
    kinds: Mapping[str, Source]
    platforms: Mapping[str, Platform]
    sources: Sources
    visits: Visits
    clock: Clock
    lease: timedelta

    def further(self, due: Due, page: Visit, renew: Callable[[], None]) -> list[Visit]:
        """All looks of the visit in their order, the page's first and the one that proved the list last.

        A source that was asked only to be compared tells its posts and no probe. Raises TransientError only where the
        database is away.
        """
        filed = given_by(due.account, self.kinds)
        every = {one.name: one for one in (*filed, *self.sources.of(due.account.key))}
        given = [one for one in every.values() if self._shows(one, due)]
        if not given or _is_over(page.probe):
            return [page]
        states, looks = self.sources.states(due.account.key), [page]
        newest = [due.newest_post_at, page.probe.newest_post_at, *(one.newest_post_at for one in states.values())]
        newest_known = max(filter(None, newest), default=None)
        for one in self._in_turn(given, states, page.probe.proves_list):
            if _proof(looks) is None or self._is_to_compare(one, states):
                looks += self._look(one, due, looks, newest_known, renew)
        self.sources.note(self._state(due.account.key, visit) for visit in looks)
        return _told(looks)

    def _shows(self, given: GivenSource, due: Due) -> bool:
        kind = self.kinds.get(given.kind)
        return kind is not None and (not kind.platforms or due.account.platform in kind.platforms)

    def _in_turn(self, given: list[GivenSource], states: Mapping[str, SourceState], proved: bool) -> list[GivenSource]:
        """By trust; of each kind the one whose look is longest ago."""
        by_age = sorted(given, key=lambda one: states[one.name].looked_at.timestamp() if one.name in states else 0)
        first = {one.kind: one for one in reversed(by_age)}
        in_turn = sorted(first.values(), key=lambda one: (self.kinds[one.kind].trust, one.kind))
        return [one for one in in_turn if not proved or self._is_to_compare(one, states)][:MOST_FURTHER]

    def _is_to_compare(self, given: GivenSource, states: Mapping[str, SourceState]) -> bool:
        known = states.get(given.name)
        return known is None or not known.looked_at <= self.clock() < known.looked_at + COMPARE_EVERY

    def _look(
        self, given: GivenSource, due: Due, looks: list[Visit], newest: datetime | None, renew: Callable[[], None]
    ) -> list[Visit]:
        kind = self.kinds[given.kind]
        if kind.has_own_pace:
            renew()
            return self._opened(given, kind, due, newest, renew)
        reader = self.platforms[kind.reader(due.account)]
        pace = pace_of(reader, kind.seen_as(due.account, given))
        if pace == due.pace_key:
            # Its platform has just asked us to stay away.
            if any(look.probe.outcome is Outcome.BLOCKED for look in looks if not look.probe.source):
                return []
            renew()
            return self._opened(given, kind, due, newest, renew)
        renew()
        now = self.clock()
        held = self.visits.take_pace(due, pace, kind.reader(due.account), now, now + self.lease)
        if held is None:
            return []
        found = self._opened(given, kind, due, newest, renew)
        self.visits.rest(held, self._rest(reader, held, found))
        return found

    def _opened(
        self, given: GivenSource, kind: Source, due: Due, newest: datetime | None, renew: Callable[[], None]
    ) -> list[Visit]:
        try:
            return [_only_new(kind, _agreeing(self.looker.look_at(given, kind, due.account, renew), newest))]
        except TransientError as error:
            log.warning("source_not_asked", account=due.account.key, kind=given.kind, error=str(error))
            return []

    def _rest(self, reader: Platform, held: Due, found: list[Visit]) -> Rest:
        now = self.clock()
        blocked = any(look.probe.outcome is Outcome.BLOCKED for look in found)
        wish = max((look.captured.retry_after_seconds or 0.0 for look in found), default=0.0)
        blocks = held.blocks + 1 if blocked else 0
        pause = pause_after(blocks, reader.cool_down_seconds, wish)
        free_at = now + timedelta(seconds=reader.min_interval_seconds)
        return Rest(now, free_at, now + pause if pause else None, blocks)

    def _state(self, key: str, visit: Visit) -> SourceState:
        probe, now = visit.probe, self.clock()
        times = [post.published_at for post in visit.reading.posts if post.published_at and not post.pinned]
        return SourceState(
            key=key,
            source=probe.source or PAGE,
            looked_at=now,
            outcome=probe.outcome,
            reason=probe.reason,
            proved_at=probe.at if probe.proves_list else None,
            newest_post_at=probe.newest_post_at,
            oldest_post_at=min(times, default=None),
            failures=0 if probe.outcome.is_evidence else 1,
        )


def best(looks: list[Visit]) -> Visit:
    """The look that proved the list, else the page's."""
    return _proof(looks) or looks[0]


def _proof(looks: list[Visit]) -> Visit | None:
    return next((look for look in looks if look.probe.proves_list), None)


def _told(looks: list[Visit]) -> list[Visit]:
    """One visit is one look to who judges: its best probe is told, after the posts of all. The failure of a source that
    was asked before the proof is told where it lies before it; nothing that one proves does another un-prove."""
    last = best(looks)
    place = looks.index(last)
    before = [replace(look, told=look.probe.at < last.probe.at) for look in looks[:place]]
    after = [replace(look, told=False) for look in looks[place + 1 :]]
    return [*before, *after, last if last.probe.proves_list else _with_others(last, after)]


def _with_others(page: Visit, others: list[Visit]) -> Visit:
    """What the other sources said goes into the one reason a person reads."""
    said = [look.probe.reason or look.probe.outcome.words for look in others]
    if not said:
        return page
    own = page.probe.reason or page.probe.outcome.words
    return replace(page, probe=page.probe.but(reason=f"{own}；其他来源：{'；'.join(said)}"[:MOST_REASON]))


def _is_over(probe: Probe) -> bool:
    """The platform says that the account is no more: what others still keep of it changes nothing."""
    gone = probe.outcome is Outcome.GONE and probe.covers is Coverage.PROFILE
    return gone or probe.outcome is Outcome.CLOCK


def _agreeing(visit: Visit, newest: datetime | None) -> Visit:
    """No silence rests on a list that lacks what another source has shown."""
    probe = visit.probe
    if not probe.proves_list or newest is None or (probe.newest_post_at is not None and probe.newest_post_at >= newest):
        return visit
    why = f"没有列出{chinese_time(newest)}的内容，与其他来源不一致，只作有更新的依据"
    outcome = Outcome.PARSE_ERROR if probe.outcome is Outcome.EMPTY else probe.outcome
    return replace(visit, probe=probe.but(covers=Coverage.ITEM, reason=why, outcome=outcome))


def _only_new(kind: Source, visit: Visit) -> Visit:
    """Other sources number items in other ways and know less of each: what is not on their list is not deleted, and
    what was published already stays as it was seen."""
    new = [place for place, post in enumerate(visit.posts) if post.id not in visit.known]
    shown = tuple(visit.reading.posts[place] for place in new)
    probe = visit.probe.but(post_ids=(), name=visit.probe.name if kind.names_account else None)
    reading = visit.reading.model_copy(update={"posts": shown})
    return replace(visit, reading=reading, probe=probe, posts=tuple(visit.posts[place] for place in new))
