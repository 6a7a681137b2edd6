"""The delivery ledger: looked up before sending, written after, claimed by a conditional update."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

from shared.delivery import Delivery
from shared.events import Finding
from shared.storage.database import Database
from shared.storage.tables import metadata

_delivery = metadata.tables["delivery"]


class Deliveries:
    """The alerter's side of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, deliveries: Iterable[Delivery]) -> int:
        """Add those not known yet; the number added. A known (fingerprint, status, channel, at) is never told again."""
        rows = [
            {**row.model_dump(exclude={"finding"}), "at": row.finding.at, "finding": row.finding.model_dump_json()}
            for row in deliveries
        ]
        with self._database.begin() as connection:
            return sum(self._database.add_new(connection, _delivery, **row) for row in rows)

    def claim_due(self, now: datetime, lease: timedelta, owner: str) -> list[Delivery]:
        """Pending rows whose time has come, leased to `owner`: two alerters never hold the same row."""
        free = or_(_delivery.c.leased_until.is_(None), _delivery.c.leased_until <= now)
        due = and_(_delivery.c.state == "pending", _delivery.c.next_attempt_at <= now, free)
        with self._database.begin() as connection:
            connection.execute(update(_delivery).where(due).values(leased_until=now + lease, leased_by=owner))
            mine = select(_delivery).where(
                _delivery.c.state == "pending", _delivery.c.leased_by == owner, _delivery.c.leased_until == now + lease
            )
            rows = connection.execute(mine.order_by(_delivery.c.queued_at, _delivery.c.fingerprint)).all()
        return [_delivery_of(row) for row in rows]

    def record_sent(self, deliveries: Iterable[Delivery], now: datetime, message_id: str) -> None:
        """The other side has the message that carried these."""
        self._record(deliveries, state="sent", sent_at=now, message_id=message_id, error=None)

    def record_failed(self, deliveries: Iterable[Delivery], error: str, retry_at: datetime | None) -> None:
        """Not delivered: tried again at `retry_at`, or never when that is null."""
        retry = {"next_attempt_at": retry_at} if retry_at is not None else {"state": "dead"}
        self._record(deliveries, attempts=_delivery.c.attempts + 1, error=error, **retry)

    def record_muted(self, deliveries: Iterable[Delivery], reason: str) -> None:
        self._record(deliveries, state="muted", error=reason)

    def postpone(self, deliveries: Iterable[Delivery], until: datetime) -> None:
        """Not tried, for the sake of grouping or of the other side's rate limit."""
        self._record(deliveries, next_attempt_at=until)

    def release_claims(self, owner: str) -> None:
        """What this owner held when it was killed may be claimed again at once."""
        with self._database.begin() as connection:
            free = {"leased_until": None, "leased_by": None}
            connection.execute(update(_delivery).where(_delivery.c.leased_by == owner).values(**free))

    def of(self, fingerprint: str, channel: str) -> list[Delivery]:
        """All there is to tell this channel of one matter, in the order in which it happened."""
        same = and_(_delivery.c.fingerprint == fingerprint, _delivery.c.channel == channel)
        with self._database.read() as connection:
            rows = connection.execute(select(_delivery).where(same).order_by(_delivery.c.at, _delivery.c.status)).all()
        return [_delivery_of(row) for row in rows]

    def sent_since(self, channel: str, since: datetime) -> int:
        """Messages (not findings) this channel took after `since`, by all alerters together."""
        messages = select(func.count(func.distinct(_delivery.c.message_id)))
        with self._database.read() as connection:
            return connection.execute(
                messages.where(_delivery.c.channel == channel, _delivery.c.sent_at > since)
            ).scalar_one()

    def next_attempt_at(self) -> datetime | None:
        """When the next pending delivery is due; null when nothing is pending."""
        pending = select(func.min(_delivery.c.next_attempt_at)).where(_delivery.c.state == "pending")
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(pending).scalar()
        return moment

    def _record(self, deliveries: Iterable[Delivery], **values: object) -> None:
        with self._database.begin() as connection:
            for row in deliveries:
                connection.execute(
                    update(_delivery).where(_same(row)).values(leased_until=None, leased_by=None, **values)
                )


def _same(row: Delivery) -> ColumnElement[bool]:
    return and_(
        _delivery.c.fingerprint == row.fingerprint,
        _delivery.c.status == row.status,
        _delivery.c.channel == row.channel,
        _delivery.c.at == row.finding.at,
    )


def _delivery_of(row: Row[tuple[object, ...]]) -> Delivery:
    values = {name: value for name, value in row._mapping.items() if name in Delivery.model_fields}
    return Delivery.model_validate({**values, "finding": Finding.model_validate_json(row.finding)})
