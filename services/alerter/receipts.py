"""What became of a message, written down: sent, put off, dead, or its whole channel switched off."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from services.alerter import pace
from services.alerter.channels.base import Channel
from services.alerter.digest import digest_of
from services.alerter.message import Message
from services.alerter.notices import DEAD, OFF
from services.alerter.parts import Parts
from shared.delivery import Delivery, Notice, Trouble
from shared.errors import ChannelError, TransientError
from shared.runtime.metrics import Metrics
from shared.storage.channels import PROBE_EVERY

_log = structlog.get_logger(__name__)

TOLD_AGAIN_AFTER = timedelta(days=1)
"""A channel that comes and goes is told once a day, not once an hour."""


class Reason(StrEnum):
    """Whose fault a failure is, and so who has to do something: the way there, the other side, our settings, nobody."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    SETTINGS = "settings"
    MESSAGE = "message"


class Receipts:
    """One channel's. `jitter` gives 0..1."""

    def __init__(
        self, name: str, channel: Channel, parts: Parts, metrics: Metrics, jitter: Callable[[], float]
    ) -> None:
        self._name = name
        self._channel = channel
        self._parts = parts
        self._metrics = metrics
        self._jitter = jitter
        metrics.deliveries.labels(name, "sent")
        metrics.alert_seconds.labels(name)
        for reason in Reason:
            metrics.delivery_failures.labels(name, reason)

    def sent(
        self, rows: Sequence[Delivery], message: Message, answer: str, now: datetime, to: str | None = None
    ) -> None:
        self._parts.deliveries.record_sent(rows, now, message.id, answer, to)
        self._metrics.deliveries.labels(self._name, "sent").inc()
        for row in rows:
            waited = max(0.0, (now - row.finding.at).total_seconds())
            self._metrics.alert_seconds.labels(self._name).observe(waited)
        told = {"unit": message.unit, "numbers": message.numbers, "message_id": message.id}
        _log.info("told", channel=self._name, **told, answer=answer)

    def works(self, now: datetime) -> None:
        """The other side took a message: what was wrong is over."""
        if self._parts.channels.trouble(self._name) is None:
            return
        if self._parts.channels.mend(self._name, now):
            self._parts.notices.withdraw_untold(OFF, self._name)
            _log.info("channel works again", channel=self._name)

    def failed(self, rows: Sequence[Delivery], error: TransientError | ChannelError, now: datetime) -> None:
        """Nobody's fault yet, or the channel's: the messages wait and none is tried before the channel may be."""
        known = self._parts.channels.trouble(self._name)
        failures = known.failures + 1 if known else 1
        was_off = known is not None and known.off_since is not None
        off = was_off or isinstance(error, ChannelError) or failures >= pace.MOST_FAILURES
        wish = error.retry_after_seconds if isinstance(error, TransientError) else None
        retry_at = pace.retry_at(now, failures - 1, wish, self._jitter())
        if off:
            retry_at = max(now + PROBE_EVERY, retry_at) if wish else now + PROBE_EVERY
        trouble = Trouble(
            name=self._name,
            failures=1,
            error=str(error),
            retry_at=retry_at,
            off_since=now if off else None,
            digest=digest_of(self._channel),
        )
        if off and not was_off:
            # Before it is written down that it is off: afterwards nobody comes by here again.
            self._switched_off(trouble, now)
        self._parts.channels.record_failure(trouble)
        self._wait(rows, error, now, retry_at if off else None)
        self._metrics.deliveries.labels(self._name, "retry").inc()
        self._metrics.delivery_failures.labels(self._name, _reason(error)).inc()
        _log.warning("channel left alone", channel=self._name, reason=str(error), until=retry_at.isoformat())

    def dead(self, rows: Sequence[Delivery], reason: str, now: datetime) -> None:
        """This message cannot be; the others can."""
        numbers = [row.finding.number for row in rows]
        text = f"{reason}（编号：{'、'.join(numbers[:3])}{'等' if len(numbers) > 3 else ''}）"
        # Told first: once they are dead, nobody comes by here again.
        self._parts.notices.post(Notice(kind=DEAD, subject=self._name, text=text, since=now), TOLD_AGAIN_AFTER)
        self._parts.deliveries.record_dead(rows, reason)
        self._metrics.deliveries.labels(self._name, "dead").inc()
        self._metrics.delivery_failures.labels(self._name, Reason.MESSAGE).inc()
        _log.error("message cannot be delivered", channel=self._name, numbers=numbers, reason=reason)

    def _wait(
        self,
        rows: Sequence[Delivery],
        error: TransientError | ChannelError,
        now: datetime,
        off_until: datetime | None,
    ) -> None:
        if not rows:
            return
        if off_until is not None:
            # Behind the others: should only this message be at fault after all, the next try is with another one.
            self._parts.deliveries.postpone(rows, off_until, str(error))
            return
        attempts = max(row.attempts for row in rows)
        wish = error.retry_after_seconds if isinstance(error, TransientError) else None
        own = pace.retry_at(now, attempts, wish, self._jitter())
        self._parts.deliveries.record_failed(rows, str(error), own)

    def _switched_off(self, trouble: Trouble, now: datetime) -> None:
        _log.error("channel switched off, its messages are kept", channel=self._name, reason=trouble.error)
        notice = Notice(kind=OFF, subject=self._name, text=trouble.error, since=now)
        self._parts.notices.post(notice, TOLD_AGAIN_AFTER)


def _reason(error: TransientError | ChannelError) -> Reason:
    if isinstance(error, ChannelError):
        return Reason.SETTINGS
    return Reason.BUSY if error.retry_after_seconds is not None else Reason.UNREACHABLE
