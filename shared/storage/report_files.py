"""The newest finished reports with their bytes: written by the reporter, sent by the alerter on whatever machine."""

import json
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select

from shared.report_file import ReportFile
from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.tables.every import metadata

_file = metadata.tables["report_file"]
_delivery = metadata.tables["report_delivery"]

KEPT = 8
"""So many of each report: what nobody could be sent in so many weeks is on the disk still."""


class ReportFiles:
    """The reporter's side. What is dated after `now` was written under a wrong clock and hides nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, file: ReportFile) -> None:
        """To be sent; what is known already stays as it was sent, unless it is of a wrong clock. The oldest go."""
        values = {**file.model_dump(exclude={"lines"}), "lines": json.dumps(file.lines, ensure_ascii=False)}
        with self._database.begin() as connection:
            _forget_ahead(connection, file)
            self._database.add_new(connection, _file, **values)
            _forget_oldest(connection, file)

    def newest(self, report: str, now: datetime) -> tuple[str, datetime] | None:
        """Its period and when it was written. Costs no bytes of the file."""
        mine = select(_file.c.period, _file.c.written_at).where(_file.c.report == report, _not_ahead(now))
        with self._database.read() as connection:
            row = connection.execute(mine.order_by(_file.c.period.desc()).limit(1)).first()
        return (row.period, row.written_at) if row else None

    def find(self, report: str, period: str) -> ReportFile | None:
        with self._database.read() as connection:
            row = connection.execute(select(_file).where(_file.c.report == report, _file.c.period == period)).first()
        return _file_of(row) if row else None


def _not_ahead(now: datetime) -> ColumnElement[bool]:
    return _file.c.written_at <= now + CLOCKS_DIFFER


def _forget_ahead(connection: Connection, file: ReportFile) -> None:
    """Of the same period what a clock wrote that ran ahead, and that it was sent: the right one is sent, too."""
    same = and_(_file.c.report == file.report, _file.c.period == file.period)
    connection.execute(delete(_file).where(same, ~_not_ahead(file.written_at)))
    sent = and_(_delivery.c.report == file.report, _delivery.c.period == file.period)
    ahead = _delivery.c.queued_at > file.written_at + CLOCKS_DIFFER
    connection.execute(delete(_delivery).where(sent, ahead))


def _forget_oldest(connection: Connection, file: ReportFile) -> None:
    mine = select(_file.c.period).where(_file.c.report == file.report, _not_ahead(file.written_at))
    old = connection.execute(mine.order_by(_file.c.period.desc()).offset(KEPT)).scalars().all()
    if old:
        connection.execute(delete(_file).where(_file.c.report == file.report, _file.c.period.in_(old)))


def _file_of(row: Row[tuple[object, ...]]) -> ReportFile:
    values = dict(row._mapping)
    return ReportFile.model_validate({**values, "lines": json.loads(row.lines)})
