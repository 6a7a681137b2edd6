"""The ledger: versions of its rows, and what was not taken of the files it came from."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, false
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import index_where, one_row_where, text_column, time_column


class AccountRow(SQLModel, table=True):
    """Versions of a ledger row, each in force from `since` until `until` (null: still). Any past day can be shown.

    `id` grows with every version, so that a reader can ask for what changed after the last one it knows. `removed`:
    from then on the account is not in the ledger. `author` is null where no person decided; `source` is the file.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("key", "since"),
        one_row_where("account_in_force", "until IS NULL", "key"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    platform: str
    cancelled: bool
    since: datetime = time_column()
    until: datetime | None = time_column(default=None)
    body: str = text_column()
    removed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    author: str | None = None
    comment: str | None = text_column(nullable=True)
    source: str | None = None


class RefusalRow(SQLModel, table=True):
    """A cell of a ledger file that was not taken, from `since` until `until` (null: still)."""

    __tablename__ = "refusal"
    __table_args__ = (index_where("refusal_open", "until IS NULL", "file"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    file: str
    place: str
    header: str
    name: str
    platform: str
    unit: str
    key: str | None = None
    message: str = text_column()
    remedy: str = text_column()
    since: datetime = time_column()
    until: datetime | None = time_column(default=None)
