"""The alerter's rows: deliveries, channels in trouble, notices to the operators; silences that people asked for."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import index_where, text_column, time_column


class DeliveryRow(SQLModel, table=True):
    """The delivery ledger: one finding's status on one channel; `at` tells a matter that came back from before."""

    __tablename__ = "delivery"
    __table_args__ = (
        index_where("delivery_due", "state = 'pending'", "channel", "next_attempt_at"),
        index_where("delivery_held", "leased_by IS NOT NULL", "leased_by"),
        index_where("delivery_kept", "state IN ('dead', 'unrouted')", "state"),
        index_where("delivery_silenced", "held_by IS NOT NULL", "held_by"),
        Index("delivery_sent", "channel", "sent_at"),
    )

    fingerprint: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    at: datetime = time_column(primary_key=True)
    unit: str
    account_key: str
    finding: str = text_column()
    queued_at: datetime = time_column()
    next_attempt_at: datetime = time_column()
    attempts: int = 0
    state: str = "pending"
    sent_at: datetime | None = time_column(default=None)
    message_id: str | None = None
    answer: str | None = text_column(default=None, nullable=True)
    error: str | None = None
    held_by: int | None = None
    destination: str | None = None
    leased_until: datetime | None = time_column(default=None)
    leased_by: str | None = None
    trace: str | None = None


class SilenceRow(SQLModel, table=True):
    """Quiet that somebody asked for. Who ends one before its time adds when and who; nothing is overwritten."""

    __tablename__ = "silence"
    __table_args__ = (Index("silence_ends", "ends_at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    starts_at: datetime = time_column()
    ends_at: datetime = time_column()
    author: str
    comment: str = text_column()
    unit: str | None = None
    account_key: str | None = None
    rule: str | None = None
    indicator: str | None = None
    number: str | None = None
    added_at: datetime = time_column()
    expired_at: datetime | None = time_column(default=None)
    expired_by: str | None = None


class ChannelRow(SQLModel, table=True):
    """A channel in trouble, shared by all alerters; one that works has no row."""

    __tablename__ = "channel"

    name: str = Field(primary_key=True)
    failures: int
    error: str
    retry_at: datetime = time_column()
    off_since: datetime | None = time_column(default=None)
    digest: str


class NoticeRow(SQLModel, table=True):
    """What the operators are to be told about the watch itself, and when they were."""

    __tablename__ = "notice"

    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    text: str
    since: datetime = time_column()
    told_at: datetime | None = time_column(default=None)
    leased_until: datetime | None = time_column(default=None)
    leased_by: str | None = None
