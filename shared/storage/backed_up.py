"""When a database was backed up, kept in it, so that the services can tell: the command that does it is soon gone."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from shared.storage.notes import Notes
from shared.storage.tables.every import metadata

_note = metadata.tables["note"]
_RESULTS = {"backup": "ok", "backup_failed": "failed"}


def note_backup(notes: Notes, result: str, now: datetime) -> None:
    """`result`: ok or failed. Raises TransientError, PermanentError."""
    name = next(name for name, meant in _RESULTS.items() if meant == result)
    notes.add(name, now.isoformat(), now)


def backups(connection: Connection, now: datetime) -> Mapping[tuple[str, ...], float]:
    """By result, the Unix time of the last one; nothing of what never was."""
    held = (_note.c.name.in_(_RESULTS), _note.c.since <= now)
    rows = select(_note.c.name, func.max(_note.c.since).label("at")).where(*held).group_by(_note.c.name)
    return {(_RESULTS[row.name],): row.at.timestamp() for row in connection.execute(rows)}
