"""Sending: within a channel's rate, written down after, so that one channel's trouble is nobody else's."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from services.alerter import pace
from services.alerter.channels.base import Channel
from services.alerter.stages import Group
from services.alerter.wording import Matter, word
from shared.errors import PermanentError, TransientError
from shared.events import FindingStatus
from shared.runtime.metrics import Metrics
from shared.storage.store import Store

_log = structlog.get_logger(__name__)


class Sender:
    """Groups to messages to channels to the delivery ledger. `jitter` gives 0..1."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        metrics: Metrics,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._channels = channels
        self._metrics = metrics
        self._jitter = jitter

    def tell(self, groups: Sequence[Group], now: datetime) -> int:
        """Send what may be sent now; the number of messages tried. Rate limits and failures put off, never lose."""
        by_channel: dict[str, list[Group]] = {}
        for group in groups:
            by_channel.setdefault(group.channel, []).append(group)
        return sum(self._tell_channel(name, mine, now) for name, mine in by_channel.items())

    def _tell_channel(self, name: str, groups: Sequence[Group], now: datetime) -> int:
        channel = self._channels.get(name)
        if channel is None:
            for group in groups:
                self._dead(group, "the settings no longer hold this channel")
            return 0
        last_minute = self._store.deliveries.sent_since(name, now - timedelta(minutes=1))
        last_second = self._store.deliveries.sent_since(name, now - timedelta(seconds=1))
        allowed, pause = pace.budget(channel, last_minute, last_second)
        self._put_off(groups[allowed:], now + pause)
        for place, group in enumerate(groups[:allowed], 1):
            leave_until = self._send(channel, group, now)
            if leave_until is not None:
                # A channel that is down would cost its time-out once per group; the others wait like the first.
                self._put_off(groups[place:allowed], leave_until)
                return place
        return len(groups[:allowed])

    def _send(self, channel: Channel, group: Group, now: datetime) -> datetime | None:
        """Send one group and write down how it went; until when the whole channel should be left alone, if so."""
        matters = [Matter(row.finding, self._store.accounts.find(row.account_key)) for row in group.deliveries]
        message = word(group.unit, matters, resolved=group.status is FindingStatus.RESOLVED)
        try:
            channel.send(message, now)
        except TransientError as error:
            return self._failed(group, error, now)
        except PermanentError as error:
            self._dead(group, str(error))
            return None
        self._store.deliveries.record_sent(group.deliveries, now, message.id)
        self._metrics.deliveries.labels(group.channel, "sent").inc()
        for row in group.deliveries:
            self._metrics.alert_seconds.labels(group.channel).observe(max(0.0, (now - row.finding.at).total_seconds()))
        _log.info("told", channel=group.channel, unit=group.unit, numbers=message.numbers, message_id=message.id)
        return None

    def _failed(self, group: Group, error: TransientError, now: datetime) -> datetime:
        attempts = max(row.attempts for row in group.deliveries)
        retry_at = pace.retry_at(now, attempts, error.retry_after_seconds, self._jitter())
        if attempts + 1 >= pace.MOST_ATTEMPTS:
            self._dead(group, f"given up after {attempts + 1} attempts: {error}")
            return retry_at
        self._store.deliveries.record_failed(group.deliveries, str(error), retry_at)
        self._metrics.deliveries.labels(group.channel, "retry").inc()
        _log.warning("message put off", channel=group.channel, reason=str(error), until=retry_at.isoformat())
        return retry_at

    def _dead(self, group: Group, reason: str) -> None:
        self._store.deliveries.record_failed(group.deliveries, reason, None)
        self._metrics.deliveries.labels(group.channel, "dead").inc()
        _log.error("message cannot be delivered", channel=group.channel, unit=group.unit, reason=reason)

    def _put_off(self, groups: Iterable[Group], until: datetime) -> None:
        rows = [row for group in groups for row in group.deliveries]
        if rows:
            self._store.deliveries.postpone(rows, until)
