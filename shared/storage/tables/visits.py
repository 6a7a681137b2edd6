"""The collector's rows: plans, what was published, politeness."""

from datetime import datetime

from sqlalchemy import Index, false
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import text_column, time_column


class VisitRow(SQLModel, table=True):
    """The collector's plan for one account. `next_at` lies ahead also while someone visits it.

    `pace_key` is null until a collector has named whose politeness it falls under. `attempts`: visits begun and never
    ended, so that a row that kills its collector comes ever later. `leased_by`: who is at it. `rhythm`: the collector's
    own words for the account's latest pushes. `wanted_per_day`: visits, by its rate. `at_line`: planned for a deadline.
    """

    __tablename__ = "visit"
    __table_args__ = (Index("visit_due", "platform", "pace_key", "next_at"),)

    key: str = Field(primary_key=True)
    platform: str
    pace_key: str | None = None
    next_at: datetime = time_column(index=True)
    attempts: int = 0
    leased_by: str | None = None
    failures: int = 0
    last_at: datetime | None = time_column(default=None)
    newest_post_at: datetime | None = time_column(default=None)
    posts_per_day: float | None = None
    rhythm: str | None = text_column(default=None)
    wanted_per_day: float | None = None
    at_line: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class PublishedRow(SQLModel, table=True):
    """What the collector has published already, so that an unchanged item is not published at every visit.

    `published_at` is the item's first evidenced publish time, `shown_at` when a page last showed it (to the day).
    """

    __tablename__ = "published"
    __table_args__ = (Index("published_shown", "key", "shown_at"),)

    key: str = Field(primary_key=True)
    post_id: str = Field(primary_key=True)
    digest: str
    published_at: datetime | None = time_column(default=None)
    approximate: bool = False
    shown_at: datetime = time_column()


class PaceRow(SQLModel, table=True):
    """Politeness towards one platform, or one host of it, shared by all collectors: one visit at a time.

    Nobody visits before `free_at`: it is the end of the lease while someone does. `clock_offset_seconds`: our clock
    minus theirs at the newest visit that told.
    """

    __tablename__ = "pace"
    __table_args__ = (Index("pace_free", "platform", "free_at"),)

    key: str = Field(primary_key=True)
    platform: str
    free_at: datetime = time_column()
    leased_by: str | None = None
    paused_until: datetime | None = time_column(default=None)
    blocks: int = 0
    last_visit_at: datetime | None = time_column(default=None)
    clock_offset_seconds: float | None = None
