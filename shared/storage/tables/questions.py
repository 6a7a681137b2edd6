"""Questions that the public asked, without words and without names."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import text_column, time_column


class QuestionRow(SQLModel, table=True):
    """`id` is a hash. `noted_at`: when the collector last wrote it down."""

    __tablename__ = "question"
    __table_args__ = (Index("question_noted", "noted_at", "key"), Index("question_asked", "asked_at"))

    key: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    post_id: str
    url: str | None = text_column(nullable=True)
    asked_at: datetime = time_column()
    answered_at: datetime | None = time_column(default=None)
    seen_at: datetime = time_column()
    noted_at: datetime = time_column()
