"""Files that operators downloaded from back offices, and what each covers."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from shared.storage.tables.columns import time_column


class ExportRow(SQLModel, table=True):
    """One file of one account. The file itself lies with the evidence, if it is kept. `proofs`: fingerprints, a space
    between each."""

    __tablename__ = "export"

    key: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    kind: str
    file: str
    rows: int
    first_day: date | None = None
    last_day: date | None = None
    newest_at: datetime | None = time_column(default=None)
    imported_at: datetime = time_column()
    by: str | None = None
    proofs: str | None = None
