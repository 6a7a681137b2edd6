"""What people wrote beside the matters on a list: rows are added, never changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from shared.mark import UNMARKED, Mark, Marked
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_mark = metadata.tables["mark"]
_COLUMNS = tuple(column for column in _mark.columns if column.name != "id")


class Marks:
    """Some thousands in a year: what people typed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, marks: Iterable[Mark]) -> int:
        """Write down what is new; how many that is. What says nothing that is not said already is left out."""
        added = 0
        with self._database.begin() as connection:
            self._database.lock_table(connection, _mark)
            known = _folded(_mark_of(row) for row in connection.execute(select(*_COLUMNS).order_by(_mark.c.id)))
            for mark in marks:
                before = known.get(mark.matter, UNMARKED)
                known[mark.matter] = before.after(mark)
                if known[mark.matter] != before:
                    connection.execute(_mark.insert().values(**mark.model_dump()))
                    added += 1
        return added

    def current(self) -> Mapping[str, Marked]:
        """By matter, what the marks come to."""
        return _folded(self.all())

    def all(self) -> list[Mark]:
        """In the order in which they were written."""
        with self._database.read() as connection:
            return [_mark_of(row) for row in connection.execute(select(*_COLUMNS).order_by(_mark.c.id))]

    def newest_at(self) -> datetime | None:
        """When the last one was written (UTC); null before any."""
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(select(func.max(_mark.c.at))).scalar()
        return moment


def _folded(marks: Iterable[Mark]) -> dict[str, Marked]:
    found: dict[str, Marked] = {}
    for mark in marks:
        found[mark.matter] = found.get(mark.matter, UNMARKED).after(mark)
    return found


def _mark_of(row: Row[Any]) -> Mark:
    return Mark.model_validate(dict(row._mapping))
