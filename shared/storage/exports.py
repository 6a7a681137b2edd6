"""Which files of back offices were imported, and what each covers."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select

from shared.export import Export
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_export = metadata.tables["export"]


class Exports:
    """Written by whoever imports them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, key: str) -> list[Export]:
        """Those of one account, the oldest first."""
        order = _export.c.imported_at, _export.c.sha256
        with self._database.read() as connection:
            rows = connection.execute(select(_export).where(_export.c.key == key).order_by(*order))
            return [_export_of(dict(row._mapping)) for row in rows]

    def add(self, exports: Iterable[Export]) -> None:
        """One that is there already is replaced: its days were stated anew."""
        with self._database.begin() as connection:
            self._database.serialise(connection, "export")
            for export in exports:
                mine = _export.c.key == export.key, _export.c.sha256 == export.sha256
                row = export.model_dump() | {"kind": str(export.kind), "proofs": " ".join(export.proofs) or None}
                connection.execute(delete(_export).where(*mine))
                connection.execute(insert(_export).values(**row))

    def remove(self, export: Export) -> bool:
        """False where it was gone already."""
        mine = _export.c.key == export.key, _export.c.sha256 == export.sha256
        with self._database.begin() as connection:
            self._database.serialise(connection, "export")
            return connection.execute(delete(_export).where(*mine)).rowcount > 0


def _export_of(row: dict[str, Any]) -> Export:
    return Export.model_validate(row | {"proofs": (row["proofs"] or "").split()})
