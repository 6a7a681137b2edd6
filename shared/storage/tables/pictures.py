"""Which finding is to have a picture of which page, and where it is kept."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import index_where, text_column, time_column


class PictureRow(SQLModel, table=True):
    """A page that proves a finding. `place`: `account`, or the id of the post whose own page it is.

    `next_at`: when it is to be photographed; null once it was, or was given up. `look`: sha256 of the manifest that is
    kept; `picture` and `thumbnail`: of the images. `reason`: why there is none, in Chinese.
    """

    __tablename__ = "picture"
    __table_args__ = (
        index_where("picture_wanted", "next_at IS NOT NULL", "platform", "next_at"),
        index_where("picture_made", "at IS NOT NULL", "at"),
        Index("picture_of", "key"),
    )

    fingerprint: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    key: str
    platform: str
    url: str | None = text_column(nullable=True)
    attempts: int = 0
    next_at: datetime | None = time_column(default=None)
    at: datetime | None = time_column(default=None)
    look: str | None = None
    picture: str | None = None
    thumbnail: str | None = None
    reason: str | None = text_column(nullable=True)


class PictureToldRow(SQLModel, table=True):
    """A picture that was shown on a channel, or is being shown."""

    __tablename__ = "picture_told"

    fingerprint: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    at: datetime = time_column()
