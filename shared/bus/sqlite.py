"""The embedded bus: a durable log with consumer groups, in tables of its own inside the store's SQLite file."""

import heapq
import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path

import structlog

from shared.bus.contract import Record, dead_letter_headers
from shared.bus.envelope import Headers, encode, kept_headers
from shared.bus.topics import DEAD_LETTER_SUFFIX
from shared.clock import Clock
from shared.errors import PermanentError, TransientError
from shared.events import Event
from shared.folders import make_file
from shared.storage.files import use_log_of_changes
from shared.storage.refused import sqlite_words
from shared.system_words import system_words
from shared.trace import HEADER as TRACE
from shared.trace import Trace, TraceOf, current_trace

log = structlog.get_logger(__name__)

BUSY_SECONDS = 30.0
CHECK_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.05
RETENTION = timedelta(days=30)
PRUNE_EVERY_SECONDS = 3600.0
PRUNE_ROWS = 1000
"""Deleted in one transaction: the writers of other processes wait for it."""
UNREAD_KEPT = 1000
"""Of a topic nobody reads (dead letters) so many stay, however old they seem: a clock may be ahead by a year."""

# AUTOINCREMENT: a position is never given twice, not even after pruning. Positions rise over all topics, so a topic
# has gaps and several topics read together come in the order they were published.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS bus_log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    body BLOB NOT NULL,
    headers TEXT NOT NULL,
    stored_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bus_log_topic ON bus_log (topic);
CREATE TABLE IF NOT EXISTS bus_offset (
    consumer_group TEXT NOT NULL,
    topic TEXT NOT NULL,
    next_position INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, topic)
);
"""

LASTING = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)

_APPEND = "INSERT INTO bus_log (topic, key, body, headers, stored_at) VALUES "
_ROW = "(?, ?, ?, ?, ?)"
# A loose index scan: one seek a topic, however long the log.
_TOPICS = """WITH RECURSIVE topics (name) AS (
    SELECT min(topic) FROM bus_log
    UNION ALL SELECT (SELECT min(topic) FROM bus_log WHERE topic > name) FROM topics WHERE name IS NOT NULL
) SELECT name FROM topics WHERE name IS NOT NULL"""

# Oldest first and no further than the first that is kept: what is young is not read, so age needs no index.
_PRUNE = """DELETE FROM bus_log WHERE position IN (
    SELECT position FROM (
        SELECT position, stored_at FROM bus_log WHERE topic = ?1
        AND position < coalesce(
            (SELECT min(next_position) FROM bus_offset WHERE topic = ?1),
            (SELECT position FROM bus_log WHERE topic = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?4),
            0
        )
        ORDER BY position LIMIT ?3
    ) WHERE stored_at < ?2
)"""
ROWS_A_STATEMENT = 50
"""AUTOINCREMENT keeps its books once a statement: a statement for every row would cost a fifth more."""


class SqliteBus:
    """Topics of one partition each; what `publish` returned from survives kill -9 and power loss (WAL, fsync).

    Do not publish inside an open write transaction on the same file: SQLite has one writer, it would wait for itself.
    """

    def __init__(self, path: Path, source: str, clock: Clock, retention: timedelta = RETENTION) -> None:
        self._path = path
        self._kept_headers = json.dumps(kept_headers(source))
        self._clock = clock
        self._retention = retention
        self._prune_at = time.monotonic() + PRUNE_EVERY_SECONDS
        self._lock = threading.Lock()
        with _errors_of(path):
            make_file(path)
            self._connection = _connect(path)
            self._connection.executescript(_SCHEMA)

    def publish(self, events: Iterable[Event], trace_of: TraceOf = current_trace) -> None:
        heads: dict[Trace | None, str] = {None: self._kept_headers}
        rows: list[tuple[str, str, bytes, str]] = []
        for event in events:
            trace = trace_of(event)
            if trace is not None and trace not in heads:
                heads[trace] = json.dumps({**json.loads(self._kept_headers), TRACE: trace.header})
            rows.append((event.topic, event.key, encode(event), heads[trace]))
        self._write(rows)
        self._prune_now_and_then()

    def subscribe(self, group: str, topics: Iterable[str]) -> "SqliteSubscription":
        return SqliteSubscription(self, self._path, group, tuple(topics))

    def dead_letter(self, record: Record, reason: str) -> None:
        topic = record.topic + DEAD_LETTER_SUFFIX
        self._append([(topic, record.key, record.body, dead_letter_headers(record, reason))])

    def prune(self, before: datetime) -> int:
        """Delete the oldest records stored before `before` that every group of their topic has done, PRUNE_ROWS at the
        most; returns how many. Of topics nobody reads (dead letters) the newest UNREAD_KEPT stay.

        Raises TransientError.
        """
        with self._lock, _writing(self._connection, self._path):
            topics = [topic for (topic,) in self._connection.execute(_TOPICS)]
            done = 0
            for topic in topics:
                done += self._connection.execute(
                    _PRUNE, (topic, _text(before), PRUNE_ROWS - done, UNREAD_KEPT - 1)
                ).rowcount
            return done

    def _prune_now_and_then(self) -> None:
        """Housekeeping: it goes on at the next publish while there is more, and fails nobody."""
        if time.monotonic() < self._prune_at:
            return
        self._prune_at = time.monotonic() + PRUNE_EVERY_SECONDS
        try:
            if self.prune(self._clock() - self._retention) >= PRUNE_ROWS:
                self._prune_at = 0.0
        except TransientError as error:
            log.warning("bus_log_not_pruned", error=str(error))

    def lag(self, group: str, topics: Iterable[str]) -> int:
        query = """SELECT count(*) FROM bus_log WHERE topic = ?2 AND position >= coalesce(
            (SELECT next_position FROM bus_offset WHERE consumer_group = ?1 AND topic = ?2), 0)"""
        return sum(self._number(query, group, topic) for topic in topics)

    def dead_letters(self, topics: Iterable[str]) -> dict[str, int]:
        query = "SELECT count(*) FROM bus_log WHERE topic = ?"
        return {topic: self._number(query, topic + DEAD_LETTER_SUFFIX) for topic in topics}

    def check(self) -> None:
        """Ask whether the file is there and can be written. Raises TransientError."""
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        with _errors_of(self._path), closing(sqlite3.connect(uri, uri=True, timeout=CHECK_SECONDS)) as connection:
            connection.execute("SELECT 1 FROM bus_log LIMIT 1")
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _number(self, query: str, *values: str) -> int:
        """By a connection of its own: who writes holds up nobody who only asks."""
        with _errors_of(self._path), closing(_connect(self._path)) as connection:
            return int(connection.execute(query, values).fetchone()[0])

    def _append(self, messages: Iterable[tuple[str, str, bytes, Mapping[str, str]]]) -> None:
        """Messages of any origin; what `publish` encoded itself holds no lone surrogates and needs no such care."""
        self._write([(topic, _storable(key), body, json.dumps(dict(head))) for topic, key, body, head in messages])

    def _write(self, messages: Iterable[tuple[str, str, bytes, str]]) -> None:
        now = _text(self._clock())
        rows = [(*columns, now) for columns in messages]
        with self._lock, _writing(self._connection, self._path):
            for start in range(0, len(rows), ROWS_A_STATEMENT):
                some = rows[start : start + ROWS_A_STATEMENT]
                self._connection.execute(_APPEND + ", ".join([_ROW] * len(some)), list(chain.from_iterable(some)))


class SqliteSubscription:
    """The one member of its group that holds the group's lock file reads; others stand by until it closes or dies.

    A lock of the operating system needs no time-out: it falls with its process, and a frozen holder shares nothing.
    """

    def __init__(self, bus: SqliteBus, path: Path, group: str, topics: tuple[str, ...]) -> None:
        if not re.fullmatch(r"[\w.-]+", group):
            raise PermanentError(f"consumer group {group!r}: use letters, digits, dot, dash and underscore only")
        self._bus = bus
        self._path = path
        self._group = group
        self._topics = topics
        self._next: dict[str, int] = {}
        self._polled: dict[str, int] = {}
        self._active = False
        with _errors_of(path):
            self._connection = _connect(path)
            self._membership = sqlite3.connect(
                path.with_name(f"{path.name}.{group}.lock"), timeout=0, isolation_level=None, check_same_thread=False
            )
        self._register()

    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        deadline = time.monotonic() + timeout_seconds
        while True:
            with _errors_of(self._path):
                records = self._read(max_records) if self._hold() else []
            remaining = deadline - time.monotonic()
            if records or remaining <= 0:
                return records
            time.sleep(min(LOOK_AGAIN_SECONDS, remaining))

    def commit(self) -> None:
        if not self._polled:
            return
        rows = [(position, self._group, topic) for topic, position in self._polled.items()]
        try:
            with _writing(self._connection, self._path):
                self._connection.executemany(
                    "UPDATE bus_offset SET next_position = ? WHERE consumer_group = ? AND topic = ?", rows
                )
        except TransientError:
            self.rewind()
            raise
        self._polled.clear()

    def rewind(self) -> None:
        with _errors_of(self._path):
            self._next.update(self._committed())
        self._polled.clear()

    def dead_letter(self, record: Record, reason: str) -> None:
        self._bus.dead_letter(record, reason)

    def lag(self) -> int:
        query = "SELECT count(*) FROM bus_log WHERE topic = ? AND position >= ?"
        with _errors_of(self._path):
            return sum(self._connection.execute(query, place).fetchone()[0] for place in self._committed().items())

    def close(self) -> None:
        self._connection.close()
        self._membership.close()

    def _register(self) -> None:
        """A group that has not committed yet must already protect its records from pruning."""
        rows = [(self._group, topic) for topic in self._topics]
        with _writing(self._connection, self._path):
            self._connection.executemany("INSERT OR IGNORE INTO bus_offset VALUES (?, ?, 0)", rows)

    def _hold(self) -> bool:
        if not self._active:
            try:
                self._membership.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                return False
            self._active = True
            self._next = self._committed()
        return True

    def _committed(self) -> dict[str, int]:
        rows = self._connection.execute(
            "SELECT topic, next_position FROM bus_offset WHERE consumer_group = ?", (self._group,)
        )
        return {topic: position for topic, position in rows if topic in self._topics}

    def _read(self, max_records: int) -> list[Record]:
        logs = [self._log(topic, position, max_records) for topic, position in self._next.items()]
        records = list(islice(heapq.merge(*logs, key=lambda record: record.offset), max_records))
        self._polled.update({record.topic: record.offset + 1 for record in records})
        self._next.update(self._polled)
        return records

    def _log(self, topic: str, position: int, limit: int) -> Iterator[Record]:
        rows = self._connection.execute(
            "SELECT position, key, body, headers FROM bus_log WHERE topic = ? AND position >= ?"
            " ORDER BY position LIMIT ?",
            (topic, position, limit),
        )
        for offset, key, body, head in rows:
            yield Record(topic, 0, offset, key, body, Headers(json.loads(head), body))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    use_log_of_changes(connection.execute, BUSY_SECONDS)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _storable(key: str) -> str:
    """Keys of hostile records may hold lone surrogates, which SQLite refuses."""
    return key.encode("utf-8", "backslashreplace").decode()


@contextmanager
def _writing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    with _errors_of(path), connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in LASTING:
            raise PermanentError(f"消息总线 {path} {_said(error)}") from error
        raise TransientError(f"消息总线 {path} {_said(error)}") from error
    except sqlite3.DatabaseError as error:
        raise PermanentError(f"消息总线 {path} {_said(error)}") from error
    except OSError as error:
        raise PermanentError(f"消息总线 {path} 不可用：{system_words(error)}；请核对该文件") from error


def _said(error: sqlite3.Error) -> str:
    return f"{sqlite_words(error) or '不可用；请核对该文件'}（{error}）"
