"""What the analyzer says: standings and findings, who holds its timer, dated remarks."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import UNTOLD, index_where, one_row_where, text_column, time_column


class StandingRow(SQLModel, table=True):
    """Where an account stood from `since` until `until` (null: it still does). Its findings are in their own table.

    `at`: the moment up to which the row was brought up to date. `check_at`: when the timer has to look at it again.
    """

    __tablename__ = "standing"
    __table_args__ = (
        UniqueConstraint("key", "since"),
        one_row_where("standing_in_force", "until IS NULL", "key"),
        # With `until`, though it is null, or SQLite looks up every row of the table to see that it is.
        index_where("standing_counted", "until IS NULL", "platform", "state", "until"),
        index_where("standing_gravest", "until IS NULL", "state", "key", "until"),
        index_where("standing_probed", "until IS NULL AND probed_at IS NOT NULL", "platform", "probed_at"),
        index_where("standing_to_check", "until IS NULL AND check_at IS NOT NULL", "check_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    platform: str
    state: str
    why: str = text_column()
    since: datetime = time_column()
    until: datetime | None = time_column(default=None)
    at: datetime = time_column()
    newest_post_at: datetime | None = time_column(default=None)
    proved_at: datetime | None = time_column(default=None)
    probed_at: datetime | None = time_column(default=None)
    outcome: str | None = None
    reason: str | None = text_column(nullable=True)
    check_at: datetime | None = time_column(default=None)


class FindingRow(SQLModel, table=True):
    """One interval during which a finding held. `open_told`/`close_told`: its event is on the bus (outbox).

    `open_trace`/`close_trace`: W3C `traceparent` of the visit that caused it.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("fingerprint", "opened_at"),
        one_row_where("finding_open", "closed_at IS NULL", "fingerprint"),
        index_where("finding_held", "closed_at IS NULL", "key"),
        index_where("finding_untold", UNTOLD, "id"),
        Index("finding_closed", "closed_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str
    key: str
    rule: str
    severity: str
    opened_at: datetime = time_column()
    closed_at: datetime | None = time_column(default=None)
    status: str
    open_told: bool = False
    close_told: bool = True
    open_trace: str | None = None
    close_trace: str | None = None
    body: str = text_column()


class LeaseRow(SQLModel, table=True):
    """What only one process may do at a time. `mark`: how far its holders have come, in their own words."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    owner: str | None = None
    until: datetime | None = time_column(default=None)
    mark: str | None = None


class MemberRow(SQLModel, table=True):
    """A process that holds leases, known to live until a moment of the database's own clock."""

    __tablename__ = "member"

    name: str = Field(primary_key=True)
    until: datetime = time_column()


class NoteRow(SQLModel, table=True):
    """Dated remarks that reports print: which rulebook was in force."""

    __tablename__ = "note"

    name: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    since: datetime = time_column(primary_key=True)
