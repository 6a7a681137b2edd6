"""The analyzer's rows: posts, probes and findings, written in one transaction; and the outbox of findings."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, select, text

from shared.account import Account
from shared.event_json import read
from shared.events import Finding, FindingStatus, Post, Probe
from shared.standing import Standing
from shared.storage import accounts, lost_marks
from shared.storage.coverage import CoverageRows
from shared.storage.database import Database
from shared.storage.finding_rows import FindingRows
from shared.storage.observations import Observations
from shared.storage.rows import Change
from shared.storage.sketches import Sketches
from shared.storage.standing_rows import StandingRows
from shared.storage.tables.columns import UNTOLD, WAITING
from shared.storage.tables.every import metadata
from shared.trace import Trace, current_trace, traced

_finding = metadata.tables["finding"]
_sketch = metadata.tables["sketch"]

_OPEN_TOLD = Change(_finding, by=("fingerprint", "opened_at"))
_CLOSE_TOLD = Change(_finding, by=("fingerprint", "closed_at"))


class Judging:
    """One transaction of the analyzer. Everything is as of a moment, so that late or repeated events change nothing.

    What is written goes to the database at the end, or at the end of a part: a statement a row costs more than a rule.
    """

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self.connection = connection
        self.sketches = Sketches(database, connection)
        self._notes: list[tuple[Trace | None, Callable[[], None]]] = []
        self._begin()

    def _begin(self) -> None:
        """Nothing is known yet, and nothing to be written."""
        self.observed = Observations(self._database, self.connection)
        self.coverage = CoverageRows(self._database, self.connection)
        self._findings = FindingRows(self._database, self.connection)
        self._standings = StandingRows(self._database, self.connection)
        self._accounts: dict[str, Account | None] = {}
        self._entered: dict[str, tuple[datetime | None, bool]] = {}

    def serialise(self, *keys: str) -> None:
        """Of two analyzers that judge one account, one waits until the other's transaction is over.

        All that the transaction is about at once: they are sorted, so that two never wait for each other.
        """
        self._database.serialise(self.connection, *sorted(keys))

    def expect(self, keys: Collection[str], events: Collection[Post | Probe] = ()) -> None:
        """Ask at once what is known of the accounts and events; of others it is asked when it matters."""
        self._accounts |= accounts.find_accounts(self.connection, keys)
        self._entered |= accounts.entered(self.connection, keys)
        self.coverage.read(keys)
        self._findings.read(keys)
        self._standings.read(keys)
        self.observed.expect(keys, events)

    @contextmanager
    def part(self) -> Iterator[None]:
        """What is written inside is undone by itself when something raises. Raises TransientError."""
        self.write()
        noted = len(self._notes)
        try:
            with self._database.part(self.connection):
                yield
                self.write()
        except Exception:
            del self._notes[noted:]
            self._begin()
            raise

    def write(self) -> None:
        self.observed.write()
        self.coverage.write()
        self._findings.write()
        self._standings.write()

    def afterwards(self, note: Callable[[], None]) -> None:
        """To be done when what was written is there for good."""
        self._notes.append((current_trace(), note))

    def end(self) -> None:
        """After the transaction."""
        for trace, note in self._notes:
            with traced(trace):
                note()

    def account(self, key: str) -> Account | None:
        if key not in self._accounts:
            self._accounts |= accounts.find_accounts(self.connection, [key])
        return self._accounts[key]

    def watched_since(self, key: str) -> datetime | None:
        """When the account entered the ledger, or came back to it."""
        return self._entering(key)[0]

    def returned_at(self, key: str) -> datetime | None:
        """When it came back after a removal; null when it never left."""
        moment, has_been_outside = self._entering(key)
        return moment if has_been_outside else None

    def _entering(self, key: str) -> tuple[datetime | None, bool]:
        if key not in self._entered:
            self._entered |= accounts.entered(self.connection, [key])
        return self._entered[key]

    def cancelled_since(self, key: str) -> datetime | None:
        return accounts.cancelled_since(self.connection, key)

    def open_findings(self, key: str) -> list[Finding]:
        return self._findings.held(key)

    def open(self, finding: Finding) -> bool:
        """Write the finding and put its event in the outbox; False when it is open already.

        One that was closed is as if it had not been.
        """
        return self._findings.open(finding)

    def reword(self, finding: Finding) -> None:
        """What an open finding says from now on; nobody is told."""
        self._findings.reword(finding)

    def close(self, finding: Finding, at: datetime, status: FindingStatus) -> None:
        """End the finding's interval; a resolved one goes to the outbox, a superseded one is nobody's news."""
        self._findings.close(finding, at, status)

    def stand(self, standing: Standing, at: datetime, check_at: datetime | None) -> None:
        """Write down where the account stands since `at`; the timer looks again at `check_at` (null: it need not)."""
        self._standings.stand(standing, at, check_at)

    def end_standing(self, key: str, at: datetime) -> None:
        """An account that is no longer in the ledger stands nowhere from `at`."""
        self._standings.end(key, at)


class Judgements:
    """The analyzer's side of the store, and what reports ask of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def judging(self) -> Iterator[Judging]:
        """One transaction: posts, probes and findings become visible together or not at all."""
        with self._database.begin() as connection:
            judging = Judging(self._database, connection)
            yield judging
            judging.write()
        judging.end()

    def anything_waits(self) -> bool:
        """Whether some text has not been held against what others published."""
        with self._database.read() as connection:
            return connection.execute(select(_sketch.c.id).where(text(WAITING)).limit(1)).first() is not None

    def are_marks_lost(self) -> bool:
        """Whether a crash of the database took what texts alike are found by."""
        with self._database.read() as connection:
            return lost_marks.are_marks_lost(connection)

    def untold(self) -> list[Finding]:
        """Findings whose event is not known to be on the bus, oldest first (the outbox)."""
        return [finding for finding, _ in self.outbox()]

    def outbox(self) -> list[tuple[Finding, Trace | None]]:
        """As `untold`, each with the trace of what caused it."""
        with self._database.read() as connection:
            rows = connection.execute(select(_finding).where(text(UNTOLD)).order_by(_finding.c.id)).all()
        told: list[tuple[Finding, Trace | None]] = []
        for row in rows:
            finding = read(Finding, row.body)
            if not row.open_told:
                told.append((finding, Trace.of_header(row.open_trace)))
            if not row.close_told:
                closed = finding.but(status=FindingStatus(row.status), at=row.closed_at)
                told.append((closed, Trace.of_header(row.close_trace)))
        return told

    def mark_told(self, findings: Iterable[Finding]) -> None:
        opened: list[dict[str, object]] = []
        closed: list[dict[str, object]] = []
        for finding in findings:
            of, at = finding.fingerprint, finding.at
            if finding.status is FindingStatus.OPEN:
                opened.append({"fingerprint": of, "opened_at": at, "open_told": True})
            else:
                closed.append({"fingerprint": of, "closed_at": at, "close_told": True})
        with self._database.begin() as connection:
            self._database.write(connection, _OPEN_TOLD, opened)
            self._database.write(connection, _CLOSE_TOLD, closed)
