"""One look at one account: what its platform says to open is opened and read, and made into events."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from services.collector.bridges import Bridges, Held
from services.collector.capture import Capture, Captured, Plan, Reading, sha256_of
from services.collector.clock_watch import ClockWatch, clock_reason
from services.collector.news import first_times_kept, post_of, without_stamps
from services.collector.platforms.base import Platform
from services.collector.sessions.session import SessionFileError
from services.collector.sessions.turns import Turns
from services.collector.sources.base import Proves, Source, Teller
from shared.account import Account
from shared.addresses import host_of
from shared.clock import FUTURE_TOLERANCE, Clock
from shared.errors import InputError, TransientError
from shared.events import Coverage, Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.source import BRIDGE, GivenSource
from shared.storage.published import Published
from shared.storage.visits import Visits

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Visit:
    """One visit to one account: what was captured, what it told, and the events made of it.

    `known`: of the posts, what was published before. `pages`: how many were opened, which the platform rests for.
    `told`: false where its probe is kept to ourselves, since another source of the account proved what this one could
    not.
    """

    reading: Reading
    captured: Captured
    probe: Probe
    posts: tuple[Post, ...]
    known: Mapping[str, Published]
    pages: int = 1
    told: bool = True

    @property
    def news(self) -> list[Post]:
        """Of the posts those that are new or changed."""
        known = self.known
        return [post for post in self.posts if post.id not in known or known[post.id].digest != post.digest]


class Visitor(Protocol):
    """What the engine needs of the browser."""

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured: ...

    def hurry(self, seconds: float) -> None:
        """The visit at hand fails unless it is over within `seconds`. Called from another thread."""
        ...

    def close(self) -> None: ...


class Looker:
    """Looks at accounts and remembers nothing. `renew`, of each look, tells that it takes longer than was leased."""

    def __init__(
        self,
        *,
        visits: Visits,
        platforms: Mapping[str, Platform],
        visitor: Visitor,
        metrics: Metrics,
        clock: Clock,
        watch: ClockWatch,
        bridges: Bridges | None = None,
        turns: Turns | None = None,
        teller: Teller | None = None,
    ) -> None:
        self._bridges = bridges
        self._turns = turns
        self._teller = teller
        self._visits = visits
        self._platforms = platforms
        self._visitor = visitor
        self._metrics = metrics
        self._clock = clock
        self._watch = watch
        self._leaving = threading.Event()

    @property
    def is_leaving(self) -> bool:
        return self._leaving.is_set()

    def hurry(self, seconds: float) -> None:
        """No further look begins, and the one at hand is given up after `seconds`. Any thread may call."""
        self._leaving.set()
        self._visitor.hurry(seconds)

    def close(self) -> None:
        """Close the browser; call it from the thread that looked."""
        try:
            if self._turns:
                self._turns.close()
        finally:
            self._visitor.close()

    def look(self, account: Account, full: bool, renew: Callable[[], None]) -> Visit:
        """A row that cannot be opened, and a page that breaks its reader, is an outcome too."""
        started, nothing = self._clock(), Captured(final_url=account.url)
        platform = self._platforms.get(account.platform)
        if platform is None:
            return self._told(account, failed_reading(f"没有该平台（{account.platform}）的采集程序"), nothing, started)
        try:
            read = partial(platform.read, account=account)
            reading, captured = self._open(account.platform, platform.plan(account), read, full=full, renew=renew)
            if captured.clock_offset is not None:
                self._watch.note(pace_of(platform, account), captured.clock_offset, self._clock())
            held = self._held(account.url, reading, captured, is_bridge=False)
            return self._told(account, held.reading, captured, started, until=held.until)
        except SessionFileError as error:
            return self._told(account, Reading(outcome=Outcome.CRASH, reason=str(error)), nothing, started)
        except InputError as error:
            return self._told(account, failed_reading(f"台账信息无法打开：{error}"), nothing, started)
        except TransientError:
            raise
        except Exception as error:
            log.exception("reader_raised", account=account.key)
            return self._told(account, self._raised(account, error), nothing, started)

    def look_at(self, given: GivenSource, source: Source, account: Account, renew: Callable[[], None]) -> Visit:
        """As `look`, at a further source of the account. Raises TransientError also where nothing could be asked."""
        started, nothing = self._clock(), Captured(final_url=given.address or None)
        try:
            read = partial(source.read, account=account, given=given, platforms=self._platforms)
            reading, captured = self._gathered(given, source, account, read, renew)
            until = source.proved_until(captured.captures, given) if captured.captures else None
            held = self._held(given.address, reading, captured, is_bridge=given.kind == BRIDGE)
            reading, until = _no_more(source, held.reading), min(filter(None, (until, held.until)), default=None)
            return self._told(account, reading, captured, started, until=until, source=given.name)
        except SessionFileError as error:
            reading = Reading(outcome=Outcome.CRASH, reason=str(error))
            return self._told(account, reading, nothing, started, source=given.name)
        except InputError as error:
            reading = failed_reading(f"来源地址无法打开：{error}")
            return self._told(account, reading, nothing, started, source=given.name)
        except TransientError:
            raise
        except Exception as error:
            log.exception("reader_raised", account=account.key)
            return self._told(account, self._raised(account, error), nothing, started, source=given.name)

    def _raised(self, account: Account, error: Exception) -> Reading:
        self._metrics.reader_errors.labels(account.platform).inc()
        return failed_reading(f"读取程序出错（{type(error).__name__}）")

    def _held(self, url: str | None, reading: Reading, captured: Captured, *, is_bridge: bool) -> Held:
        reading = without_stamps(reading, [capture.at for capture in captured.captures])
        return self._bridges.held(url, reading, captured, is_bridge=is_bridge) if self._bridges else Held(reading)

    def _gathered(
        self, given: GivenSource, source: Source, account: Account, read: "Read", renew: Callable[[], None]
    ) -> tuple[Reading, Captured]:
        plan, name = source.plan(account, given, self._platforms), source.reader(account)
        if plan is None:
            captured = source.gather(account, given, self._clock(), self._teller)
            return _read(captured, read), captured
        if source.plain_first and plan.page:
            reading, captured = self._open(name, Plan(fetch=(plan.page,)), read, full=False, renew=renew)
            # Who is not on the network is not by browser either, and who asks too fast does not ask again.
            if reading.outcome.is_evidence or captured.failure is not None or _too_fast(captured):
                return reading, captured
            renew()
        return self._open(name, plan, read, full=False, renew=renew)

    def _open(
        self, name: str, plan: Plan, read: "Read", *, full: bool, renew: Callable[[], None]
    ) -> tuple[Reading, Captured]:
        """Logged in where somebody is. Only the platform knows whether a wall is a login that has ended, so it is
        asked; then another login looks, or the public."""
        turn = self._turns.take(name, renew) if self._turns and plan.page else None
        reading, captured = self._seen(name, plan, read, full=full, renew=renew)
        if self._turns and turn:
            if reading.outcome is Outcome.LOGIN_WALL and self._turns.is_over(turn, renew):
                renew()
                turn = self._turns.take(name, renew)
                reading, captured = self._seen(name, plan, read, full=True, renew=renew)
            if turn:
                self._turns.note(turn, reading.outcome, captured.retry_after_seconds or 0.0)
        return reading, captured.model_copy(update={"session": turn.named if turn else None})

    def _seen(
        self, name: str, plan: Plan, read: "Read", *, full: bool, renew: Callable[[], None]
    ) -> tuple[Reading, Captured]:
        hosts = self._platforms[name].hosts
        captured = self._visitor.visit(name, plan, hosts, full)
        self._give_up(captured)
        reading, signs = _read(captured, read), 0
        # The light path proved nothing: before saying so, open the page as a person would. And nobody is told that an
        # account is no more by one sign alone: the page is opened again, and what it says then counts.
        while plan.page and self._is_to_be_seen_again(reading, captured, signs):
            signs += _is_gone(reading)
            renew()
            captured = self._visitor.visit(name, plan, hosts, full=True)
            self._give_up(captured)
            reading = _read(captured, read)
        opened = plan.page or next(iter(plan.fetch), None)
        # A page that never came leaves the browser on about:blank, which is nobody's address.
        shown = captured.final_url if (captured.final_url or "").startswith("http") else opened
        return reading, captured.model_copy(update={"final_url": shown})

    @staticmethod
    def _is_to_be_seen_again(reading: Reading, captured: Captured, signs: int) -> bool:
        """`signs`: how often it was said before that the account is no more."""
        if _is_gone(reading):
            return signs == 0
        return captured.light and not reading.outcome.is_evidence and not _too_fast(captured)

    def _give_up(self, captured: Captured) -> None:
        """What failed because we are leaving says nothing about the account. Raises TransientError."""
        if captured.failure is not None and self._leaving.is_set():
            raise TransientError("正在停止，核查中止")

    def _told(
        self,
        account: Account,
        reading: Reading,
        captured: Captured,
        started: datetime,
        *,
        until: datetime | None = None,
        source: str | None = None,
    ) -> Visit:
        """`until`: of a copy that is known to be whole up to then, what it proves it proves as of then."""
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
        as_of = min(at, until) if until and reading.outcome.is_evidence and reading.covers is Coverage.LIST else at
        times = [post.published_at for post in reading.posts if post.published_at]
        probe = Probe(
            platform=account.platform,
            account_id=account.id,
            at=as_of,
            outcome=_proved(reading),
            reason=reading.reason,
            name=reading.account.name if reading.account else None,
            covers=reading.covers,
            newest_post_at=max((time for time in times if time <= at + FUTURE_TOLERANCE), default=None),
            post_ids=tuple(post.id for post in reading.posts),
            url=captured.final_url or account.url,
            source=source,
            session=captured.session,
            listed_from=_listed_from(reading),
            posts_total=reading.account.posts_total if reading.account else None,
            evidence_sha256=sha256_of(captured.captures),
            duration_ms=int((self._clock() - started).total_seconds() * 1000),
        )
        return Visit(reading, captured, probe, posts, known)


def _listed_from(reading: Reading) -> datetime | None:
    """Nothing that was published since is missing from the list; what is pinned stands outside of its order."""
    if not (reading.outcome.is_evidence and reading.covers is Coverage.LIST):
        return None
    in_order = (post for post in reading.posts if not (post.pinned or post.approximate))
    return min((post.published_at for post in in_order if post.published_at), default=None)


Read = Callable[[Sequence[Capture]], Reading]


def nothing() -> None:
    """The `renew` of a look that nobody else could begin."""


def pace_of(platform: Platform | None, account: Account) -> str:
    """Whose politeness a visit falls under: the platform's, or one host's of it."""
    host = host_of(account.url or "") if platform and platform.paced_by_host else None
    return f"{account.platform}:{host[:253]}" if host else account.platform


def failed_reading(reason: str) -> Reading:
    return Reading(outcome=Outcome.PARSE_ERROR, reason=reason)


def _read(captured: Captured, read: Read) -> Reading:
    if captured.failure is not None:
        return Reading(outcome=captured.failure, reason=captured.reason)
    return read(captured.captures)


def _no_more(source: Source, reading: Reading) -> Reading:
    """What it shows, as far as its kind can prove anything: `empty` is a proof of silence, too."""
    if source.proves is Proves.LIST or reading.covers is not Coverage.LIST:
        return reading
    if reading.outcome is Outcome.EMPTY:
        return failed_reading(f"{source.words}里没有内容，不能据此认定账号没有内容")
    return reading.model_copy(update={"covers": Coverage.ITEM})


def _is_gone(reading: Reading) -> bool:
    return reading.outcome is Outcome.GONE and reading.covers is Coverage.PROFILE


def _too_fast(captured: Captured) -> bool:
    """Asked to slow down (Weibo's 418, HTTP's 429): asking for more at once would be rude."""
    return any(capture.status in (418, 429) for capture in captured.captures)


def _proved(reading: Reading) -> Outcome:
    """What was read, but not of this account (several accounts' posts, or none), proves nothing about it."""
    about_others = reading.covers in (Coverage.TIMELINE, Coverage.NOTHING)
    return Outcome.PARSE_ERROR if reading.outcome.is_evidence and about_others else reading.outcome
