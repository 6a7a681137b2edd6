"""From records to the delivery ledger: who is to be told of a finding, and what nobody is."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.alerter.notices import UNROUTED
from services.alerter.parts import Parts
from services.alerter.routes import OPERATORS, Routes
from shared.account import WHOLE_PLATFORM
from shared.bus.aside import why
from shared.bus.contract import Record, Subscription
from shared.bus.envelope import decode
from shared.delivery import NO_CHANNEL, Delivery, DeliveryState, Notice
from shared.errors import PoisonError, TransientError
from shared.events import Finding, FindingStatus, Severity
from shared.runtime.metrics import Metrics
from shared.storage.restored import HELD_BACK, is_quiet
from shared.trace import HEADER as TRACE
from shared.trace import Trace, traced

_log = structlog.get_logger(__name__)


class Intake:
    """Writes down what is to be told before the records are committed. A crash in between repeats it harmlessly."""

    def __init__(self, subscription: Subscription, parts: Parts, routes: Routes, metrics: Metrics) -> None:
        self._subscription = subscription
        self._parts = parts
        self._routes = routes
        self._metrics = metrics

    def take(self, records: Sequence[Record], now: datetime, due_at: datetime) -> None:
        """Raises TransientError when bus or database are away; the records then come again."""
        try:
            rows = [row for record in records for row in self._read(record, now, due_at)]
            self._parts.deliveries.enqueue(rows)
            for unit in dict.fromkeys(row.unit for row in rows if row.state is DeliveryState.UNROUTED):
                self._say_unrouted(unit, now)
            self._subscription.commit()
        except TransientError:
            self._subscription.rewind()
            raise

    def route_again(self, now: datetime) -> None:
        """What had no route goes by the one it has now."""
        found = self._parts.deliveries.unrouted()
        left = set()
        for row in found:
            routed = self._anew(row, now)
            if any(new.state is DeliveryState.UNROUTED for new in routed):
                left.add(row.unit)
            else:
                self._parts.deliveries.route(row, routed)
        for unit in {row.unit for row in found} - left:
            self._parts.notices.withdraw(UNROUTED, unit)

    def move(self, row: Delivery, now: datetime) -> bool:
        """In place of a row that its account no longer wants on this channel, what it wants now; false: it does."""
        routed = self._anew(row, now)
        if not routed or any(new.channel == row.channel for new in routed):
            return False
        self._parts.deliveries.route(row, routed)
        return True

    def _anew(self, row: Delivery, now: datetime) -> list[Delivery]:
        return [new.model_copy(update={"trace": row.trace}) for new in self._deliveries(row.finding, now, now)]

    def _read(self, record: Record, now: datetime, due_at: datetime) -> list[Delivery]:
        """A record that cannot be read, or that we cannot deal with, goes aside, and the rest goes on."""
        with traced(trace := Trace.of_header(record.headers.get(TRACE))):
            rows = self._read_in(record, now, due_at)
        return [row.model_copy(update={"trace": trace.header}) for row in rows] if trace else rows

    def _read_in(self, record: Record, now: datetime, due_at: datetime) -> list[Delivery]:
        try:
            event = decode(record.body, record.headers)
            if not isinstance(event, Finding):
                raise PoisonError(f"这是 {type(event).__name__.lower()}，这个主题只放 finding")
            rows = self._deliveries(event, now, due_at)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - one record may not stop the others
            reason = why(error)
            self._subscription.dead_letter(record, reason)
            self._metrics.events.labels(record.topic, "dead_letter").inc()
            _log.warning("dead_letter", topic=record.topic, offset=record.offset, reason=reason)
            return []
        self._metrics.events.labels(record.topic, "ok").inc()
        return rows

    def _deliveries(self, finding: Finding, now: datetime, due_at: datetime) -> list[Delivery]:
        """What is to be told to whom; the store ignores what it knows already."""
        told = finding.severity.accuses or finding.severity is Severity.UNVERIFIED
        if finding.status is FindingStatus.SUPERSEDED or not told:
            return []
        account = self._parts.accounts.find(finding.key)
        if account is None and finding.account_id != WHOLE_PLATFORM:
            _log.warning("finding about an account that the ledger does not hold", account=finding.key)
            return []
        channels = self._told_on(finding) or self._routes.channels_for(finding, account)
        unit = account.unit if account and finding.severity is not Severity.UNVERIFIED else OPERATORS
        first = Delivery(
            fingerprint=finding.fingerprint,
            status=finding.status,
            channel=NO_CHANNEL,
            unit=unit,
            account_key=finding.key,
            finding=finding,
            queued_at=now,
            next_attempt_at=due_at,
            state=DeliveryState.UNROUTED,
        )
        # What is found soon after a backup came back may have been told after the backup was made.
        quiet = is_quiet(self._parts.notes, now)
        return [first.model_copy(update=_on(channel, quiet=quiet)) for channel in channels] or [first]

    def _told_on(self, finding: Finding) -> Sequence[str]:
        """Where the opening went, its end is told, whatever ledger and settings have become since."""
        if finding.status is not FindingStatus.RESOLVED:
            return ()
        known = self._parts.deliveries.told_on(finding.fingerprint)
        return [channel for channel in known if channel in self._routes.names]

    def _say_unrouted(self, unit: str, now: datetime) -> None:
        if self._parts.notices.post(Notice(kind=UNROUTED, subject=unit, text="", since=now)):
            _log.error("a unit has no route: what it should be told is kept", unit=unit)


def _on(channel: str, *, quiet: bool) -> dict[str, object]:
    told = {"state": DeliveryState.DEAD, "error": HELD_BACK} if quiet else {"state": DeliveryState.PENDING}
    return {"channel": channel, **told}
