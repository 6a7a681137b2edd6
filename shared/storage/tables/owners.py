"""What owners' interfaces told, and how often each was asked."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import text_column, time_column


class OwnerDayRow(SQLModel, table=True):
    """What was published on one Beijing day, as the platform answered. `articles`: how many."""

    __tablename__ = "owner_day"

    key: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    asked_at: datetime = time_column()
    articles: int
    body: str = text_column()


class OwnerCallRow(SQLModel, table=True):
    """Calls of one application to one interface on one Beijing day. `is_over`: the platform said that it is enough."""

    __tablename__ = "owner_call"

    app: str = Field(primary_key=True)
    interface: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    calls: int
    asked_at: datetime = time_column()
    is_over: bool = False
