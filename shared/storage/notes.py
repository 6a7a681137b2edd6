"""Dated remarks that reports print."""

from datetime import datetime

from sqlalchemy import select

from shared.storage.database import Database
from shared.storage.tables import metadata

_note = metadata.tables["note"]


class Notes:
    """What was remarked when, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, value: str, now: datetime) -> bool:
        """Remember a dated remark; False when it is the latest of its name already."""
        latest = select(_note.c.value).where(_note.c.name == name).order_by(_note.c.since.desc()).limit(1)
        with self._database.begin() as connection:
            if connection.execute(latest).scalar() == value:
                return False
            return self._database.add_new(connection, _note, name=name, value=value, since=now)

    def as_of(self, name: str, moment: datetime) -> str | None:
        """The latest remark of this name at `moment`."""
        rows = select(_note.c.value).where(_note.c.name == name, _note.c.since <= moment)
        with self._database.read() as connection:
            value: str | None = connection.execute(rows.order_by(_note.c.since.desc()).limit(1)).scalar()
        return value
