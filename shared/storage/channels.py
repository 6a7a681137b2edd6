"""Channels in trouble, shared by all alerters."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from shared.delivery import DeliveryState, Trouble
from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.deliveries import LONGEST_WAIT
from shared.storage.tables.every import metadata

_channel = metadata.tables["channel"]
_delivery = metadata.tables["delivery"]

PROBE_EVERY = timedelta(hours=1)
"""How often a channel that is switched off is tried with one message: its cause may have gone at the other side."""


class Channels:
    """What is wrong with which channel."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trouble(self, name: str) -> Trouble | None:
        with self._database.read() as connection:
            row = connection.execute(select(_channel).where(_channel.c.name == name)).first()
        return _trouble_of(row) if row else None

    def troubles(self) -> list[Trouble]:
        with self._database.read() as connection:
            return [_trouble_of(row) for row in connection.execute(select(_channel).order_by(_channel.c.name))]

    def record_failure(self, trouble: Trouble) -> None:
        """One more failure; a channel that is off stays off since when it was."""
        insert = self._database.insert(_channel).values(**trouble.model_dump())
        new = {name: insert.excluded[name] for name in ("error", "retry_at", "digest")}
        since = func.coalesce(_channel.c.off_since, insert.excluded.off_since)
        counted = {"failures": _channel.c.failures + 1, "off_since": since}
        with self._database.begin() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=new | counted))

    def mend_plans(self, now: datetime, longest: timedelta = LONGEST_WAIT) -> None:
        """What was to be left alone, or switched off, by a clock that ran ahead is tried now, not in months."""
        ahead = now + CLOCKS_DIFFER
        with self._database.begin() as connection:
            late = update(_channel).where(_channel.c.retry_at > ahead + longest)
            connection.execute(late.values(retry_at=now))
            off = update(_channel).where(_channel.c.off_since > ahead)
            connection.execute(off.values(retry_at=now, off_since=now))

    def mend(self, name: str, now: datetime) -> bool:
        """It works, or is worth a try: everything that waited for it is due, at one moment, so that it is one digest a
        unit. False when nothing was wrong."""
        with self._database.begin() as connection:
            row = connection.execute(delete(_channel).where(_channel.c.name == name).returning(_channel.c.off_since))
            known = row.all()
            if known and known[0].off_since is not None:
                _make_due(connection, name, now)
        return bool(known)


def _make_due(connection: Connection, name: str, now: datetime) -> None:
    waited = or_(_delivery.c.attempts > 0, _delivery.c.next_attempt_at <= now + PROBE_EVERY)
    pending = (_delivery.c.state == DeliveryState.PENDING, _delivery.c.channel == name, _delivery.c.leased_by.is_(None))
    connection.execute(update(_delivery).where(*pending, waited).values(next_attempt_at=now))


def _trouble_of(row: Row[tuple[object, ...]]) -> Trouble:
    return Trouble.model_validate(dict(row._mapping))
