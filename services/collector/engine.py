"""One visit: open, read, publish what is new and how the visit ended, and only then remember it."""

import random
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from services.collector.capture import Captured, Plan, Reading, sha256_of
from services.collector.clock_watch import TOLERANCE, ClockWatch, clock_reason
from services.collector.news import first_times_kept, items_to_remember, post_of, posts_per_day
from services.collector.pace import next_visit, pause_after
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.addresses import host_of
from shared.backoff import doubled
from shared.bus.contract import Bus
from shared.clock import FUTURE_TOLERANCE, Clock, to_shanghai
from shared.errors import InputError, PermanentError, TransientError
from shared.events import Coverage, Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.notes import Notes
from shared.storage.published import Published
from shared.storage.visits import Due, Rest, Visits
from shared.trace import Trace, traced

log = structlog.get_logger(__name__)

LONGEST_INTERVAL_SECONDS = 86_400.0
TAKE_STOCK_EVERY = timedelta(minutes=1)
MEND_EVERY = timedelta(hours=1)
TRY_AGAIN_AFTER = timedelta(seconds=30)
"""When the browser does not start, which is nobody's fault in the ledger."""
HURRY_SECONDS = 8.0
"""For a visit at hand when the process is to end; most are over by then."""
_DATABASE = "database"


@dataclass(frozen=True)
class Visit:
    """One visit to one account: what was captured, what it told, and the events made of it.

    `known`: of the posts, what was published before.
    """

    reading: Reading
    captured: Captured
    probe: Probe
    posts: tuple[Post, ...]
    known: Mapping[str, Published]


class Visitor(Protocol):
    """What the engine needs of the browser."""

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured: ...

    def hurry(self, seconds: float) -> None:
        """The visit at hand fails unless it is over within `seconds`. Called from another thread."""
        ...

    def close(self) -> None: ...


class CollectorEngine:
    """Visits one due account of each platform per step.

    What a visit found is kept until the bus and the database have taken it, and nothing else is visited before. A crash
    in between repeats the visit, which is harmless. `own`: of the platforms, those it visits by itself; none is all.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        visits: Visits,
        notes: Notes,
        platforms: Mapping[str, Platform],
        visitor: Visitor,
        metrics: Metrics,
        clock: Clock,
        watch: ClockWatch,
        owner: str,
        lease: timedelta,
        chance: random.Random,
        own: Collection[str] = (),
    ) -> None:
        self._bus = bus
        self._visits = visits
        self._notes = notes
        self._platforms = platforms
        self._visitor = visitor
        self._metrics = metrics
        self._clock = clock
        self._watch = watch
        self._owner = owner
        self._lease = lease
        self._chance = chance
        self._leaving = threading.Event()
        self._trace: Trace | None = None
        self._left: deque[Callable[[], None]] = deque()
        self._own = tuple(name for name in platforms if not own or name in own)
        self._names = self._own
        self._deadline_days: tuple[int, ...] = ()
        self._stock_taken_at: datetime | None = None
        self._mended_at: datetime | None = None

    def step(self, now: datetime) -> bool:
        """Visit the longest-due account of each platform that may be visited; True when there was one.

        A browser that does not start stops only those who need it. Raises TransientError when nothing could be done.
        """
        self._finish()
        self._take_stock(now)
        visited, failure = False, None
        for name in self._names:
            if self._leaving.is_set():
                break
            try:
                visited = self._visit_one_of(name) or visited
            except TransientError as error:
                if self._left:
                    raise
                log.warning("visit_not_begun", platform=name, error=str(error))
                failure = failure or error
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
        return self._visit(account, full, renew=_nothing)

    def hurry(self) -> None:
        """Begin no further visit, and give up the one at hand if it takes long: another collector makes it."""
        self._leaving.set()
        self._visitor.hurry(HURRY_SECONDS)

    def close(self) -> None:
        """Close the browser; call it from the thread that stepped."""
        self._visitor.close()

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
        pace_of = partial(_pace_of, self._platforms.get(name))
        try:
            due = self._visits.lease_due(name, self._owner, self._clock(), self._lease, pace_of)
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
        try:
            visit = self._visit(due.account, _first_today(due, self._clock()), renew)
        except TransientError:
            self._left.append(partial(self._visits.give_back, due, self._clock() + TRY_AGAIN_AFTER))
            self._finish()
            raise
        self._left.append(partial(self._rest, due, visit))
        self._left.append(partial(self._publish, due, visit))
        self._finish()

    def _finish(self) -> None:
        """Whatever is left of the last visit, in order, each until it succeeded once. Raises TransientError."""
        with traced(self._trace):
            while self._left:
                self._left[0]()
                self._left.popleft()

    def _renew(self, due: Due) -> None:
        self._visits.renew(due, self._clock() + self._lease)

    def _visit(self, account: Account, full: bool, renew: Callable[[], None]) -> Visit:
        """A row that cannot be opened, and a page that breaks its reader, is an outcome too."""
        started, nothing = self._clock(), Captured(final_url=account.url)
        platform = self._platforms.get(account.platform)
        if platform is None:
            return self._told(account, _failed(f"没有该平台（{account.platform}）的采集程序"), nothing, started)
        try:
            reading, captured = self._open(account, platform, platform.plan(account), full, renew)
            if captured.clock_offset is not None:
                self._watch.note(_pace_of(platform, account), captured.clock_offset, self._clock())
            return self._told(account, reading, captured, started)
        except InputError as error:
            return self._told(account, _failed(f"台账信息无法打开：{error}"), nothing, started)
        except TransientError:
            raise
        except Exception as error:
            log.exception("reader_raised", account=account.key)
            self._metrics.reader_errors.labels(account.platform).inc()
            return self._told(account, _failed(f"读取程序出错（{type(error).__name__}）"), nothing, started)

    def _open(
        self, account: Account, platform: Platform, plan: Plan, full: bool, renew: Callable[[], None]
    ) -> tuple[Reading, Captured]:
        captured = self._visitor.visit(account.platform, plan, platform.hosts, full)
        self._give_up(captured)
        reading = _read(account, platform, captured)
        if captured.light and not reading.outcome.is_evidence and not _too_fast(captured):
            # The light path proved nothing: before saying so, open the page as a person would.
            renew()
            captured = self._visitor.visit(account.platform, plan, platform.hosts, full=True)
            self._give_up(captured)
            reading = _read(account, platform, captured)
        opened = plan.page or next(iter(plan.fetch), None)
        # A page that never came leaves the browser on about:blank, which is nobody's address.
        shown = captured.final_url if (captured.final_url or "").startswith("http") else opened
        return reading, captured.model_copy(update={"final_url": shown})

    def _give_up(self, captured: Captured) -> None:
        """What failed because we are leaving says nothing about the account. Raises TransientError."""
        if captured.failure is not None and self._leaving.is_set():
            raise TransientError("正在停止，核查中止")

    def _told(self, account: Account, reading: Reading, captured: Captured, started: datetime) -> Visit:
        at = max([capture.at for capture in captured.captures], default=self._clock())
        error = self._watch.error(self._clock())
        if error is not None and (reading.outcome.is_evidence or reading.outcome is Outcome.GONE):
            reading = Reading(outcome=Outcome.CLOCK, reason=clock_reason(error))
        if error is not None:
            # Never in the future, by our clock or by theirs: what lies ahead would count once the clock is right.
            at = min(at, at - error)
        known = self._visits.published(account.key, [post.id for post in reading.posts])
        reading = first_times_kept(reading, known)
        posts = tuple(post_of(account, shown, at) for shown in reading.posts)
        times = [post.published_at for post in reading.posts if post.published_at]
        probe = Probe(
            platform=account.platform,
            account_id=account.id,
            at=at,
            outcome=_proved(reading),
            reason=reading.reason,
            name=reading.account.name if reading.account else None,
            covers=reading.covers,
            newest_post_at=max((time for time in times if time <= at + FUTURE_TOLERANCE), default=None),
            post_ids=tuple(post.id for post in reading.posts),
            url=captured.final_url or account.url,
            evidence_sha256=sha256_of(captured.captures),
            duration_ms=int((self._clock() - started).total_seconds() * 1000),
        )
        return Visit(reading, captured, probe, posts, known)

    def _rest(self, due: Due, visit: Visit) -> None:
        now = self._clock()
        blocks = due.blocks + 1 if visit.probe.outcome is Outcome.BLOCKED else 0
        platform = self._platforms.get(due.account.platform)
        interval = doubled(platform.min_interval_seconds, 0, LONGEST_INTERVAL_SECONDS) if platform else 0.0
        cool_down = platform.cool_down_seconds if platform else 0.0
        pause = pause_after(blocks, cool_down, visit.captured.retry_after_seconds or 0.0)
        until = now + pause if pause else None
        free_at = now + timedelta(seconds=interval)
        self._visits.rest(due, Rest(now, free_at, until, blocks, visit.captured.clock_offset))

    def _publish(self, due: Due, visit: Visit) -> None:
        known, key = visit.known, due.account.key
        news = [post for post in visit.posts if post.id not in known or known[post.id].digest != post.digest]
        try:
            self._bus.publish([*news, visit.probe])
        except PermanentError as error:
            log.warning("not_publishable", account=key, error=str(error))
            visit = _unpublishable(visit)
            self._bus.publish([visit.probe])
        items = items_to_remember(visit.reading.posts, visit.posts, known, visit.probe.at)
        # From here on only the database is asked: what was published is not published again.
        self._left.append(partial(self._record, *self._plan(due, visit), items))
        self._count(visit.probe)
        shown, outcome = len(visit.posts), str(visit.probe.outcome)
        log.info("visited", account=key, outcome=outcome, posts=shown, news=len(news) if shown else 0)

    def _record(self, due: Due, next_at: datetime, items: Mapping[str, Published]) -> None:
        self._visits.record(due, next_at, items)
        self._metrics.last_success.labels("visit").set(self._clock().timestamp())

    def _plan(self, due: Due, visit: Visit) -> tuple[Due, datetime]:
        probe, failed, now = visit.probe, not visit.probe.outcome.is_evidence, self._clock()
        after = replace(
            due,
            failures=due.failures + 1 if failed else 0,
            last_at=now,
            newest_post_at=max(filter(None, (due.newest_post_at, probe.newest_post_at)), default=None),
            posts_per_day=due.posts_per_day if failed else posts_per_day(visit.reading.posts, probe.at),
        )
        return after, next_visit(
            now,
            posts_per_day=after.posts_per_day,
            newest_post_at=after.newest_post_at,
            failures=after.failures,
            deadline_days=self._deadline_days,
            jitter=self._chance.uniform(-1, 1),
        )

    def _count(self, probe: Probe) -> None:
        self._metrics.visits.labels(probe.platform, str(probe.outcome)).inc()
        self._metrics.visit_seconds.labels(probe.platform).observe((probe.duration_ms or 0) / 1000)
        if probe.proves_list:
            self._metrics.last_visit.labels(probe.platform).set(probe.at.timestamp())


def _nothing() -> None:
    """The `renew` of a visit that nobody else could begin."""


def _is_time(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """True also when the clock was set back."""
    return last is None or not last <= now < last + every


def _days(note: str | None) -> tuple[int, ...]:
    """The analyzer's note of its rulebook's deadlines, `7,10,14`; none is the ordinary rhythm."""
    words = (word.strip() for word in (note or "").split(","))
    return tuple(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 5)


def _pace_of(platform: Platform | None, account: Account) -> str:
    """Whose politeness a visit falls under: the platform's, or one host's of it."""
    host = host_of(account.url or "") if platform and platform.paced_by_host else None
    return f"{account.platform}:{host[:253]}" if host else account.platform


def _failed(reason: str) -> Reading:
    return Reading(outcome=Outcome.PARSE_ERROR, reason=reason)


def _read(account: Account, platform: Platform, captured: Captured) -> Reading:
    if captured.failure is not None:
        return Reading(outcome=captured.failure, reason=captured.reason)
    return platform.read(captured.captures, account)


def _unpublishable(visit: Visit) -> Visit:
    """What the bus will never take, told as such: it concerns this account alone."""
    reading = _failed("页面内容过大，无法登记")
    less = {"outcome": reading.outcome, "reason": reading.reason, "covers": reading.covers}
    none = {"name": None, "url": None, "post_ids": (), "newest_post_at": None}
    return replace(visit, reading=reading, posts=(), probe=visit.probe.but(**less, **none))


def _first_today(due: Due, now: datetime) -> bool:
    """The first visit of a Beijing day is a full one: the light path would never notice a new name."""
    return due.last_at is None or to_shanghai(due.last_at).date() != to_shanghai(now).date()


def _too_fast(captured: Captured) -> bool:
    """Asked to slow down (Weibo's 418, HTTP's 429): asking for more at once would be rude."""
    return any(capture.status in (418, 429) for capture in captured.captures)


def _proved(reading: Reading) -> Outcome:
    """What was read, but not of this account (several accounts' posts, or none), proves nothing about it."""
    about_others = reading.covers in (Coverage.TIMELINE, Coverage.NOTHING)
    return Outcome.PARSE_ERROR if reading.outcome.is_evidence and about_others else reading.outcome
