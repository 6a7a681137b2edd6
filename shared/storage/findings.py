"""Which findings hold, now or at a past moment."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from shared.event_json import read
from shared.events import Finding
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_finding = metadata.tables["finding"]
MOST_AT_ONCE = 500
_NUMBER_CHARACTERS = 8
"""A 告警编号 is the beginning of a fingerprint."""


def findings_held(
    connection: Connection, moment: datetime | None = None, keys: Sequence[str] | None = None
) -> list[Finding]:
    """Findings that hold (null: now) of all accounts or of some, oldest first. Costs nothing for what closed before."""
    still = select(_finding).where(_finding.c.closed_at.is_(None))
    queries = [still]
    if moment is not None:
        begun = _finding.c.opened_at <= moment
        queries = [still.where(begun), select(_finding).where(begun, _finding.c.closed_at > moment)]
    if keys is not None:
        queries = [query.where(_finding.c.key.in_(keys)) for query in queries]
    # Two questions, since a database asked with OR looks through everything.
    return _read(row for query in queries for row in connection.execute(query))


def ended_since(connection: Connection, moment: datetime) -> dict[str, list[Row[Any]]]:
    """Findings that held at `moment` and no longer do, by account, as they are stored: few, unless it is long ago."""
    begun = select(_finding).where(_finding.c.opened_at <= moment)
    return _by_key(connection.execute(begun.where(_finding.c.closed_at > moment)))


def held_by_some(
    connection: Connection, moment: datetime, keys: Sequence[str], ended: Mapping[str, list[Row[Any]]]
) -> dict[str, list[Finding]]:
    """As `findings_held`, of the accounts `keys`, at most MOST_AT_ONCE. `ended`: what `ended_since` told."""
    begun = select(_finding).where(_finding.c.opened_at <= moment, _finding.c.key.in_(keys))
    still = _by_key(connection.execute(begun.where(_finding.c.closed_at.is_(None))))
    return {key: _read([*ended.get(key, ()), *still.get(key, ())]) for key in keys}


def _by_key(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found = defaultdict(list)
    for row in rows:
        found[row.key].append(row)
    return found


def _read(rows: Iterable[Row[Any]]) -> list[Finding]:
    return [read(Finding, row.body) for row in sorted(rows, key=lambda row: (row.opened_at, row.id))]


class Findings:
    """Looking up; the analyzer writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holding(self, moment: datetime, fingerprints: Iterable[str], keys: Iterable[str] = ()) -> list[Finding]:
        """Those of the findings asked for by fingerprint, and all on the accounts asked for, that held at `moment`."""
        begun = select(_finding.c.body).where(_finding.c.opened_at <= moment)
        held = (begun.where(_finding.c.closed_at.is_(None)), begun.where(_finding.c.closed_at > moment))
        wanted = [one.where(_finding.c.fingerprint.in_(part)) for part in _parts(fingerprints) for one in held]
        wanted += [one.where(_finding.c.key.in_(part)) for part in _parts(keys) for one in held]
        with self._database.read() as connection:
            bodies = dict.fromkeys(body for query in wanted for body in connection.execute(query).scalars())
        return [read(Finding, body) for body in bodies]

    def has_number(self, number: str) -> bool:
        """Whether any finding, also a past one, has this 告警编号."""
        whole = len(number) == _NUMBER_CHARACTERS and number.isalnum()
        with self._database.read() as connection:
            return (
                whole and connection.execute(select(_finding.c.id).where(*_begins(number)).limit(1)).first() is not None
            )

    def numbered(self, number: str) -> list[Finding]:
        """Findings whose fingerprint begins with `number` (a 告警编号 or more of it), the newest row of each."""
        rows = select(_finding.c.fingerprint, _finding.c.body).where(*_begins(number)).order_by(_finding.c.id)
        with self._database.read() as connection:
            newest = {row.fingerprint: row.body for row in connection.execute(rows)}
        return [read(Finding, body) for body in newest.values()]


def _begins(number: str) -> tuple[ColumnElement[bool], ...]:
    beginning = number.lower()
    # Behind the last hexadecimal digit: a range, which the index answers on both databases.
    return _finding.c.fingerprint >= beginning, _finding.c.fingerprint < f"{beginning}g"


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(dict.fromkeys(names))
    while part := list(islice(rest, MOST_AT_ONCE)):
        yield part
