"""Which report went to whom: looked up before it is sent, written after, claimed by a conditional update."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update

from shared.delivery import DeliveryState
from shared.report_file import ReportDelivery
from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.deliveries import LONGEST_LEASE, LONGEST_WAIT
from shared.storage.tables.every import metadata

_row = metadata.tables["report_delivery"]
_PENDING: ColumnElement[bool] = _row.c.state == DeliveryState.PENDING.value
_FREE: dict[str, object] = {"leased_until": None, "leased_by": None}
KEPT_FOR = timedelta(days=800)


class ReportDeliveries:
    """The alerter's side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, rows: Iterable[ReportDelivery], now: datetime) -> int:
        """Add those not known yet; the number added. What is very old is forgotten."""
        with self._database.begin() as connection:
            connection.execute(delete(_row).where(_row.c.queued_at < now - KEPT_FOR))
            return sum(self._database.add_new(connection, _row, **row.model_dump()) for row in rows)

    def claim(self, now: datetime, lease: timedelta, claim: str) -> ReportDelivery | None:
        """The one that waits longest, leased: of two alerters one sends it."""
        free = or_(_row.c.leased_until.is_(None), _row.c.leased_until <= now)
        # A list that is dated after now was written under a wrong clock: the true one comes in its place.
        is_true = _row.c.queued_at <= now + CLOCKS_DIFFER
        due = and_(_PENDING, _row.c.next_attempt_at <= now, is_true, free)
        order = (_row.c.next_attempt_at, _row.c.report, _row.c.period, _row.c.channel, _row.c.recipient)
        first = select(_row).where(due).order_by(*order).limit(1)
        with self._database.read() as connection:
            found = connection.execute(first).first()
        if found is None:
            return None
        row = _delivery_of(found)
        with self._database.begin() as connection:
            mine = update(_row).where(_same(row), due).values(leased_until=now + lease, leased_by=claim)
            return row if connection.execute(mine).rowcount == 1 else None

    def renew(self, claim: str, now: datetime, lease: timedelta) -> bool:
        """Hold it for longer; false when the lease had ended: another may be sending it."""
        held = and_(_row.c.leased_by == claim, _row.c.leased_until > now, _PENDING)
        with self._database.begin() as connection:
            return connection.execute(update(_row).where(held).values(leased_until=now + lease)).rowcount == 1

    def release(self, claim: str) -> None:
        with self._database.begin() as connection:
            connection.execute(update(_row).where(_row.c.leased_by == claim).values(**_FREE))

    def claims(self) -> list[str]:
        """Claims that hold something, by name."""
        held = select(_row.c.leased_by).where(_row.c.leased_by.is_not(None)).distinct().order_by(_row.c.leased_by)
        with self._database.read() as connection:
            return list(connection.execute(held).scalars())

    def record_sent(self, row: ReportDelivery, now: datetime, message_id: str, answer: str) -> None:
        """Also one that was never queued: somebody sent it by hand."""
        sent = {"state": DeliveryState.SENT.value, "sent_at": now, "message_id": message_id, "answer": answer}
        with self._database.begin() as connection:
            self._database.add_new(connection, _row, **row.model_dump())
            connection.execute(update(_row).where(_same(row)).values(**_FREE, **sent, error=None))

    def record_failed(self, row: ReportDelivery, error: str, retry_at: datetime) -> None:
        self._record(row, attempts=_row.c.attempts + 1, next_attempt_at=retry_at, error=error)

    def record_dead(self, row: ReportDelivery, error: str) -> None:
        self._record(row, state=DeliveryState.DEAD.value, error=error)

    def listed(self, states: Collection[DeliveryState]) -> list[ReportDelivery]:
        wanted = select(_row).where(_row.c.state.in_([state.value for state in states]))
        order = (_row.c.queued_at, _row.c.period, _row.c.channel, _row.c.recipient)
        with self._database.read() as connection:
            return [_delivery_of(row) for row in connection.execute(wanted.order_by(*order))]

    def make_due(self, states: Collection[DeliveryState], now: datetime, channel: str | None = None) -> int:
        """To be sent now, as if never tried; how many there are."""
        wanted: list[ColumnElement[bool]] = [
            _row.c.state.in_([state.value for state in states]),
            _row.c.leased_by.is_(None),
        ]
        wanted += [_row.c.channel == channel] if channel else []
        again = {"state": DeliveryState.PENDING.value, "next_attempt_at": now, "attempts": 0, "error": None}
        with self._database.begin() as connection:
            return connection.execute(update(_row).where(*wanted).values(**again)).rowcount

    def mend_plans(self, now: datetime, longest: timedelta = LONGEST_WAIT) -> None:
        """What was put off or claimed under a clock that ran ahead is due now."""
        ahead = now + CLOCKS_DIFFER
        with self._database.begin() as connection:
            held = update(_row).where(_PENDING, _row.c.leased_until > ahead + LONGEST_LEASE)
            connection.execute(held.values(**_FREE))
            late = update(_row).where(_PENDING, _row.c.next_attempt_at > ahead + longest)
            connection.execute(late.values(next_attempt_at=now))

    def _record(self, row: ReportDelivery, **values: object) -> None:
        with self._database.begin() as connection:
            connection.execute(update(_row).where(_same(row), _PENDING).values(**_FREE, **values))


def _same(row: ReportDelivery) -> ColumnElement[bool]:
    return and_(
        _row.c.report == row.report,
        _row.c.period == row.period,
        _row.c.channel == row.channel,
        _row.c.recipient == row.recipient,
    )


def _delivery_of(row: Row[tuple[object, ...]]) -> ReportDelivery:
    known = {name: value for name, value in row._mapping.items() if name in ReportDelivery.model_fields}
    return ReportDelivery.model_validate(known)
