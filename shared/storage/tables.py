"""The only sqlmodel file: every table. Bodies are the events' own JSON; columns are for looking up."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Text, TypeDecorator, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

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


def _time(**options: Any) -> Any:
    return Field(sa_type=UtcDateTime, **options)


def _body(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def _where(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index over the rows that are still of interest: what is stored for the record makes it no larger."""
    return Index(name, *columns, unique=unique, sqlite_where=text(condition), postgresql_where=text(condition))


def _one_where(name: str, condition: str, column: str) -> Index:
    """At most one such row for each value of the column."""
    return _where(name, condition, column, unique=True)


class AccountRow(SQLModel, table=True):
    """Versions of a ledger row, each in force from `since` until `until` (null: still). Any past day can be shown.

    `id` grows with every version, so that a reader can ask for what changed after the last one it knows. `removed`:
    from then on the account is not in the ledger. `author` is null where no person decided; `source` is the file.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("key", "since"),
        _one_where("account_in_force", "until IS NULL", "key"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    platform: str
    cancelled: bool
    since: datetime = _time()
    until: datetime | None = _time(default=None)
    body: str = _body()
    removed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    author: str | None = None
    comment: str | None = _body(nullable=True)
    source: str | None = None


class RefusalRow(SQLModel, table=True):
    """A cell of a ledger file that was not taken, from `since` until `until` (null: still)."""

    __tablename__ = "refusal"
    __table_args__ = (_where("refusal_open", "until IS NULL", "file"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    file: str
    place: str
    header: str
    name: str
    platform: str
    unit: str
    key: str | None = None
    message: str = _body()
    remedy: str = _body()
    since: datetime = _time()
    until: datetime | None = _time(default=None)


class StandingRow(SQLModel, table=True):
    """Where an account stood from `since` until `until` (null: it still does). Its findings are in their own table.

    `at`: the moment up to which the row was brought up to date. `check_at`: when the timer has to look at it again.
    """

    __tablename__ = "standing"
    __table_args__ = (
        UniqueConstraint("key", "since"),
        _one_where("standing_in_force", "until IS NULL", "key"),
        # With `until`, though it is null, or SQLite looks up every row of the table to see that it is.
        _where("standing_counted", "until IS NULL", "platform", "state", "until"),
        _where("standing_gravest", "until IS NULL", "state", "key", "until"),
        _where("standing_probed", "until IS NULL AND probed_at IS NOT NULL", "platform", "probed_at"),
        _where("standing_to_check", "until IS NULL AND check_at IS NOT NULL", "check_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    platform: str
    state: str
    why: str = _body()
    since: datetime = _time()
    until: datetime | None = _time(default=None)
    at: datetime = _time()
    newest_post_at: datetime | None = _time(default=None)
    proved_at: datetime | None = _time(default=None)
    probed_at: datetime | None = _time(default=None)
    outcome: str | None = None
    reason: str | None = _body(nullable=True)
    check_at: datetime | None = _time(default=None)


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


class LeaseRow(SQLModel, table=True):
    """What only one process may do at a time. `mark`: how far its holders have come, in their own words."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    owner: str | None = None
    until: datetime | None = _time(default=None)
    mark: str | None = None


class PostRow(SQLModel, table=True):
    """Each version of an item, by when it was first observed so."""

    __tablename__ = "post"
    __table_args__ = (Index("post_history", "key", "published_at"), Index("post_observed", "key", "observed_at"))

    fingerprint: str = Field(primary_key=True)
    observed_at: datetime = _time(primary_key=True)
    key: str
    published_at: datetime | None = _time(default=None)
    body: str = _body()


class SketchRow(SQLModel, table=True):
    """What is kept of an item's text to find others like it. `waiting`: it has not been held against them yet.

    `body`: the analyzer's own bytes. Of an item's versions that show a text the newest counts.
    """

    __tablename__ = "sketch"
    __table_args__ = (
        _where("sketch_waiting", WAITING, "id"),
        Index("sketch_age", "key", "published_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(unique=True)
    key: str
    post_id: str
    title: str | None = _body(nullable=True)
    url: str | None = _body(nullable=True)
    published_at: datetime = _time()
    observed_at: datetime = _time()
    waiting: bool
    marks: bytes
    body: bytes


class SketchMarkRow(SQLModel, table=True):
    """A mark of a sketch: texts that are alike share some. `at`: when it was published, in seconds since 1970."""

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
        _where("probe_proving", PROVES, "key", "at"),
    )

    fingerprint: str = Field(primary_key=True)
    key: str
    at: datetime = _time()
    outcome: str
    proves_list: bool
    newest_post_at: datetime | None = _time(default=None)
    body: str = _body()


class FindingRow(SQLModel, table=True):
    """One interval during which a finding held. `open_told`/`close_told`: its event is on the bus (outbox)."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("fingerprint", "opened_at"),
        _one_where("finding_open", "closed_at IS NULL", "fingerprint"),
        _where("finding_held", "closed_at IS NULL", "key"),
        _where("finding_untold", UNTOLD, "id"),
        Index("finding_closed", "closed_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str
    key: str
    rule: str
    severity: str
    opened_at: datetime = _time()
    closed_at: datetime | None = _time(default=None)
    status: str
    open_told: bool = False
    close_told: bool = True
    body: str = _body()


class DeliveryRow(SQLModel, table=True):
    """The delivery ledger: one finding's status on one channel; `at` tells a matter that came back from before."""

    __tablename__ = "delivery"
    __table_args__ = (
        _where("delivery_due", "state = 'pending'", "channel", "next_attempt_at"),
        _where("delivery_held", "leased_by IS NOT NULL", "leased_by"),
        _where("delivery_kept", "state IN ('dead', 'unrouted')", "state"),
        _where("delivery_silenced", "held_by IS NOT NULL", "held_by"),
        Index("delivery_sent", "channel", "sent_at"),
    )

    fingerprint: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    at: datetime = _time(primary_key=True)
    unit: str
    account_key: str
    finding: str = _body()
    queued_at: datetime = _time()
    next_attempt_at: datetime = _time()
    attempts: int = 0
    state: str = "pending"
    sent_at: datetime | None = _time(default=None)
    message_id: str | None = None
    answer: str | None = _body(default=None, nullable=True)
    error: str | None = None
    held_by: int | None = None
    destination: str | None = None
    leased_until: datetime | None = _time(default=None)
    leased_by: str | None = None


class SilenceRow(SQLModel, table=True):
    """Quiet that somebody asked for. Who ends one before its time adds when and who; nothing is overwritten."""

    __tablename__ = "silence"
    __table_args__ = (Index("silence_ends", "ends_at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    starts_at: datetime = _time()
    ends_at: datetime = _time()
    author: str
    comment: str = _body()
    unit: str | None = None
    account_key: str | None = None
    rule: str | None = None
    indicator: str | None = None
    number: str | None = None
    added_at: datetime = _time()
    expired_at: datetime | None = _time(default=None)
    expired_by: str | None = None


class ChannelRow(SQLModel, table=True):
    """A channel in trouble, shared by all alerters; one that works has no row."""

    __tablename__ = "channel"

    name: str = Field(primary_key=True)
    failures: int
    error: str
    retry_at: datetime = _time()
    off_since: datetime | None = _time(default=None)
    digest: str


class NoticeRow(SQLModel, table=True):
    """What the operators are to be told about the watch itself, and when they were."""

    __tablename__ = "notice"

    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    text: str
    since: datetime = _time()
    told_at: datetime | None = _time(default=None)
    leased_until: datetime | None = _time(default=None)
    leased_by: str | None = None


class ReportRow(SQLModel, table=True):
    """One report on one period: who may write it at present, and when it was written."""

    __tablename__ = "report"

    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    leased_until: datetime | None = _time(default=None)
    written_at: datetime | None = _time(default=None)


class ReportFileRow(SQLModel, table=True):
    """A report that is to be sent: the reporter writes it, the alerter, perhaps elsewhere, sends it.

    `lines`: JSON, what a message about it says. `place`: where its file lies.
    """

    __tablename__ = "report_file"

    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    title: str
    lines: str = _body()
    file_name: str
    media_type: str
    place: str = _body()
    written_at: datetime = _time()
    body: bytes


class ReportDeliveryRow(SQLModel, table=True):
    """One report on its way to one recipient (empty: the channel's own). Written by the alerter."""

    __tablename__ = "report_delivery"
    __table_args__ = (_where("report_delivery_due", "state = 'pending'", "next_attempt_at"),)

    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    title: str
    queued_at: datetime = _time()
    next_attempt_at: datetime = _time()
    attempts: int = 0
    state: str = "pending"
    sent_at: datetime | None = _time(default=None)
    message_id: str | None = None
    answer: str | None = _body(default=None, nullable=True)
    error: str | None = _body(default=None, nullable=True)
    leased_until: datetime | None = _time(default=None)
    leased_by: str | None = None


class MarkRow(SQLModel, table=True):
    """What a person wrote beside a matter on a list; null: of that nothing was said. Rows are only ever added."""

    __tablename__ = "mark"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    matter: str = Field(index=True)
    key: str
    number: str | None = None
    at: datetime = _time()
    author: str
    state: str | None = None
    note: str | None = _body(nullable=True)
    deadline: str | None = None


class NoteRow(SQLModel, table=True):
    """Dated remarks that reports print: which rulebook was in force."""

    __tablename__ = "note"

    name: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    since: datetime = _time(primary_key=True)


metadata = SQLModel.metadata
