"""One database, SQLite or PostgreSQL: opened, asked, and written in transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, literal, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.dml import ReturningInsert

from shared.errors import InputError, TransientError
from shared.storage.tables import metadata

_BUSY_SECONDS = 30


class Database:
    """Connections to `url` (`sqlite:///path` or `postgresql+psycopg://...`). Thread-safe; tables are made at once."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("sqlite", "postgresql")):
            raise InputError(
                "XUNJIAN_DATABASE_URL", f"{url.split(':', 1)[0]}: use sqlite:///path or postgresql+psycopg://"
            )
        is_sqlite = url.startswith("sqlite")
        connecting: dict[str, Any] = {"connect_args": {"timeout": _BUSY_SECONDS}} if is_sqlite else {}
        self.engine = create_engine(url, pool_pre_ping=not is_sqlite, **connecting)
        options: dict[str, Any] = {"read_only": True}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        self._reader = self.engine.execution_options(**options)
        self._add_new: dict[Table, ReturningInsert[Any]] = {}
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _durable_sqlite)
            event.listen(self.engine, "begin", _begin)
        with _told_apart():
            metadata.create_all(self.engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view, the same for all it asks, that never waits for a writer. Raises TransientError."""
        with _told_apart(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: all or nothing. Raises TransientError when the database is away or locked too long."""
        with _told_apart(), self.engine.begin() as connection:
            yield connection

    def insert(self, table: Table) -> "Upsert":
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` in this database's dialect."""
        return postgresql.insert(table) if self.engine.dialect.name == "postgresql" else sqlite.insert(table)

    def add_new(self, connection: Connection, table: Table, **values: Any) -> bool:
        """Insert the row unless it is there already; True when it was new."""
        if table not in self._add_new:
            # Not rowcount: PostgreSQL's driver does not tell it for an INSERT.
            self._add_new[table] = self.insert(table).on_conflict_do_nothing().returning(literal(1))
        return connection.execute(self._add_new[table], values).first() is not None

    def lock_table(self, connection: Connection, table: Table) -> None:
        """Until the transaction ends nobody else writes to the table; SQLite's write lock is of that kind anyway."""
        if self.engine.dialect.name == "postgresql":
            connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def check(self) -> None:
        """Really ask. Raises TransientError."""
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()


Upsert = postgresql.Insert | sqlite.Insert


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise TransientError(f"the database does not answer: {error.orig}") from error


def _durable_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is switched off, so that _begin decides when a transaction takes the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A read that later writes would fail at once with SQLITE_BUSY; taking the lock first makes it wait its turn.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
