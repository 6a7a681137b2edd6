"""The newest finished reports with their bytes: written by the reporter, sent by the alerter on whatever machine."""

import json

from sqlalchemy import Connection, Row, delete, select

from shared.report_file import ReportFile
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_file = metadata.tables["report_file"]

KEPT = 8
"""So many of each report: what nobody could be sent in so many weeks is on the disk still."""


class ReportFiles:
    """The reporter's side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, file: ReportFile) -> None:
        """To be sent; what is known already stays as it was sent. The oldest go."""
        values = {**file.model_dump(exclude={"lines"}), "lines": json.dumps(file.lines, ensure_ascii=False)}
        with self._database.begin() as connection:
            self._database.add_new(connection, _file, **values)
            _forget(connection, file.report)

    def newest(self, report: str) -> ReportFile | None:
        """Without looking at the others."""
        mine = select(_file).where(_file.c.report == report).order_by(_file.c.period.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(mine).first()
        return _file_of(row) if row else None

    def newest_period(self, report: str) -> str | None:
        """Costs no bytes of the file."""
        mine = select(_file.c.period).where(_file.c.report == report).order_by(_file.c.period.desc()).limit(1)
        with self._database.read() as connection:
            period: str | None = connection.execute(mine).scalar()
        return period

    def find(self, report: str, period: str) -> ReportFile | None:
        with self._database.read() as connection:
            row = connection.execute(select(_file).where(_file.c.report == report, _file.c.period == period)).first()
        return _file_of(row) if row else None


def _forget(connection: Connection, report: str) -> None:
    mine = select(_file.c.period).where(_file.c.report == report).order_by(_file.c.period.desc()).offset(KEPT)
    old = connection.execute(mine).scalars().all()
    if old:
        connection.execute(delete(_file).where(_file.c.report == report, _file.c.period.in_(old)))


def _file_of(row: Row[tuple[object, ...]]) -> ReportFile:
    values = dict(row._mapping)
    return ReportFile.model_validate({**values, "lines": json.loads(row.lines)})
