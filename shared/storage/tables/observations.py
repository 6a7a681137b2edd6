"""What was observed: posts, what is kept of their texts, probes."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import PROVES, WAITING, index_where, text_column, time_column


class PostRow(SQLModel, table=True):
    """Each version of an item, by when it was first observed so."""

    __tablename__ = "post"
    __table_args__ = (Index("post_history", "key", "published_at"), Index("post_observed", "key", "observed_at"))

    fingerprint: str = Field(primary_key=True)
    observed_at: datetime = time_column(primary_key=True)
    key: str
    published_at: datetime | None = time_column(default=None)
    body: str = text_column()


class SketchRow(SQLModel, table=True):
    """What is kept of an item's text to find others like it. `waiting`: it has not been held against them yet.

    `body`: the analyzer's own bytes. Of an item's versions that show a text the newest counts.
    """

    __tablename__ = "sketch"
    __table_args__ = (
        index_where("sketch_waiting", WAITING, "id"),
        Index("sketch_age", "key", "published_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(unique=True)
    key: str
    post_id: str
    title: str | None = text_column(nullable=True)
    url: str | None = text_column(nullable=True)
    published_at: datetime = time_column()
    observed_at: datetime = time_column()
    waiting: bool
    marks: bytes
    body: bytes


class SketchMarkRow(SQLModel, table=True):
    """A mark of a sketch: texts that are alike share some. `at`: when it was published, in seconds since 1970.

    On PostgreSQL it may be lost, and is made again (docs/decisions/0033); rows of negative marks tell how far.
    """

    __tablename__ = "sketch_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: int = Field(primary_key=True, sa_type=BigInteger)
    at: int = Field(primary_key=True, sa_type=BigInteger)
    sketch: int = Field(primary_key=True, sa_type=BigInteger)


class ProbeRow(SQLModel, table=True):
    __tablename__ = "probe"
    __table_args__ = (
        Index("probe_history", "key", "at"),
        Index("probe_moment", "at"),
        Index("probe_newest", "key", "newest_post_at", "at"),
        index_where("probe_proving", PROVES, "key", "at"),
    )

    fingerprint: str = Field(primary_key=True)
    key: str
    at: datetime = time_column()
    outcome: str
    proves_list: bool
    newest_post_at: datetime | None = time_column(default=None)
    body: str = text_column()
    posts_total: int | None = Field(default=None, sa_type=BigInteger)
