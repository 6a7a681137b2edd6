"""One database, SQLite or PostgreSQL: opened, asked, and written in transactions."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection, ExceptionContext, Row, Table, create_engine, event, literal, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.sql.dml import ReturningInsert

from shared.clock import chinese_time
from shared.errors import InputError, PermanentError, TransientError
from shared.fact import takeable
from shared.storage.files import use_log_of_changes
from shared.storage.refused import login_state, server_words, sqlite_words
from shared.storage.rows import Add, AsJson, Change, OneByOne, Rows, Upsert, Writing
from shared.storage.schema import Schema, schema_of
from shared.storage.server_options import demand_options

IDLE_SECONDS = 45
"""Longer than a program thinks between two statements of a transaction; PostgreSQL ends it then."""
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
CLOCKS_DIFFER = timedelta(minutes=5)
_BUSY_SECONDS = 30
_LAST_PORT = 65535
_LOCK_EACH = text("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name")
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32000")
"""Of SQLite; 32 MB of pages, since the index of texts is asked all over."""
_PASSING_SQLITE = tuple(
    f"SQLITE_{name}"
    for name in ("BUSY", "LOCKED", "FULL", "IOERR", "CANTOPEN", "READONLY", "NOMEM", "INTERRUPT", "PROTOCOL")
)
_READ_ONLY = "25006"


class Database:
    """Connections to `url` (`sqlite:///path` or `postgresql+psycopg://...`). Thread-safe.

    Raises InputError for an address or option that can be none, and for a database that is not this program's, or a
    newer program's. Its tables may still be of an older version, or missing: see `schema`.
    """

    def __init__(self, url: str) -> None:
        if not url.startswith(("sqlite", "postgresql")):
            raise InputError(
                "XUNJIAN_DATABASE_URL", f"认不出 {url.split(':', 1)[0]}；请写 sqlite:///路径 或 postgresql+psycopg://"
            )
        _demand_address(url)
        if url.startswith("postgresql+psycopg:"):
            demand_options(make_url(url))
        is_sqlite = url.startswith("sqlite")
        connecting = {"timeout": _BUSY_SECONDS} if is_sqlite else _reachable(url)
        self.engine = create_engine(url, pool_pre_ping=not is_sqlite, connect_args=connecting)
        options: dict[str, Any] = {"read_only": True}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        self._reader = self.engine.execution_options(**options)
        self._hasty = self.engine.execution_options(hasty=True)
        self._add_new: dict[Table, ReturningInsert[Any]] = {}
        self._writing: Writing = OneByOne() if is_sqlite else AsJson()
        if is_sqlite:
            event.listen(self.engine, "connect", _durable_sqlite)
            event.listen(self.engine, "begin", _begin)
        else:
            event.listen(self.engine, "connect", _not_held_up)
            event.listen(self.engine, "connect", _not_compiled)
            event.listen(self.engine, "handle_error", _not_to_be_kept)
            event.listen(self.engine, "do_executemany", _one_by_one)
            self.engine.dialect.use_insertmanyvalues_wo_returning = True
        try:
            self.schema()
        except BaseException:
            self.close()
            raise

    @property
    def file(self) -> Path | None:
        """Null where a server keeps it."""
        name = (self.engine.url.database or "").removeprefix("file:")
        return Path(name) if self.engine.dialect.name == "sqlite" else None

    @cached_property
    def place(self) -> str:
        """For messages; each transaction has it at hand."""
        return f"数据库 {unquote(str(self.file))}" if self.file else "数据库"

    def schema(self) -> Schema:
        """The version of its tables. Raises TransientError, InputError."""
        try:
            with self.read() as connection:
                return schema_of(connection)
        except InputError as error:
            raise InputError(self.place, error.message) from None
        except PermanentError as error:
            remedy = "请确认地址指向本程序的数据库；文件损坏时用 xunjian restore 恢复备份，或换用新的"
            raise InputError(self.place, f"{str(error).removeprefix(f'{self.place} ')}；{remedy}") from error

    def check_clock(self, now: datetime) -> None:
        """Raises TransientError when the database's clock and ours differ too much to judge anybody by either.

        SQLite has no clock of its own.
        """
        if self.engine.dialect.name != "postgresql":
            return
        with self.read() as connection:
            its: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        if abs(now - its) > CLOCKS_DIFFER:
            ours, theirs = chinese_time(now), chinese_time(its)
            raise TransientError(f"本机时间{ours}与数据库时间{theirs}相差超过5分钟，暂停判断；请校准时间后自动恢复")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view, the same for all it asks, that never waits for a writer. Raises TransientError."""
        with _told_apart(self.place), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def begin(self, lasting: bool = True) -> Iterator[Connection]:
        """One transaction: all or nothing. Raises TransientError when the database is away or locked too long.

        PermanentError: it refuses a row or statement, and always will. Not `lasting`: nothing waits for the disk
        where the database is a file, and a power failure, but nothing less, may undo it.
        """
        engine = self.engine if lasting else self._hasty
        with _told_apart(self.place), engine.begin() as connection:
            yield connection

    @contextmanager
    def part(self, connection: Connection) -> Iterator[None]:
        """A part of a transaction that is undone by itself when it raises. Raises TransientError, PermanentError."""
        with _told_apart(self.place), connection.begin_nested():
            yield

    def serialise(self, connection: Connection, *names: str) -> None:
        """Until the transaction ends no other that names one of them goes on; SQLite has one writer anyway."""
        if self.engine.dialect.name == "postgresql":
            # A name that the database does not take is nobody's account: it may not cost the others their turn.
            connection.execute(_LOCK_EACH, {"names": [takeable(name) for name in names]})

    def insert(self, table: Table) -> Upsert:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` in this database's dialect."""
        return postgresql.insert(table) if self.engine.dialect.name == "postgresql" else sqlite.insert(table)

    def add_new(self, connection: Connection, table: Table, **values: Any) -> bool:
        """Insert the row unless it is there already; True when it was new."""
        if table not in self._add_new:
            # Not rowcount: PostgreSQL's driver does not tell it for an INSERT.
            self._add_new[table] = self.insert(table).on_conflict_do_nothing().returning(literal(1))
        return connection.execute(self._add_new[table], values).first() is not None

    def write(self, connection: Connection, what: Add | Change, rows: Rows) -> Sequence[Row[Any]]:
        """At once. What an `Add` tells."""
        return self._writing.write(connection, what, rows) if rows else ()

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


def _demand_address(url: str) -> None:
    """Raises InputError, which shows nothing of the address: the wrong part of it is often a piece of the password."""
    try:
        port = make_url(url).port
    except (ArgumentError, ValueError):
        port = 0
    if port is not None and not 0 < port <= _LAST_PORT:
        form = "应为 postgresql+psycopg://用户:密码@主机:端口/库名，端口是 1 到 65535 的数字"
        remedy = "密码里的 @ 请写成 %40，% 写成 %25"
        raise InputError("database_url", f"数据库的地址写得不对：{form}；{remedy}")


@contextmanager
def _told_apart(place: str) -> Iterator[None]:
    """`place`: the database's name for people."""
    try:
        yield
    except NoFreeConnection as error:
        raise TransientError("数据库太慢：连接都在等它；会自动重试，一直如此请查数据库服务器的负载") from error
    except DBAPIError as error:
        kind = TransientError if _may_pass(error) else PermanentError
        if isinstance(error.orig, sqlite3.Error) and (words := sqlite_words(error.orig)):
            raise kind(f"{place} {words}（{error.orig}）") from error
        raise kind(_of_server(error, kind is TransientError)) from error


def _of_server(error: DBAPIError, may_pass: bool) -> str:
    said = " ".join(str(error.orig).split())
    if not may_pass:
        return f"数据库拒绝执行：{said}"
    if known := server_words(_state(error) or ""):
        words, remedy = known
        return f"数据库{words}：{said}；{remedy}"
    return f"数据库没有应答：{said}；请确认数据库服务在运行，核对设置 database_url、网络和防火墙"


def _may_pass(error: DBAPIError) -> bool:
    """Away, locked, full or restarting: later it may do. What it says of the statement or the row stays so."""
    if isinstance(error.orig, sqlite3.Error):
        name = getattr(error.orig, "sqlite_errorname", "SQLITE_BUSY")
        return isinstance(error, OperationalError) and name.startswith(_PASSING_SQLITE)
    if (state := _state(error)) is not None:
        return server_words(state) is not None
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))


def _state(error: DBAPIError) -> str | None:
    """PostgreSQL's five characters; null where it is not the server that speaks."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state or login_state(str(error.orig))


def _not_to_be_kept(context: ExceptionContext) -> None:
    # Who was connected before a failover may go on with what is a standby now: a new connection finds the main one.
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def _reachable(url: str) -> dict[str, Any]:
    """libpq's own patience with a server that no packet reaches is a quarter of an hour; the address may say more."""
    named = make_url(url).query
    return {name: value for name, value in _PATIENCE.items() if name not in named}


def _not_held_up(connection: Any, _record: Any) -> None:
    # A process that was frozen within a transaction would keep its locks, and who took over would wait for it.
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.commit()


def _not_compiled(connection: Any, _record: Any) -> None:
    # Rows from a parameter are guessed to be many: compiling the statement then takes longer than running it.
    connection.execute("SET jit = off")
    connection.commit()


def _one_by_one(cursor: Any, statement: str, rows: Sequence[Any], _context: Any) -> bool:
    # The driver would send them as a pipeline. Within one PostgreSQL waits for its end without end, with every lock:
    # a process frozen there is to it not idle.
    for row in rows:
        cursor.execute(statement, row)
    return True


def _durable_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is switched off, so that _begin decides when a transaction takes the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    use_log_of_changes(cursor.execute, _BUSY_SECONDS)
    for pragma in (*_PRAGMAS, f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A read that later writes would fail at once with SQLITE_BUSY; taking the lock first makes it wait its turn.
    options = connection.get_execution_options()
    read_only = options.get("read_only", False)
    if not read_only:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'NORMAL' if options.get('hasty') else 'FULL'}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
