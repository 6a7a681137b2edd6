"""Kinds of columns and indexes. Bodies are the events' own JSON; other columns are for looking up."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Index, Text, TypeDecorator, text
from sqlmodel import Field

PROVES = "proves_list"
UNTOLD = "NOT open_told OR NOT close_told"
WAITING = "waiting"
"""Conditions of partial indexes: a query uses the index only when it says the same words."""


class UtcDateTime(TypeDecorator[datetime]):
    """Times are UTC in the database; SQLite forgets zones, so they are taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def time_column(**options: Any) -> Any:
    return Field(sa_type=UtcDateTime, **options)


def text_column(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def index_where(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index over the rows that are still of interest: what is stored for the record makes it no larger."""
    return Index(name, *columns, unique=unique, sqlite_where=text(condition), postgresql_where=text(condition))


def one_row_where(name: str, condition: str, column: str) -> Index:
    """At most one such row for each value of the column."""
    return index_where(name, condition, column, unique=True)
