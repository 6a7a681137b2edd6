"""Which report was written when: claimed by a conditional update, so that of two reporters one writes."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, literal, or_, select, update

from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.tables.every import metadata

_report = metadata.tables["report"]
_probe = metadata.tables["probe"]


class Reports:
    """The reporter's side of the store. What is dated after `now` was noted under a wrong clock and does not count; a
    little after, by another reporter whose clock is as good as ours."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def written(self, report: str, now: datetime) -> set[str]:
        """Names of the periods whose report was written up to `now`."""
        done = select(_report.c.period).where(_report.c.report == report, ~_unwritten(now))
        with self._database.read() as connection:
            return set(connection.execute(done).scalars())

    def is_observed(self, begins_at: datetime, ends_at: datetime) -> bool:
        """True when any probe is known from that span, its end not included."""
        within = select(literal(1)).where(_probe.c.at >= begins_at, _probe.c.at < ends_at).limit(1)
        with self._database.read() as connection:
            return connection.execute(within).first() is not None

    def claim(self, report: str, period: str, now: datetime, lease: timedelta, owner: str) -> bool:
        """True for one caller, until the lease is over or given back; false when it is written already."""
        until, ahead = now + lease, now + 2 * lease
        free = or_(_report.c.leased_until.is_(None), _report.c.leased_until <= now, _report.c.leased_until > ahead)
        insert = self._database.insert(_report).values(
            report=report, period=period, leased_until=until, leased_by=owner
        )
        claimed = insert.on_conflict_do_update(
            index_elements=["report", "period"],
            set_={"leased_until": until, "leased_by": owner},
            where=and_(free, _unwritten(now)),
        )
        with self._database.begin() as connection:
            return connection.execute(claimed.returning(literal(1))).first() is not None

    def record_written(self, report: str, period: str, now: datetime) -> None:
        """The first word stands: a writer that was frozen meanwhile says nothing new."""
        self._end(report, period, _unwritten(now), written_at=now)

    def give_back(self, report: str, period: str, owner: str) -> None:
        """Not written: whoever wants may try."""
        self._end(report, period, _report.c.leased_by == owner)

    def free_leases(self) -> None:
        """Whoever was writing is gone."""
        with self._database.begin() as connection:
            connection.execute(update(_report).where(_report.c.leased_until.is_not(None)).values(leased_until=None))

    def _end(self, report: str, period: str, still: ColumnElement[bool], **values: datetime) -> None:
        mine = and_(_report.c.report == report, _report.c.period == period, still)
        with self._database.begin() as connection:
            connection.execute(update(_report).where(mine).values(leased_until=None, leased_by=None, **values))


def _unwritten(now: datetime) -> ColumnElement[bool]:
    return or_(_report.c.written_at.is_(None), _report.c.written_at > now + CLOCKS_DIFFER)
