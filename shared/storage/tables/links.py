"""Links of accounts, and how the collector found them."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import text_column, time_column


class LinkRow(SQLModel, table=True):
    """`next_at` lies ahead also while someone opens it. `changed_at`: when rules had something new to read of it.

    `removed_at`: since when nobody asks for it; its row stays for a while, so that rules hear of it.
    """

    __tablename__ = "link"
    __table_args__ = (Index("link_due", "next_at"), Index("link_changed", "changed_at", "key"))

    key: str = Field(primary_key=True)
    url: str = Field(primary_key=True)
    label: str | None = None
    post_id: str | None = None
    added_at: datetime = time_column()
    next_at: datetime = time_column()
    changed_at: datetime | None = time_column(default=None)
    removed_at: datetime | None = time_column(default=None)
    state: str
    reason: str | None = text_column(nullable=True)
    since: datetime | None = time_column(default=None)
    looked_at: datetime | None = time_column(default=None)
    times: int = 0
    digest: str | None = None
    final_url: str | None = text_column(nullable=True)
