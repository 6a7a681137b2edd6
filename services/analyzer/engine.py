"""One round of the analyzer: judge a batch in one transaction, publish its findings, then commit the offsets."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from services.analyzer.coverage import Timer
from services.analyzer.judge import Judge
from services.analyzer.retention import Retention
from shared.bus.aside import why
from shared.bus.contract import Bus, Record, Subscription
from shared.bus.envelope import decode
from shared.clock import chinese_time
from shared.errors import PoisonError, TransientError
from shared.event_json import AnyEvent
from shared.events import Finding, Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.judgements import Judgements
from shared.trace import HEADER as TRACE
from shared.trace import Trace, traced

log = structlog.get_logger(__name__)

GROUP = "analyzer"
TOPICS = ("observations",)
TICK = timedelta(minutes=5)
POLL_SECONDS = 0.2
LONG_SECONDS = 30.0
"""Half a timer's lease. After a batch that took longer, or was frozen, the timer goes by the time that it is by then:
by an older one it would take another's lease for one that a clock ahead of ours had left."""
MOST_AHEAD = timedelta(hours=1)
"""What was seen later than our clock says by more was seen by one whose clock is wrong: as the newest list of its
account it would keep every true one from being judged. Ours is held against the database's before each round."""


class AnalyzerEngine:
    """A crash anywhere repeats the round; fingerprints make that harmless."""

    def __init__(
        self,
        bus: Bus,
        *,
        judgements: Judgements,
        judge: Judge,
        timer: Timer,
        retention: Retention,
        metrics: Metrics,
        check_clock: Callable[[], None],
        troubles: Callable[[], list[str]] = list,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bus = bus
        self._judgements = judgements
        self._judge = judge
        self._timer = timer
        self._retention = retention
        self._check_clock = check_clock
        self._troubles = troubles
        self._metrics = metrics
        self._monotonic = monotonic
        self._subscription: Subscription = bus.subscribe(GROUP, TOPICS)
        self._ticked_at: datetime | None = None

    def step(self, now: datetime) -> bool:
        """One round; True when there was something to judge or to tell. After a TransientError the same comes again."""
        try:
            return self._round(now)
        except TransientError:
            self._subscription.rewind()
            raise

    def _round(self, now: datetime) -> bool:
        began = self._monotonic()
        self._check_clock()
        if self._judge.restore_marks():
            return True
        records = self._subscription.poll(POLL_SECONDS)
        events = [(record, event) for record in records if (event := self._read(record, now)) is not None]
        if events:
            self._judge_all(events)
        passed = self._monotonic() - began
        self._tick_if_due(now + timedelta(seconds=passed) if passed > LONG_SECONDS else now)
        told = self._tell()
        if records:
            self._subscription.commit()
        self._metrics.last_round.labels("analyzer").set(now.timestamp())
        return bool(records) or told

    def _judge_all(self, events: list[tuple[Record, Post | Probe]]) -> None:
        traces = {id(event): Trace.of_header(record.headers.get(TRACE)) for record, event in events}
        refused = self._judge.judge((event for _, event in events), lambda event: traces.get(id(event)))
        reasons = {id(one.event): one.reason for one in refused}
        for record, event in events:
            if id(event) in reasons:
                self._set_aside(record, reasons[id(event)])
            else:
                self._metrics.events.labels(record.topic, "judged").inc()

    def check(self) -> None:
        """Raises TransientError naming accounts and rules that the timer could not deal with, or a list of words."""
        self._timer.check()
        if troubles := self._troubles():
            raise TransientError("；".join(troubles))

    def lag(self) -> int:
        return self._subscription.lag()

    def close(self) -> None:
        self._subscription.close()
        try:
            self._timer.release()
        except TransientError as error:
            log.warning("lease_left", reason=str(error))

    def _read(self, record: Record, now: datetime) -> Post | Probe | None:
        try:
            event = decode(record.body, record.headers)
            return _judgeable(event, now)
        except PoisonError as error:
            self._set_aside(record, why(error))
            return None

    def _set_aside(self, record: Record, reason: str) -> None:
        with traced(Trace.of_header(record.headers.get(TRACE))):
            self._subscription.dead_letter(record, reason)
            log.error("dead_letter", topic=record.topic, offset=record.offset, account=record.key, reason=reason)
        self._metrics.events.labels(record.topic, "dead_letter").inc()

    def _tell(self) -> bool:
        outbox = self._judgements.outbox()
        if not outbox:
            return False
        traces = {id(finding): trace for finding, trace in outbox}
        findings = [finding for finding, _ in outbox]
        self._bus.publish(findings, lambda finding: traces.get(id(finding)))
        self._judgements.mark_told(findings)
        return True

    def tick_soon(self) -> None:
        """Let the timer look at the next step, whenever it last did."""
        self._ticked_at = None

    def _tick_if_due(self, now: datetime) -> None:
        # A clock that was set back must not stop the timer.
        if self._ticked_at is not None and abs(now - self._ticked_at) < TICK:
            return
        if not self._timer.holds(now):
            return
        more = self._timer.tick(now)
        self._retention.prune(now)
        self._metrics.last_success.labels("tick").set(now.timestamp())
        self._ticked_at = None if more else now


def _judgeable(event: AnyEvent, now: datetime) -> Post | Probe:
    """Raises PoisonError for what may not be judged."""
    if isinstance(event, Finding):
        raise PoisonError("这是 finding，这个主题只放 post 和 probe")
    is_about_clocks = isinstance(event, Probe) and event.outcome is Outcome.CLOCK
    if event.occurred_at > now + MOST_AHEAD and not is_about_clocks:
        seen, ours = chinese_time(event.occurred_at), chinese_time(now)
        raise PoisonError(f"核查时间{seen}比本机时间{ours}晚一小时以上，不作判断", "请校准采集所在机器的时间")
    return event
