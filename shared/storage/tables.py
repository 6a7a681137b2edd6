"""The only sqlmodel file: every table. Bodies are the events' own JSON; columns are for looking up."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Index, Text, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel


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


def _time(**options: Any) -> Any:
    return Field(sa_type=UtcDateTime, **options)


def _body() -> Any:
    return Field(sa_type=Text)


class AccountRow(SQLModel, table=True):
    """Versions of a ledger row; the newest per key is in force. Nothing is overwritten: any past day can be shown."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("key", "since"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True)
    since: datetime = _time()
    body: str = _body()


class VisitRow(SQLModel, table=True):
    """The collector's plan for one account. `next_at` lies ahead also while someone visits it.

    `pace_key` is null until a collector has named whose politeness it falls under. `attempts`: visits begun and never
    ended, so that a row that kills its collector comes ever later.
    """

    __tablename__ = "visit"
    __table_args__ = (Index("visit_due", "platform", "pace_key", "next_at"),)

    key: str = Field(primary_key=True)
    platform: str
    pace_key: str | None = None
    next_at: datetime = _time(index=True)
    attempts: int = 0
    failures: int = 0
    last_at: datetime | None = _time(default=None)
    newest_post_at: datetime | None = _time(default=None)
    posts_per_day: float | None = None


class PublishedRow(SQLModel, table=True):
    """What the collector has published already, so that an unchanged item is not published at every visit.

    `published_at` is the item's first evidenced publish time, `shown_at` when a page last showed it (to the day).
    """

    __tablename__ = "published"
    __table_args__ = (Index("published_shown", "key", "shown_at"),)

    key: str = Field(primary_key=True)
    post_id: str = Field(primary_key=True)
    digest: str
    published_at: datetime | None = _time(default=None)
    approximate: bool = False
    shown_at: datetime = _time()


class PaceRow(SQLModel, table=True):
    """Politeness towards one platform, or one host of it, shared by all collectors: one visit at a time.

    Nobody visits before `free_at`: it is the end of the lease while someone does. `clock_offset_seconds`: our clock
    minus theirs at the newest visit that told.
    """

    __tablename__ = "pace"
    __table_args__ = (Index("pace_free", "platform", "free_at"),)

    key: str = Field(primary_key=True)
    platform: str
    free_at: datetime = _time()
    leased_by: str | None = None
    paused_until: datetime | None = _time(default=None)
    blocks: int = 0
    last_visit_at: datetime | None = _time(default=None)
    clock_offset_seconds: float | None = None


class PostRow(SQLModel, table=True):
    """Each version of an item, by when it was first observed so."""

    __tablename__ = "post"
    __table_args__ = (Index("post_history", "key", "published_at"), Index("post_observed", "key", "observed_at"))

    fingerprint: str = Field(primary_key=True)
    observed_at: datetime = _time(primary_key=True)
    key: str
    published_at: datetime | None = _time(default=None)
    digest: str
    body: str = _body()


class ProbeRow(SQLModel, table=True):
    __tablename__ = "probe"
    __table_args__ = (Index("probe_history", "key", "at", "newest_post_at"),)

    fingerprint: str = Field(primary_key=True)
    key: str
    at: datetime = _time()
    proves_list: bool
    newest_post_at: datetime | None = _time(default=None)
    body: str = _body()


class FindingRow(SQLModel, table=True):
    """One interval during which a finding held. `open_told`/`close_told`: its event is on the bus (outbox)."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("fingerprint", "opened_at"),)

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(index=True)
    key: str = Field(index=True)
    rule: str
    severity: str
    opened_at: datetime = _time()
    closed_at: datetime | None = _time(default=None)
    status: str
    open_told: bool = Field(default=False, index=True)
    close_told: bool = Field(default=True, index=True)
    body: str = _body()


class DeliveryRow(SQLModel, table=True):
    """The delivery ledger: one finding's status on one channel; `at` tells a matter that came back from before."""

    __tablename__ = "delivery"

    fingerprint: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    at: datetime = _time(primary_key=True)
    unit: str
    account_key: str
    finding: str = _body()
    queued_at: datetime = _time()
    next_attempt_at: datetime = _time(index=True)
    attempts: int = 0
    state: str = Field(default="pending", index=True)
    sent_at: datetime | None = _time(default=None)
    message_id: str | None = Field(default=None, index=True)
    error: str | None = None
    leased_until: datetime | None = _time(default=None)
    leased_by: str | None = None


class ReportRow(SQLModel, table=True):
    """One report on one period: who may write it at present, and when it was written."""

    __tablename__ = "report"

    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    leased_until: datetime | None = _time(default=None)
    written_at: datetime | None = _time(default=None)


class NoteRow(SQLModel, table=True):
    """Dated remarks that reports print: which rulebook was in force."""

    __tablename__ = "note"

    name: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    since: datetime = _time(primary_key=True)


metadata = SQLModel.metadata
