"""The log of the evidence: what was stored and pruned when, each entry chained to the one before."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import index_where, one_row_where, text_column, time_column

KEPT = "kind = 'kept'"
LEAVING = "leaving"


class EvidenceEntryRow(SQLModel, table=True):
    """Rows are only ever added. `hash`: SHA-256 over the entry's line (shared/evidence/entry.py).

    `items`: JSON, what was kept or pruned. `open`: kept and not pruned; it is no part of the line.
    """

    __tablename__ = "evidence_entry"
    __table_args__ = (
        one_row_where("evidence_kept", KEPT, "look"),
        Index("evidence_look", "look"),
        index_where("evidence_age", "open", "at", "n"),
    )

    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = time_column()
    kind: str
    look: str
    key: str = text_column()
    items: str = text_column()
    why: str = text_column()
    previous: str
    hash: str
    open: bool


class EvidenceContentRow(SQLModel, table=True):
    """Which look rests on which content, so that none goes that another needs.

    `at`: when it was claimed. `logged`: its look stands in the log. `leaving`: its look is pruned, the content may go.
    """

    __tablename__ = "evidence_content"
    __table_args__ = (
        Index("evidence_content_look", "look"),
        index_where("evidence_leaving", LEAVING, "look"),
        index_where("evidence_claimed", "NOT logged", "at"),
    )

    sha256: str = Field(primary_key=True)
    look: str = Field(primary_key=True)
    at: datetime = time_column()
    logged: bool = False
    leaving: bool = False
