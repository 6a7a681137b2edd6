"""A courier's rows by the mailbox or robot they go to, and what is wrong with one of these and with no other."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from services.alerter import pace
from services.alerter.channels.base import REFUSED, Channel
from services.alerter.notices import UNIT
from services.alerter.own import Destination, Own
from services.alerter.parts import Parts
from services.alerter.receipts import TOLD_AGAIN_AFTER, Receipts
from shared.account import Account
from shared.delivery import Delivery, DeliveryState, Notice, Trouble
from shared.errors import ChannelError, PermanentError, TransientError
from shared.events import FindingStatus

_log = structlog.get_logger(__name__)

_LIMITED_AGAIN = timedelta(seconds=10)
Batch = tuple[Destination | None, list[Delivery]]


class Destinations:
    """One channel's. A channel of the settings has one destination, which is null."""

    def __init__(
        self, name: str, channel: Channel, parts: Parts, receipts: Receipts, jitter: Callable[[], float]
    ) -> None:
        self._name = name
        self._own = channel if isinstance(channel, Own) else None
        self._parts = parts
        self._receipts = receipts
        self._jitter = jitter

    def batches(self, rows: Sequence[Delivery], now: datetime) -> list[Batch]:
        """Rows that go to one place together. Those that cannot go anywhere are dead, or wait with their channel."""
        if self._own is None:
            return [(None, list(rows))]
        found: dict[str, Batch] = {}
        for row in rows:
            try:
                destination = self._own.destination(self._account(row))
            except ChannelError as error:
                self._receipts.failed([row], error, now)
            except PermanentError as error:
                self.dead([row], error, None, now)
            else:
                found.setdefault(destination.digest, (destination, []))[1].append(row)
        return list(found.values())

    def not_before(self, destination: Destination, now: datetime) -> datetime | None:
        """Until when this one is left alone; null: it may be tried."""
        trouble = self._parts.channels.trouble(self._key(destination))
        if trouble and now < trouble.retry_at:
            return trouble.retry_at
        if not destination.is_alone:
            return None
        channel, sent_since = destination.channel, self._parts.deliveries.sent_since
        limits = ((channel.rate_per_minute, timedelta(minutes=1)), (channel.rate_per_second, timedelta(seconds=1)))
        full = any(
            rate is not None and sent_since(self._name, now - span, now, destination.digest) >= rate
            for rate, span in limits
        )
        return now + _LIMITED_AGAIN if full else None

    def failed(self, rows: Sequence[Delivery], error: Exception, destination: Destination, now: datetime) -> None:
        """Its own fault: later, when that may help; else kept until the ledger names another."""
        if not isinstance(error, TransientError):
            self.dead(rows, error, destination, now)
            return
        known = self._parts.channels.trouble(self._key(destination))
        failures = known.failures + 1 if known else 1
        retry_at = pace.retry_at(now, failures - 1, error.retry_after_seconds, self._jitter())
        said = destination.said(str(error))
        trouble = Trouble(name=self._key(destination), failures=1, error=said, retry_at=retry_at, digest="")
        self._parts.channels.record_failure(trouble)
        self._parts.deliveries.record_failed(rows, f"{destination.shown}：{said}", retry_at)
        _log.warning("unit left alone", channel=self._name, unit=rows[0].unit, reason=said, until=retry_at.isoformat())
        if failures >= pace.MOST_FAILURES:
            self._tell(rows, f"{destination.shown}：{said}（仍在重试）", now)

    def dead(self, rows: Sequence[Delivery], error: Exception, destination: Destination | None, now: datetime) -> None:
        said = f"{destination.shown}：{destination.said(str(error))}" if destination else str(error)
        # Told first: once they are dead, nobody comes by here again.
        self._tell(rows, said, now)
        self._parts.deliveries.record_dead(rows, said, destination.digest if destination else None)
        _log.error("unit cannot be told", channel=self._name, unit=rows[0].unit, reason=said)

    def works(self, rows: Sequence[Delivery], answer: str, destination: Destination, now: datetime) -> None:
        self._parts.channels.mend(self._key(destination), now)
        _, refused, who = destination.said(answer).partition(REFUSED)
        if refused:
            self._tell(rows, f"被拒：{who}；其余邮箱已送达", now)
        else:
            self._parts.notices.withdraw(UNIT, self._subject(rows))

    def _tell(self, rows: Sequence[Delivery], text: str, now: datetime) -> None:
        notice = Notice(kind=UNIT, subject=self._subject(rows), text=text, since=now)
        self._parts.notices.post(notice, TOLD_AGAIN_AFTER)

    def _subject(self, rows: Sequence[Delivery]) -> str:
        return f"{rows[0].unit}的{self._name}"

    def _key(self, destination: Destination) -> str:
        return f"{self._name} {destination.shown} {destination.digest[:6]}"

    def _account(self, row: Delivery) -> Account | None:
        """As the ledger has it; of what is over, as it had it when the opening was sent: it goes to the same place."""
        if row.status is FindingStatus.RESOLVED:
            known = self._parts.deliveries.of(row.fingerprint, row.channel)
            sent = [one.sent_at for one in known if one.state is DeliveryState.SENT and one.sent_at]
            if sent:
                return self._parts.accounts.find_as_of(row.account_key, sent[-1])
        return self._parts.accounts.find(row.account_key)
