"""Dated remarks that reports print."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from shared.storage.database import Database
from shared.storage.tables.every import metadata

_note = metadata.tables["note"]


class Notes:
    """What was remarked when, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, value: str, now: datetime) -> bool:
        """Remember a dated remark; False when it is the latest of its name already.

        What is dated after `now` was noted under a wrong clock and does not count.
        """
        with self._database.begin() as connection:
            connection.execute(delete(_note).where(_note.c.name == name, _note.c.since > now))
            if _latest(connection, name, now) == value:
                return False
            return self._database.add_new(connection, _note, name=name, value=value, since=now)

    def as_of(self, name: str, moment: datetime) -> str | None:
        """The latest remark of this name at `moment`."""
        with self._database.read() as connection:
            return _latest(connection, name, moment)


def _latest(connection: Connection, name: str, moment: datetime) -> str | None:
    rows = select(_note.c.value).where(_note.c.name == name, _note.c.since <= moment)
    value: str | None = connection.execute(rows.order_by(_note.c.since.desc()).limit(1)).scalar()
    return value
