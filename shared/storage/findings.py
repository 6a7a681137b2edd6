"""Which findings hold, now or at a past moment."""

from datetime import datetime

from sqlalchemy import Connection, select

from shared.events import Finding
from shared.storage.tables import metadata

_finding = metadata.tables["finding"]


def findings_held(connection: Connection, moment: datetime | None = None, key: str | None = None) -> list[Finding]:
    """Findings that hold (null: now) of all accounts or of one, oldest first. Costs nothing for what closed before."""
    still = select(_finding).where(_finding.c.closed_at.is_(None))
    queries = [still]
    if moment is not None:
        begun = _finding.c.opened_at <= moment
        queries = [still.where(begun), select(_finding).where(begun, _finding.c.closed_at > moment)]
    if key is not None:
        queries = [query.where(_finding.c.key == key) for query in queries]
    # Two questions, since a database asked with OR looks through everything.
    rows = [row for query in queries for row in connection.execute(query)]
    return [Finding.model_validate_json(row.body) for row in sorted(rows, key=lambda row: (row.opened_at, row.id))]
