"""Logins, and how long each lasted."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import text_column, time_column


class SessionLifeRow(SQLModel, table=True):
    """One login. `holder`: the collector that looks with it until `held_until`, since two browsers end a login."""

    __tablename__ = "session_life"

    platform: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    since: datetime = time_column(primary_key=True)
    asked_at: datetime | None = time_column(default=None)
    proof: str
    proved_at: datetime | None = time_column(default=None)
    ended_at: datetime | None = time_column(default=None)
    why: str | None = text_column(nullable=True)
    free_at: datetime | None = time_column(default=None)
    blocks: int = 0
    holder: str | None = None
    held_until: datetime | None = time_column(default=None)
