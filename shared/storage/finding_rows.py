"""Findings within one transaction of the analyzer: what is open is read once, what changed is written at the end."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from shared.event_json import read
from shared.events import Finding, FindingStatus
from shared.storage.among import among
from shared.storage.database import Database
from shared.storage.rows import Add, Change
from shared.storage.tables.every import metadata
from shared.trace import current_trace

_finding = metadata.tables["finding"]

# Asked for every batch: building a statement costs more than running it.
_HELD = select(_finding.c.key, _finding.c.id, _finding.c.body).where(
    among(_finding.c.key), _finding.c.closed_at.is_(None)
)
_CLOSE = Change(_finding, by=("fingerprint",), only=_finding.c.closed_at.is_(None))
_OPEN = Add(_finding, by=("fingerprint", "opened_at"), renew=("closed_at", "status", "close_told", "close_trace"))
_interval = (_finding.c.fingerprint == bindparam("of"), _finding.c.opened_at == bindparam("moment"))
_KNOWN = select(_finding.c.id).where(*_interval)
_AGAIN = update(_finding).where(*_interval)
_REWORD = (
    update(_finding)
    .where(_finding.c.fingerprint == bindparam("of"), _finding.c.closed_at.is_(None))
    .values(body=bindparam("said"))
)
_IS_OPEN = {"closed_at": None, "status": FindingStatus.OPEN, "close_told": True}


class FindingRows:
    """Whoever asks has the accounts to itself. What was not written by `write` is lost."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self._held: dict[str, list[Finding]] = {}
        self._new: dict[tuple[str, datetime], dict[str, Any]] = {}
        self._closed: dict[str, dict[str, Any]] = {}

    def read(self, keys: Collection[str]) -> None:
        """Ask at once what is open on the accounts; of others it is asked when it matters."""
        self.write()
        found = defaultdict(list)
        for row in sorted(self._connection.execute(_HELD, {"those": list(keys)}), key=lambda row: row.id):
            found[row.key].append(read(Finding, row.body))
        self._held |= {key: found[key] for key in keys}

    def held(self, key: str) -> list[Finding]:
        """What is open on the account, in the order in which it was first opened."""
        if key not in self._held:
            self.read([key])
        return self._held[key]

    def open(self, finding: Finding) -> bool:
        """False when it is open already. One that was closed is as if it had not been."""
        held = self.held(finding.key)
        if any(known.fingerprint == finding.fingerprint for known in held):
            return False
        interval = {"of": finding.fingerprint, "moment": finding.at}
        if (finding.fingerprint, finding.at) in self._new:
            self.write()
        if self._connection.execute(_KNOWN, interval).first() is not None:
            self.write()
            self._connection.execute(_AGAIN, interval | _IS_OPEN)
            del self._held[finding.key]
            return True
        self._new[finding.fingerprint, finding.at] = _row_of(finding)
        self._held[finding.key] = [*held, finding]
        return True

    def close(self, finding: Finding, at: datetime, status: FindingStatus) -> None:
        """A resolved one goes to the outbox, a superseded one is nobody's news."""
        told = {"close_told": status is not FindingStatus.RESOLVED, "close_trace": _trace()}
        end = {"closed_at": at, "status": status, **told}
        open_rows = (row for (of, _), row in self._new.items() if of == finding.fingerprint and not row["closed_at"])
        if row := next(open_rows, None):
            row.update(end)
        else:
            self._closed.setdefault(finding.fingerprint, {"fingerprint": finding.fingerprint, **end})
        held = self.held(finding.key)
        self._held[finding.key] = [known for known in held if known.fingerprint != finding.fingerprint]

    def reword(self, finding: Finding) -> None:
        """What an open one says from now on; nobody is told."""
        self.write()
        self._connection.execute(_REWORD, {"of": finding.fingerprint, "said": finding.to_json().decode()})
        same = finding.fingerprint
        self._held[finding.key] = [finding if known.fingerprint == same else known for known in self.held(finding.key)]

    def write(self) -> None:
        """Closed ones first: of a fingerprint only one may be open."""
        if self._closed:
            self._database.write(self._connection, _CLOSE, list(self._closed.values()))
        if self._new:
            self._database.write(self._connection, _OPEN, list(self._new.values()))
        self._closed, self._new = {}, {}


def _row_of(finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "key": finding.key,
        "rule": finding.rule,
        "severity": finding.severity,
        "opened_at": finding.at,
        "closed_at": None,
        "status": FindingStatus.OPEN,
        "open_told": False,
        "close_told": True,
        "open_trace": _trace(),
        "close_trace": None,
        "body": finding.to_json().decode(),
    }


def _trace() -> str | None:
    trace = current_trace()
    return trace.header if trace else None
