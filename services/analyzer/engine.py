"""One round of the analyzer: judge a batch in one transaction, publish its findings, then commit the offsets."""

from datetime import datetime, timedelta

import structlog

from services.analyzer.judge import Judge
from shared.bus.contract import Bus, Record, Subscription
from shared.bus.envelope import decode
from shared.errors import PoisonError, TransientError
from shared.events import Finding, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.store import Store

log = structlog.get_logger(__name__)

GROUP = "analyzer"
TICK = timedelta(minutes=5)
POLL_SECONDS = 0.2


class AnalyzerEngine:
    """A crash anywhere repeats the round; fingerprints make that harmless."""

    def __init__(self, bus: Bus, store: Store, judge: Judge, metrics: Metrics) -> None:
        self._bus = bus
        self._store = store
        self._judge = judge
        self._metrics = metrics
        self._subscription: Subscription = bus.subscribe(GROUP, ("observations",))
        self._ticked_at: datetime | None = None

    def step(self, now: datetime) -> bool:
        """One round; True when there was something to judge or to tell. After a TransientError the same comes again."""
        try:
            return self._round(now)
        except TransientError:
            self._subscription.rewind()
            raise

    def _round(self, now: datetime) -> bool:
        records = self._subscription.poll(POLL_SECONDS)
        events = [event for record in records if (event := self._read(record)) is not None]
        if events:
            self._judge.judge(events)
        self._tick_if_due(now)
        told = self._tell()
        if records:
            self._subscription.commit()
        self._metrics.heartbeat.set(now.timestamp())
        return bool(records) or told

    def lag(self) -> int:
        return self._subscription.lag()

    def close(self) -> None:
        self._subscription.close()

    def _read(self, record: Record) -> Post | Probe | Finding | None:
        try:
            event = decode(record.body, record.headers)
        except PoisonError as error:
            self._subscription.dead_letter(record, str(error))
            self._metrics.events.labels(record.topic, "dead_letter").inc()
            log.warning("dead_letter", topic=record.topic, offset=record.offset, reason=str(error))
            return None
        self._metrics.events.labels(record.topic, "judged").inc()
        return event

    def _tell(self) -> bool:
        findings = self._store.judgements.untold()
        if not findings:
            return False
        self._bus.publish(findings)
        self._store.judgements.mark_told(findings)
        return True

    def _tick_if_due(self, now: datetime) -> None:
        if self._ticked_at is None or now - self._ticked_at >= TICK:
            self._judge.tick(now)
            self._measure()
            self._ticked_at = now

    def _measure(self) -> None:
        self._metrics.set_accounts(self._store.standings.counts())
        self._metrics.lag.labels(GROUP).set(self._subscription.lag())
