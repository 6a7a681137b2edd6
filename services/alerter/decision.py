"""Which of the claimed deliveries are told now: the stages asked, and what they stop written down."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from services.alerter import stages
from services.alerter.parts import Parts
from services.alerter.stages import Stop, View
from shared.account import WHOLE_PLATFORM
from shared.delivery import Delivery, DeliveryState
from shared.events import FindingStatus
from shared.runtime.metrics import Metrics

_log = structlog.get_logger(__name__)


class Decision:
    """Thread-safe: it keeps nothing."""

    def __init__(self, parts: Parts, metrics: Metrics) -> None:
        self._parts = parts
        self._metrics = metrics

    def to_tell(self, claimed: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """Those to be told now. Openings first: what becomes of them decides about their resolutions."""
        view = self._view(claimed, now)
        openings = [row for row in claimed if row.status is FindingStatus.OPEN]
        kept = self._keep(openings, self._with_ledger(view, openings), now)
        resolutions = [row for row in claimed if row.status is FindingStatus.RESOLVED]
        return kept + self._keep(resolutions, self._with_ledger(view, resolutions), now)

    def _view(self, claimed: Sequence[Delivery], now: datetime) -> View:
        """What holds of what is at hand; nothing is asked about the rest."""
        fingerprints = (row.fingerprint for row in claimed)
        platforms = sorted({f"{row.finding.platform}/{WHOLE_PLATFORM}" for row in claimed})
        return View.of(self._parts.findings.holding(now, fingerprints, platforms), self._parts.silences.as_of(now))

    def _with_ledger(self, view: View, rows: Iterable[Delivery]) -> View:
        """The view, with what the ledger says was told of these matters before."""
        told, under_way, perhaps = set(), set(), set()
        for row in rows:
            known = self._parts.deliveries.of(row.fingerprint, row.channel)
            sent = [earlier for earlier in known if earlier.state is DeliveryState.SENT]
            if sent and sent[-1].status is FindingStatus.OPEN:
                told.add(stages.identity(row))
            opened = [earlier for earlier in known if earlier.status is FindingStatus.OPEN]
            if opened and opened[-1].message_id and opened[-1].state is not DeliveryState.SENT:
                perhaps.add(stages.identity(row))
            waiting = (other.state is DeliveryState.PENDING and other.status is FindingStatus.OPEN for other in known)
            if any(waiting):
                under_way.add(stages.identity(row))
        return replace(view, told=frozenset(told), under_way=frozenset(under_way), perhaps_told=frozenset(perhaps))

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
        if stop.silence is not None:
            self._parts.deliveries.hold(rows, stop.silence)
            return
        if stop.until is not None:
            self._parts.deliveries.postpone(rows, stop.until)
            return
        self._parts.deliveries.record_muted(rows, stop.reason)
        for row in rows:
            self._metrics.deliveries.labels(row.channel, "muted").inc()
