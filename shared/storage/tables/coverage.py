"""When each account was really seen."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import time_column


class CoverageRow(SQLModel, table=True):
    """One stretch of time. `kind`: a word of `Seen`; two stretches of one account and kind never touch."""

    __tablename__ = "coverage"

    key: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    since: datetime = time_column(primary_key=True)
    until: datetime = time_column()
