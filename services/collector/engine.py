"""One visit: look, read, publish what is new and how the look ended, and only then remember it."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.collector.capture import Capture, Captured, Plan, Reading, ShownPost
from services.collector.pace import next_visit, pause_after
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.bus.contract import Bus
from shared.clock import FUTURE_TOLERANCE, Clock, to_shanghai
from shared.errors import InputError
from shared.events import Coverage, Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.store import Store
from shared.storage.visits import Due, Rest

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
RHYTHM_WINDOW = timedelta(days=30)
MAX_TITLE, MAX_TEXT, MAX_URL = 1_000, 100_000, 4_000
"""Characters: what a page calls a post may be megabytes, and the bus takes one."""


@dataclass(frozen=True)
class Visit:
    """One look at one account: what the page told, what was captured, and the probe made of it."""

    reading: Reading
    look: Captured
    probe: Probe


class Looker(Protocol):
    """What the engine needs of the browser."""

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured: ...

    def close(self) -> None: ...


class CollectorEngine:
    """Visits one due account per step. A crash before the visit is recorded repeats it, which is harmless."""

    def __init__(
        self,
        *,
        bus: Bus,
        store: Store,
        platforms: Mapping[str, Platform],
        looker: Looker,
        metrics: Metrics,
        clock: Clock,
        owner: str,
        deadline_days: Sequence[int],
        chance: random.Random,
    ) -> None:
        self._bus = bus
        self._store = store
        self._platforms = platforms
        self._looker = looker
        self._metrics = metrics
        self._clock = clock
        self._owner = owner
        self._deadline_days = tuple(deadline_days)
        self._chance = chance

    def step(self, now: datetime) -> bool:
        """Visit the longest-due account of each platform that may be visited; True when there was one."""
        visited = [self._visit_one_of(name, platform) for name, platform in self._platforms.items()]
        self._metrics.heartbeat.set(now.timestamp())
        return any(visited)

    def visit(self, account: Account, full: bool = False) -> Visit:
        """One look at one account, without publishing or remembering anything. Raises InputError: no such platform.

        `full`: the whole page, which alone shows some platforms' account name.
        """
        platform = self._platforms.get(account.platform)
        if platform is None:
            raise InputError(account.key, f"no such platform; there are: {', '.join(sorted(self._platforms))}")
        started = self._clock()
        reading, look = self._look(account, platform, full)
        return Visit(reading, look, self._probe(account, reading, look, started))

    def close(self) -> None:
        """Close the browser; call it from the thread that stepped."""
        self._looker.close()

    def _visit_one_of(self, name: str, platform: Platform) -> bool:
        now = self._clock()
        rest = self._store.visits.rest(name)
        resting = rest.paused_until is not None and rest.paused_until > now
        too_soon = rest.last_visit_at is not None and now < rest.last_visit_at + timedelta(
            seconds=platform.min_interval_seconds
        )
        if resting or too_soon:
            return False
        due = self._store.visits.lease_due(name, self._owner, now, LEASE)
        if due is None:
            return False
        self._visit_due(due, platform, rest)
        return True

    def _visit_due(self, due: Due, platform: Platform, rest: Rest) -> None:
        visit = self.visit(due.account, full=_first_today(due, self._clock()))
        reading, probe = visit.reading, visit.probe
        known = self._store.visits.published(due.account.key)
        posts = [_post(due.account, seen, probe.at) for seen in reading.posts]
        news = [post for post in posts if known.get(post.id) != post.digest]
        self._bus.publish([*news, probe])
        self._record(due, reading, probe, {post.id: post.digest for post in news})
        self._rest(due.account.platform, platform, rest, visit)
        self._count(probe)
        log.info("visited", account=due.account.key, outcome=str(probe.outcome), posts=len(posts), news=len(news))

    def _look(self, account: Account, platform: Platform, full: bool) -> tuple[Reading, Captured]:
        """A row that cannot or may not be opened (wrong id, an address behind our firewall) is an outcome too."""
        try:
            return self._open(account, platform, platform.plan(account), full)
        except InputError as error:
            reading = Reading(outcome=Outcome.PARSE_ERROR, reason=f"台账信息无法打开：{error}")
            return reading, Captured(final_url=account.url)

    def _open(self, account: Account, platform: Platform, plan: Plan, full: bool) -> tuple[Reading, Captured]:
        look = self._looker.visit(account.platform, plan, platform.hosts, full)
        reading = _read(account, platform, look)
        if look.light and not reading.outcome.is_evidence and not _too_fast(look):
            # The light path proved nothing: before saying so, open the page as a person would.
            look = self._looker.visit(account.platform, plan, platform.hosts, full=True)
            reading = _read(account, platform, look)
        opened = plan.page or next(iter(plan.fetch), None)
        # A page that never came leaves the browser on about:blank, which is nobody's address.
        shown = look.final_url if (look.final_url or "").startswith("http") else opened
        return reading, look.model_copy(update={"final_url": shown})

    def _probe(self, account: Account, reading: Reading, look: Captured, started: datetime) -> Probe:
        at = max([capture.at for capture in look.captures], default=self._clock())
        times = [post.published_at for post in reading.posts if post.published_at]
        return Probe(
            platform=account.platform,
            account_id=account.id,
            at=at,
            outcome=_proved(reading),
            reason=reading.reason,
            name=reading.account.name if reading.account else None,
            covers=reading.covers,
            newest_post_at=max((time for time in times if time <= at + FUTURE_TOLERANCE), default=None),
            post_ids=tuple(post.id for post in reading.posts),
            url=look.final_url or account.url,
            evidence_sha256=_sha256(look.captures),
            duration_ms=int((self._clock() - started).total_seconds() * 1000),
        )

    def _record(self, due: Due, reading: Reading, probe: Probe, seen: Mapping[str, str]) -> None:
        failed = not probe.outcome.is_evidence
        after = replace(
            due,
            failures=due.failures + 1 if failed else 0,
            last_at=probe.at,
            newest_post_at=max(filter(None, (due.newest_post_at, probe.newest_post_at)), default=None),
            posts_per_day=due.posts_per_day if failed else _posts_per_day(reading.posts, probe.at),
        )
        next_at = next_visit(
            probe.at,
            posts_per_day=after.posts_per_day,
            newest_post_at=after.newest_post_at,
            failures=after.failures,
            deadline_days=self._deadline_days,
            jitter=self._chance.uniform(-1, 1),
        )
        self._store.visits.record(after, next_at, seen)

    def _rest(self, name: str, platform: Platform, rest: Rest, visit: Visit) -> None:
        probe = visit.probe
        blocks = rest.blocks + 1 if probe.outcome is Outcome.BLOCKED else 0
        wish = visit.look.retry_after_seconds or 0
        pause = pause_after(blocks, platform.cool_down_seconds, wish) if blocks else None
        until = probe.at + pause if pause else None
        self._store.visits.record_rest(name, Rest(until, blocks, probe.at))
        self._metrics.paused_until.labels(name).set(until.timestamp() if until else 0)

    def _count(self, probe: Probe) -> None:
        self._metrics.visits.labels(probe.platform, str(probe.outcome)).inc()
        self._metrics.visit_seconds.labels(probe.platform).observe((probe.duration_ms or 0) / 1000)
        if probe.proves_list:
            self._metrics.last_visit.labels(probe.platform).set(probe.at.timestamp())


def _read(account: Account, platform: Platform, look: Captured) -> Reading:
    if look.failure is not None:
        return Reading(outcome=look.failure, reason=look.reason)
    return platform.read(look.captures, account)


def _first_today(due: Due, now: datetime) -> bool:
    """The first look of a Beijing day is a full one: the light path would never notice a new name."""
    return due.last_at is None or to_shanghai(due.last_at).date() != to_shanghai(now).date()


def _too_fast(look: Captured) -> bool:
    """Asked to slow down (Weibo's 418, HTTP's 429): asking for more at once would be rude."""
    return any(capture.status in (418, 429) for capture in look.captures)


def _proved(reading: Reading) -> Outcome:
    """What was read, but not of this account (several accounts' posts, or none), proves nothing about it."""
    about_others = reading.covers in (Coverage.TIMELINE, Coverage.NOTHING)
    return Outcome.PARSE_ERROR if reading.outcome.is_evidence and about_others else reading.outcome


def _post(account: Account, seen: ShownPost, at: datetime) -> Post:
    fits = {
        "title": seen.title and seen.title[:MAX_TITLE],
        "text": seen.text and seen.text[:MAX_TEXT],
        # A cut address leads nowhere.
        "url": seen.url if len(seen.url or "") <= MAX_URL else None,
        "ad_signals": tuple(signal[:MAX_TITLE] for signal in seen.ad_signals[:50]),
    }
    return Post(platform=account.platform, account_id=account.id, observed_at=at, **seen.model_dump() | fits)


def _posts_per_day(posts: Sequence[ShownPost], now: datetime) -> float | None:
    times = [post.published_at for post in posts if post.published_at]
    recent = [time for time in times if now - RHYTHM_WINDOW <= time <= now]
    if not times:
        return None
    span = max((now - min(recent, default=now)) / timedelta(days=1), 1)
    return len(recent) / span


def _sha256(captures: Sequence[Capture]) -> str | None:
    if not captures:
        return None
    digest = hashlib.sha256()
    for capture in captures:
        digest.update(hashlib.sha256(capture.body).digest())
    return digest.hexdigest()
