"""The analyzer's rows: posts, probes and findings, written in one transaction; and the outbox of findings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Update, bindparam, select, text, update

from shared.account import Account
from shared.event_json import read
from shared.events import Finding, FindingStatus
from shared.standing import Standing
from shared.storage import accounts
from shared.storage.database import Database
from shared.storage.observations import Observations
from shared.storage.sketches import Sketches
from shared.storage.standings import end_standing, write_standing
from shared.storage.tables.columns import UNTOLD, WAITING
from shared.storage.tables.every import metadata
from shared.trace import Trace, current_trace

_post = metadata.tables["post"]
_probe = metadata.tables["probe"]
_finding = metadata.tables["finding"]
_sketch = metadata.tables["sketch"]

# Asked for every account that is judged: building a statement costs more than running it.
_HELD = (
    select(_finding.c.body)
    .where(_finding.c.key == bindparam("of"), _finding.c.closed_at.is_(None))
    .order_by(_finding.c.id)
)
_OPEN = select(_finding.c.id).where(_finding.c.fingerprint == bindparam("of"), _finding.c.closed_at.is_(None))
_CLOSE = update(_finding).where(_finding.c.fingerprint == bindparam("of"), _finding.c.closed_at.is_(None))
_OPEN_TOLD = (
    update(_finding)
    .where(_finding.c.fingerprint == bindparam("of"), _finding.c.opened_at == bindparam("moment"))
    .values(open_told=True)
)
_CLOSE_TOLD = (
    update(_finding)
    .where(_finding.c.fingerprint == bindparam("of"), _finding.c.closed_at == bindparam("moment"))
    .values(close_told=True)
)


class Judging:
    """One transaction of the analyzer. Everything is as of a moment, so that late or repeated events change nothing."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self.connection = connection
        self.observed = Observations(database, connection)
        self.sketches = Sketches(connection)
        self._held: dict[str, list[Finding]] = {}
        self._accounts: dict[str, Account | None] = {}
        self._entered: dict[str, tuple[datetime | None, bool]] = {}

    def serialise(self, key: str) -> None:
        """Of two analyzers that judge one account, one waits until the other's transaction is over."""
        self._database.serialise(self.connection, key)

    @contextmanager
    def part(self) -> Iterator[None]:
        """What is written inside is undone by itself when something raises. Raises TransientError."""
        try:
            with self._database.part(self.connection):
                yield
        except Exception:
            self._held.clear()
            raise

    def account(self, key: str) -> Account | None:
        if key not in self._accounts:
            self._accounts[key] = accounts.find_account(self.connection, key)
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
            self._entered[key] = accounts.entered(self.connection, key)
        return self._entered[key]

    def cancelled_since(self, key: str) -> datetime | None:
        return accounts.cancelled_since(self.connection, key)

    def open_findings(self, key: str) -> list[Finding]:
        if key not in self._held:
            bodies = self.connection.execute(_HELD, {"of": key}).scalars()
            self._held = {key: [read(Finding, body) for body in bodies]}
        return self._held[key]

    def open(self, finding: Finding) -> bool:
        """Write the finding and put its event in the outbox; False when it is open already.

        One that was closed is as if it had not been.
        """
        if self.connection.execute(_OPEN, {"of": finding.fingerprint}).first() is not None:
            return False
        self._held.clear()
        insert = self._database.insert(_finding).values(
            fingerprint=finding.fingerprint,
            key=finding.key,
            rule=finding.rule,
            severity=finding.severity,
            opened_at=finding.at,
            status=FindingStatus.OPEN,
            open_told=False,
            close_told=True,
            open_trace=_trace(),
            body=finding.to_json().decode(),
        )
        again = {"closed_at": None, "status": FindingStatus.OPEN, "close_told": True}
        self.connection.execute(insert.on_conflict_do_update(index_elements=["fingerprint", "opened_at"], set_=again))
        return True

    def close(self, finding: Finding, at: datetime, status: FindingStatus) -> None:
        """End the finding's interval; a resolved one goes to the outbox, a superseded one is nobody's news."""
        self._held.clear()
        told = {"close_told": status is not FindingStatus.RESOLVED, "close_trace": _trace()}
        self.connection.execute(_CLOSE, {"of": finding.fingerprint, "closed_at": at, "status": status, **told})

    def stand(self, standing: Standing, at: datetime, check_at: datetime | None) -> None:
        """Write down where the account stands since `at`; the timer looks again at `check_at` (null: it need not)."""
        write_standing(self.connection, standing, at, check_at)

    def end_standing(self, key: str, at: datetime) -> None:
        """An account that is no longer in the ledger stands nowhere from `at`."""
        end_standing(self.connection, key, at)


def _trace() -> str | None:
    trace = current_trace()
    return trace.header if trace else None


class Judgements:
    """The analyzer's side of the store, and what reports ask of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def judging(self) -> Iterator[Judging]:
        """One transaction: posts, probes and findings become visible together or not at all."""
        with self._database.begin() as connection:
            yield Judging(self._database, connection)

    def anything_waits(self) -> bool:
        """Whether some text has not been held against what others published."""
        with self._database.read() as connection:
            return connection.execute(select(_sketch.c.id).where(text(WAITING)).limit(1)).first() is not None

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
        told: dict[Update, list[dict[str, object]]] = defaultdict(list)
        with self._database.begin() as connection:
            for finding in findings:
                said = _OPEN_TOLD if finding.status is FindingStatus.OPEN else _CLOSE_TOLD
                told[said].append({"of": finding.fingerprint, "moment": finding.at})
            for said, those in told.items():
                connection.execute(said, those)
