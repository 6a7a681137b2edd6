"""One visit: open, read, publish what is new and how the visit ended, and only then remember it."""

import random
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.collector.clock_watch import TOLERANCE, ClockWatch
from services.collector.fallback import Fallback, best
from services.collector.inquiry import Inquiry
from services.collector.keeping import Keeping
from services.collector.links.errands import Errands
from services.collector.looker import Looker, Visit, failed_reading, nothing, pace_of
from services.collector.news import items_to_remember
from services.collector.pace import pause_after
from services.collector.platforms.base import Platform
from services.collector.rhythm import read_rhythm
from services.collector.schedule import NEVER_QUIET, Planned, Quiet, looks_per_day, next_visit, stretch_of
from services.collector.worth import is_first_today
from shared.account import Account
from shared.backoff import doubled
from shared.bus.contract import Bus
from shared.clock import Clock
from shared.errors import InputError, PermanentError, TransientError
from shared.events import Coverage, Outcome, Probe
from shared.runtime.metrics import Metrics
from shared.storage.notes import Notes
from shared.storage.published import Published
from shared.storage.visits import Due, Rest, Visits
from shared.trace import Trace, traced

log = structlog.get_logger(__name__)

LONGEST_INTERVAL_SECONDS = 86_400.0
TAKE_STOCK_EVERY = timedelta(minutes=1)
MEND_EVERY = timedelta(hours=1)
ADD_UP_EVERY = timedelta(minutes=10)
TRY_AGAIN_AFTER = timedelta(seconds=30)
"""When the browser does not start, which is nobody's fault in the ledger."""
HURRY_SECONDS = 8.0
"""For a visit at hand when the process is to end; most are over by then."""
_DATABASE = "database"


class CollectorEngine:
    """Visits one due account of each platform per step.

    What a visit found is kept until the bus and the database have taken it, and nothing else is visited before. A crash
    in between repeats the visit, which is harmless. `own`: of the platforms, those it visits by itself; none is all.
    `prune`: a little of the old evidence each minute, while the clock is known to be right.
    `keeping`: null where no evidence is to be kept.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        visits: Visits,
        notes: Notes,
        platforms: Mapping[str, Platform],
        looker: Looker,
        metrics: Metrics,
        clock: Clock,
        watch: ClockWatch,
        owner: str,
        lease: timedelta,
        chance: random.Random,
        errands: Errands | None = None,
        inquiry: Inquiry | None = None,
        own: Collection[str] = (),
        prune: Callable[[datetime], object] = lambda _: None,
        keeping: Keeping | None = None,
        fallback: Fallback | None = None,
    ) -> None:
        self._fallback = fallback
        self._bus = bus
        self._visits = visits
        self._notes = notes
        self._platforms = platforms
        self._looker = looker
        self._metrics = metrics
        self._clock = clock
        self._watch = watch
        self._owner = owner
        self._lease = lease
        self._keeping = keeping
        self._chance = chance
        self._errands = errands
        self._inquiry = inquiry
        self._prune = prune
        self._trace: Trace | None = None
        self._left: deque[Callable[[], None]] = deque()
        self._own = tuple(name for name in platforms if not own or name in own)
        self._names = self._own
        self._deadline_days: tuple[int, ...] = ()
        self._stock_taken_at: datetime | None = None
        self._mended_at: datetime | None = None
        self._wanted: Mapping[str, float] = {}
        self._added_up_at: datetime | None = None

    def step(self, now: datetime) -> bool:
        """Visit the longest-due account of each platform that may be visited; True when there was one.

        A browser that does not start stops only those who need it. Raises TransientError when nothing could be done.
        """
        self._finish()
        self._take_stock(now)
        visited, failure = False, None
        for name in self._names:
            if self._looker.is_leaving:
                break
            try:
                visited = self._visit_one_of(name) or visited
            except TransientError as error:
                if self._left:
                    raise
                log.warning("visit_not_begun", platform=name, error=str(error))
                failure = failure or error
        if self._errands and not self._looker.is_leaving:
            self._errands.step(self._clock())
        if failure is not None and not visited:
            raise failure
        self._metrics.last_round.labels("collector").set(now.timestamp())
        return visited

    def visit(self, account: Account, full: bool = False) -> Visit:
        """Visit one account without publishing or remembering anything. Raises InputError: no such platform.

        `full`: the whole page, which alone shows some platforms' account name.
        """
        if account.platform not in self._platforms:
            raise InputError(account.key, f"没有该平台的采集程序；可用的有：{'、'.join(sorted(self._platforms))}")
        return self._looker.look(account, full, renew=nothing)

    def check(self) -> None:
        """Raises TransientError naming what goes wrong while the looking goes on."""
        if self._keeping:
            self._keeping.check()

    def hurry(self) -> None:
        """Begin no further visit, and give up the one at hand if it takes long: another collector makes it."""
        self._looker.hurry(HURRY_SECONDS)
        if self._errands:
            self._errands.hurry(HURRY_SECONDS)

    def close(self) -> None:
        """Close the browser; call it from the thread that stepped."""
        self._looker.close()

    def _take_stock(self, now: datetime) -> None:
        """What need not be asked at every step: deadlines, accounts nobody can read, the database's clock."""
        if not _is_time(self._stock_taken_at, now, TAKE_STOCK_EVERY):
            return
        self._deadline_days = _days(self._notes.as_of("deadline_days", now))
        self._names = (*self._own, *self._visits.platforms_besides(self._platforms))
        self._ask_database_clock(now)
        if _is_time(self._mended_at, now, MEND_EVERY) and self._watch.error(now) is None:
            self._visits.mend_plans(now)
            self._mended_at = now
        if _is_time(self._added_up_at, now, ADD_UP_EVERY):
            self._wanted = self._visits.wanted_per_day()
            self._added_up_at = now
        if self._watch.error(now) is None:
            self._prune(now)
        if self._keeping:
            self._keeping.take_stock(self._own, now)
        self._stock_taken_at = now

    def _ask_database_clock(self, now: datetime) -> None:
        """It may accuse our clock, not acquit it: on one machine with us it is wrong with us."""
        theirs = self._visits.database_now()
        offset = now - theirs if theirs else timedelta()
        if abs(offset) > TOLERANCE:
            self._watch.note(_DATABASE, offset, now)
        else:
            self._watch.forget(_DATABASE)
        self._metrics.clock_error.set((self._watch.error(now) or timedelta()).total_seconds())

    def _visit_one_of(self, name: str) -> bool:
        try:
            due = self._visits.lease_due(
                name, self._owner, self._clock(), self._lease, partial(pace_of, self._platforms.get(name))
            )
        except TransientError:
            # It may be ours all the same: of a commit the answer can be all that was lost.
            self._left.append(partial(self._visits.give_back_unknown, name, self._owner, self._clock()))
            raise
        if due is None:
            return False
        self._trace = Trace.begun()
        with traced(self._trace):
            if due.attempts:
                log.warning("visit_never_ended_before", account=due.account.key, attempts=due.attempts)
            self._visit_due(due)
        return True

    def _visit_due(self, due: Due) -> None:
        renew = partial(self._renew, due)
        # The first visit of a Beijing day is a full one: the light path would never notice a new name.
        full = is_first_today(due.last_at, self._clock())
        try:
            page = self._looker.look(due.account, full, renew)
            if full and self._inquiry:
                renew()
                found = self._inquiry.ask(due.account, page)
                self._left.append(partial(self._inquiry.note, due.account, found))
            visits = self._fallback.further(due, page, renew) if self._fallback else [page]
        except TransientError:
            self._left.append(partial(self._visits.give_back, due, self._clock() + TRY_AGAIN_AFTER))
            self._finish()
            raise
        if self._keeping:
            visits = [self._keeping.kept(due, visit, self._deadline_days, renew) for visit in visits]
            page = next((visit for visit in visits if visit.probe.source is None), page)
        self._left.append(partial(self._rest, due, page, len(visits)))
        self._left.extend(partial(self._publish, due, visits, place) for place in range(len(visits)))
        self._left.append(partial(self._conclude, due, visits))
        self._finish()

    def _finish(self) -> None:
        """Whatever is left of the last visit, in order, each until it succeeded once. Raises TransientError."""
        with traced(self._trace):
            while self._left:
                self._left[0]()
                self._left.popleft()

    def _renew(self, due: Due) -> None:
        self._visits.renew(due, self._clock() + self._lease)

    def _rest(self, due: Due, visit: Visit, looks: int) -> None:
        now = self._clock()
        blocks = due.blocks + 1 if visit.probe.outcome is Outcome.BLOCKED else 0
        platform = self._platforms.get(due.account.platform)
        interval = doubled(platform.min_interval_seconds, 0, LONGEST_INTERVAL_SECONDS) if platform else 0.0
        cool_down = platform.cool_down_seconds if platform else 0.0
        wish = visit.captured.retry_after_seconds or 0.0
        pause = pause_after(blocks, cool_down, wish, self._chance.random())
        until = now + pause if pause else None
        free_at = now + timedelta(seconds=interval * (visit.pages + looks - 1))
        self._visits.rest(due, Rest(now, free_at, until, blocks, visit.captured.clock_offset))

    def _publish(self, due: Due, visits: list[Visit], place: int) -> None:
        visit, key = visits[place], due.account.key
        news, probes = visit.news, [visit.probe] if visit.told else []
        try:
            self._bus.publish([*news, *probes])
        except PermanentError as error:
            log.warning("not_publishable", account=key, error=str(error))
            visits[place] = visit = _unpublishable(visit)
            self._bus.publish([visit.probe])
        shown, outcome = len(visit.posts), str(visit.probe.outcome)
        of = {"source": visit.probe.source.partition(":")[0]} if visit.probe.source else {}
        log.info("visited", account=key, outcome=outcome, posts=shown, news=len(news) if shown else 0, **of)

    def _conclude(self, due: Due, visits: list[Visit]) -> None:
        items: dict[str, Published] = {}
        for visit in visits:
            found = items_to_remember(visit.reading.posts, visit.posts, visit.known, visit.probe.at)
            items = found | items  # What the account's own page shows comes first.
        # From here on only the database is asked: what was published is not published again.
        self._left.append(partial(self._record, *self._plan(due, visits), items))
        for visit in visits:
            self._note_links(due, visit)
            self._count(visit.probe)

    def _note_links(self, due: Due, visit: Visit) -> None:
        if self._errands is None or not visit.probe.outcome.is_evidence:
            return
        self._errands.note_answer(visit.probe.at)
        fresh = [post for post in visit.reading.posts if post.links and post.id not in visit.known]
        if fresh:
            self._left.append(partial(self._errands.note_posts, due.account, fresh, visit.probe.at))

    def _record(self, due: Due, planned: Planned, items: Mapping[str, Published]) -> None:
        self._visits.record(due, planned.at, items, at_line=planned.at_line)
        self._metrics.last_success.labels("visit").set(self._clock().timestamp())

    def _plan(self, due: Due, visits: list[Visit]) -> tuple[Due, Planned]:
        visit, now = best(visits), self._clock()
        probe, failed = visit.probe, not visit.probe.outcome.is_evidence
        newest = [due.newest_post_at, *(one.probe.newest_post_at for one in visits)]
        rhythm = read_rhythm(due.rhythm)
        if not failed and probe.source is None:
            rhythm = rhythm.learned(visit.reading.posts, probe.at)
        rate = rhythm.posts_per_day(now)
        after = replace(
            due,
            failures=due.failures + 1 if failed else 0,
            last_at=now,
            newest_post_at=max(filter(None, newest), default=None),
            posts_per_day=rate,
            rhythm=rhythm.text(),
            wanted_per_day=looks_per_day(rate),
        )
        return after, next_visit(
            now,
            rhythm=rhythm,
            newest_post_at=after.newest_post_at,
            failures=after.failures,
            deadline_days=self._deadline_days,
            jitter=self._chance.uniform(-1, 1),
            stretch=self._stretch(due),
            quiet=self._quiet(due),
            says_gone=probe.outcome is Outcome.GONE and probe.covers is Coverage.PROFILE,
        )

    def _stretch(self, due: Due) -> float:
        platform = self._platforms.get(due.account.platform)
        wanted = self._wanted.get(due.pace_key, 0.0)
        return stretch_of(wanted, platform.min_interval_seconds) if platform else 1.0

    def _quiet(self, due: Due) -> Quiet:
        platform = self._platforms.get(due.account.platform)
        return Quiet(platform.quiet_from_hour, platform.quiet_until_hour) if platform else NEVER_QUIET

    def _count(self, probe: Probe) -> None:
        self._metrics.visits.labels(probe.platform, str(probe.outcome)).inc()
        self._metrics.visit_seconds.labels(probe.platform).observe((probe.duration_ms or 0) / 1000)
        if probe.proves_list:
            self._metrics.last_visit.labels(probe.platform).set(probe.at.timestamp())


def _is_time(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """True also when the clock was set back."""
    return last is None or not last <= now < last + every


def _days(note: str | None) -> tuple[int, ...]:
    """The analyzer's note of its rulebook's deadlines, `7,10,14`; none is the ordinary rhythm."""
    words = (word.strip() for word in (note or "").split(","))
    return tuple(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 5)


def _unpublishable(visit: Visit) -> Visit:
    """What the bus will never take, told as such: it concerns this account alone."""
    reading = failed_reading("页面内容过大，无法登记")
    less = {"outcome": reading.outcome, "reason": reading.reason, "covers": reading.covers}
    none = {"name": None, "url": None, "post_ids": (), "newest_post_at": None}
    return replace(visit, reading=reading, posts=(), probe=visit.probe.but(**less, **none))
