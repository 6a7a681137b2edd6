"""Which processes live: who is not heard of for long loses what he holds, in every table at once."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, literal, select, update

from shared.storage.database import Database
from shared.storage.tables.every import metadata

_member = metadata.tables["member"]
_visit = metadata.tables["visit"]
_pace = metadata.tables["pace"]
_lease = metadata.tables["lease"]
_report = metadata.tables["report"]
_CLAIMED = [metadata.tables[name] for name in ("delivery", "notice", "report_delivery")]


class Members:
    """Only for a database that several machines share; `now` is used by SQLite alone, a server has its own clock.

    A member holds what is leased to its name, or to a name that goes on after a dot behind it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def renew(self, name: str, now: datetime, lease: timedelta) -> bool:
        """It lives for `lease` more; false when it was not known: it is new, or others took it for gone."""
        with self._database.begin() as connection:
            until = self._now(connection, now) + lease
            known = update(_member).where(_member.c.name == name).values(until=until)
            if connection.execute(known).rowcount:
                return True
            self._database.add_new(connection, _member, name=name, until=until)
            return False

    def leave(self, name: str, now: datetime) -> None:
        """What it held is free."""
        with self._database.begin() as connection:
            _free(connection, name, self._now(connection, now))

    def free_gone(self, now: datetime) -> list[str]:
        """Names of those whose time was over; what they held is free."""
        with self._database.begin() as connection:
            at = self._now(connection, now)
            over = select(_member.c.name).where(_member.c.until <= at).order_by(_member.c.name)
            gone = list(connection.execute(over.with_for_update(skip_locked=True)).scalars())
            for name in gone:
                _free(connection, name, at)
        return gone

    def _now(self, connection: Connection, now: datetime) -> datetime:
        if connection.dialect.name == "sqlite":
            return now
        its: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return its


def _free(connection: Connection, name: str, now: datetime) -> None:
    rested = case((_pace.c.paused_until > now, _pace.c.paused_until), else_=literal(now, _pace.c.free_at.type))
    connection.execute(update(_pace).where(_held(_pace.c.leased_by, name)).values(free_at=rested, leased_by=None))
    # Once may be chance; a row at which processes end again and again comes ever later.
    again = case((_visit.c.attempts <= 1, literal(now, _visit.c.next_at.type)), else_=_visit.c.next_at)
    connection.execute(update(_visit).where(_held(_visit.c.leased_by, name)).values(next_at=again, leased_by=None))
    connection.execute(update(_lease).where(_held(_lease.c.owner, name)).values(owner=None, until=None))
    for table in (_report, *_CLAIMED):
        connection.execute(
            update(table).where(_held(table.c.leased_by, name)).values(leased_until=None, leased_by=None)
        )
    connection.execute(delete(_member).where(_member.c.name == name))


def _held(column: ColumnElement[str | None], name: str) -> ColumnElement[bool]:
    return and_(column.is_not(None), column.startswith(f"{name}.", autoescape=True))
