"""From findings to messages: one round is one visible pipeline, looked up before sending and written after it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from services.alerter import pace, stages
from services.alerter.routes import OPERATORS, Routes
from services.alerter.sender import Sender
from services.alerter.stages import Silence, Stop, View
from shared.account import WHOLE_PLATFORM
from shared.bus.contract import Bus, Record
from shared.bus.envelope import decode
from shared.delivery import Delivery
from shared.errors import PoisonError, TransientError
from shared.events import Finding, FindingStatus, Severity
from shared.runtime.metrics import Metrics
from shared.storage.store import Store

_log = structlog.get_logger(__name__)

GROUP = "alerter"
LEASE = timedelta(minutes=5)
PATIENCE_ROUNDS = 50
"""Idle rounds after which draining ends though records remain: another member of the group has them in hand."""


class AlerterEngine:
    """One member of the alerter's consumer group. Not thread-safe. A crash anywhere repeats the round.

    `owner` names this process in leases and must differ between replicas. What an earlier process of the same name held
    when it was killed is freed at once.
    """

    def __init__(
        self,
        bus: Bus,
        store: Store,
        routes: Routes,
        sender: Sender,
        metrics: Metrics,
        *,
        owner: str,
        group_wait_seconds: float = 10,
        poll_seconds: float = 0.2,
        silences: Sequence[Silence] = (),
    ) -> None:
        self._subscription = bus.subscribe(GROUP, ("findings",))
        self._store = store
        self._routes = routes
        self._sender = sender
        self._metrics = metrics
        self._owner = owner
        self._group_wait_seconds = group_wait_seconds
        self._poll_seconds = poll_seconds
        self._silences = tuple(silences)
        store.deliveries.release_claims(owner)

    def step(self, now: datetime) -> bool:
        """One round; False when there was nothing to do. Raises TransientError when bus or database are away."""
        return self._round(now, queue_until=pace.due_at(now, self._group_wait_seconds), claim_until=now)

    def drain(self, now: datetime) -> None:
        """Rounds without waiting for groups, until the bus is read and nothing more can be sent at `now`.

        What a channel's rate, back-off or silence holds back stays pending in the store for the next run.
        """
        claim_until = now + timedelta(seconds=self._group_wait_seconds)
        idle_rounds = 0
        while idle_rounds < PATIENCE_ROUNDS:
            busy = self._round(now, queue_until=now, claim_until=claim_until)
            # Only what an earlier process left waiting for its group is taken early, and only once.
            claim_until = now
            if not busy and self.lag() == 0:
                return
            idle_rounds = 0 if busy else idle_rounds + 1
        _log.warning("another alerter has the findings in hand", lag=self.lag())

    def lag(self) -> int:
        return self._subscription.lag()

    def close(self) -> None:
        self._subscription.close()

    def _round(self, now: datetime, *, queue_until: datetime, claim_until: datetime) -> bool:
        """The whole pipeline: poll, decode, write down, commit; claim, decide, group, send, write down."""
        records = self._subscription.poll(self._poll_seconds)
        if records:
            self._take_in(records, now, queue_until)
        claimed = self._claim(claim_until)
        to_tell = self._decide(claimed, now) if claimed else []
        tried = self._sender.tell(stages.group(to_tell), now)
        self._metrics.heartbeat.set(now.timestamp())
        return bool(records) or tried > 0

    def _take_in(self, records: Sequence[Record], now: datetime, queue_until: datetime) -> None:
        try:
            findings = self._decode(records)
            self._store.deliveries.enqueue(
                [row for finding in findings for row in self._deliveries(finding, now, queue_until)]
            )
            self._subscription.commit()
        except TransientError:
            self._subscription.rewind()
            raise

    def _claim(self, claim_until: datetime) -> list[Delivery]:
        # Asked before: a claim takes the database's one write lock, and most rounds have nothing to claim.
        next_at = self._store.deliveries.next_attempt_at()
        if next_at is None or next_at > claim_until:
            return []
        return self._store.deliveries.claim_due(claim_until, LEASE, self._owner)

    def _decode(self, records: Iterable[Record]) -> list[Finding]:
        """Findings in order; what is none goes to the dead letters, and the rest goes on."""
        findings = []
        for record in records:
            try:
                event = decode(record.body, record.headers)
                if not isinstance(event, Finding):
                    raise PoisonError(f"a {event.event} where findings belong")
            except PoisonError as error:
                self._subscription.dead_letter(record, str(error))
                self._metrics.events.labels(record.topic, "dead_letter").inc()
                _log.warning("dead letter", topic=record.topic, offset=record.offset, reason=str(error))
                continue
            self._metrics.events.labels(record.topic, "ok").inc()
            findings.append(event)
        return findings

    def _deliveries(self, finding: Finding, now: datetime, due_at: datetime) -> list[Delivery]:
        """What is to be told to whom; the store ignores what it knows already."""
        account = self._store.accounts.find(finding.key)
        told = finding.severity.accuses or finding.severity is Severity.UNVERIFIED
        if finding.status is FindingStatus.SUPERSEDED or not told:
            return []
        if account is None and finding.account_id != WHOLE_PLATFORM:
            _log.warning("finding about an account that the ledger does not hold", account=finding.key)
            return []
        for_operators = account is None or finding.severity is Severity.UNVERIFIED
        return [
            Delivery(
                fingerprint=finding.fingerprint,
                status=finding.status,
                channel=channel,
                unit=OPERATORS if for_operators or account is None else account.unit,
                account_key=finding.key,
                finding=finding,
                queued_at=now,
                next_attempt_at=due_at,
            )
            for channel in self._routes.channels_for(finding, account)
        ]

    def _decide(self, claimed: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """Those to be told now. Openings first: what becomes of them decides about their resolutions."""
        view = View.of(self._store.judgements.findings_as_of(now), self._silences)
        openings = [row for row in claimed if row.status is FindingStatus.OPEN]
        kept = self._keep(openings, self._with_ledger(view, openings), now)
        resolutions = [row for row in claimed if row.status is FindingStatus.RESOLVED]
        return kept + self._keep(resolutions, self._with_ledger(view, resolutions), now)

    def _with_ledger(self, view: View, rows: Iterable[Delivery]) -> View:
        """The view, with what the ledger says was told of these matters before."""
        told, under_way = set(), set()
        for row in rows:
            known = self._store.deliveries.of(row.fingerprint, row.channel)
            sent = [earlier for earlier in known if earlier.state == "sent"]
            if sent and sent[-1].status is FindingStatus.OPEN:
                told.add(stages.identity(row))
            if any(other.state == "pending" and other.status is FindingStatus.OPEN for other in known):
                under_way.add(stages.identity(row))
        return replace(view, told=frozenset(told), under_way=frozenset(under_way))

    def _keep(self, deliveries: Iterable[Delivery], view: View, now: datetime) -> list[Delivery]:
        """Those that no stage stops; the others are muted or put off, with the reason."""
        kept: list[Delivery] = []
        stopped: dict[Stop, list[Delivery]] = {}
        for row in deliveries:
            stop = stages.stop(row, view, now)
            (kept if stop is None else stopped.setdefault(stop, [])).append(row)
        for stop, rows in stopped.items():
            self._stop(stop, rows)
        return kept

    def _stop(self, stop: Stop, rows: Sequence[Delivery]) -> None:
        _log.info("not told", reason=stop.reason, numbers=[row.finding.number for row in rows])
        if stop.until is not None:
            self._store.deliveries.postpone(rows, stop.until)
            return
        self._store.deliveries.record_muted(rows, stop.reason)
        for row in rows:
            self._metrics.deliveries.labels(row.channel, "muted").inc()
