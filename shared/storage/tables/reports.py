"""Reports written, their files, whom they were sent to, and what people typed into them."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import index_where, text_column, time_column


class ReportRow(SQLModel, table=True):
    """One report on one period: who may write it at present, and when it was written."""

    __tablename__ = "report"

    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    leased_until: datetime | None = time_column(default=None)
    leased_by: str | None = None
    written_at: datetime | None = time_column(default=None)


class ReportFileRow(SQLModel, table=True):
    """A report that is to be sent: the reporter writes it, the alerter, perhaps elsewhere, sends it.

    `lines`: JSON, what a message about it says. `place`: where its file lies.
    """

    __tablename__ = "report_file"

    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    title: str
    lines: str = text_column()
    file_name: str
    media_type: str
    place: str = text_column()
    written_at: datetime = time_column()
    body: bytes


class ReportDeliveryRow(SQLModel, table=True):
    """One report on its way to one recipient (empty: the channel's own). Written by the alerter."""

    __tablename__ = "report_delivery"
    __table_args__ = (index_where("report_delivery_due", "state = 'pending'", "next_attempt_at"),)

    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    title: str
    queued_at: datetime = time_column()
    next_attempt_at: datetime = time_column()
    attempts: int = 0
    state: str = "pending"
    sent_at: datetime | None = time_column(default=None)
    message_id: str | None = None
    answer: str | None = text_column(default=None, nullable=True)
    error: str | None = text_column(default=None, nullable=True)
    leased_until: datetime | None = time_column(default=None)
    leased_by: str | None = None


class MarkRow(SQLModel, table=True):
    """What a person wrote beside a matter on a list; null: of that nothing was said. Rows are only ever added."""

    __tablename__ = "mark"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    matter: str = Field(index=True)
    key: str
    number: str | None = None
    at: datetime = time_column()
    author: str
    state: str | None = None
    note: str | None = text_column(nullable=True)
    deadline: str | None = None
