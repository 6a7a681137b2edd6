"""Further sources of accounts, and how the looks at each went."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import text_column, time_column


class SourceRow(SQLModel, table=True):
    """What the office gave. `options`: a JSON object of strings, without secrets."""

    __tablename__ = "source"

    key: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    options: str = text_column()
    added_at: datetime = time_column()
    by: str | None = None


class SourceStateRow(SQLModel, table=True):
    """What the collector found. `source`: `page`, or `kind:address`."""

    __tablename__ = "source_state"

    key: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    looked_at: datetime = time_column()
    outcome: str
    reason: str | None = text_column(default=None)
    proved_at: datetime | None = time_column(default=None)
    newest_post_at: datetime | None = time_column(default=None)
    oldest_post_at: datetime | None = time_column(default=None)
    failures: int = 0
