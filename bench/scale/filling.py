"""A large store in minutes: the rows of the samples, whatever columns they have, again for every account."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice
from types import SimpleNamespace
from typing import Any

import numpy as np
from msgspec.structs import asdict
from sqlalchemy import Connection, Dialect, RowMapping, Table, func, insert, select, text

from bench.scale import samples
from shared.event_json import read
from shared.events import Event, Finding, Post, Probe
from shared.storage.leases import FOLLOWED
from shared.storage.lost_marks import restore_marks
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata

_EVENTS: dict[str, type[Event]] = {"post": Post, "probe": Probe, "finding": Finding}
_BATCH = 20_000
_WHOLE = np.dtype("<i8")
_SPREAD, _LARGEST = 0x9E3779B97F4A7C15, 2**63 - 1
"""A mark is a number of 63 bits; two accounts' differ in all of them."""

Values = tuple[Any, ...]


class _Sample:
    """One row of one sample account, ready to be another account's. Values are as the driver takes them."""

    def __init__(self, table: Table, row: RowMapping, account_id: str, dialect: Dialect) -> None:
        self._own = account_id
        self.names = [column.name for column in table.columns if not _is_counted(table, column.name)]
        self._values = [_bound(table, name, row[name], dialect) for name in self.names]
        self._texts = [place for place, value in enumerate(self._values) if isinstance(value, str)]
        self._texts = [place for place in self._texts if account_id in self._values[place]]
        self._place = self.names.index("fingerprint") if "fingerprint" in self.names else None
        self._marks = self.names.index("marks") if table.name == "sketch" else None
        self._event: SimpleNamespace | None = None
        if table.name in _EVENTS:
            # Not a copy of the event: copying five million of them takes longer than writing them.
            self._event = SimpleNamespace(**asdict(read(_EVENTS[table.name], row["body"])))
            self._fingerprint: Any = vars(_EVENTS[table.name])["fingerprint"].func

    def of(self, account_id: str) -> Values:
        values = self._values.copy()
        for place in self._texts:
            values[place] = values[place].replace(self._own, account_id)
        if self._place is not None:
            values[self._place] = self._identity(values[self._place], account_id)
        if self._marks is not None:
            # Or all copies of a sample would be found to be alike; other texts have other marks.
            own = np.frombuffer(values[self._marks], _WHOLE) ^ np.int64(int(account_id) * _SPREAD & _LARGEST)
            values[self._marks] = own.tobytes()
        return tuple(values)

    def _identity(self, written: str, account_id: str) -> str:
        if self._event is None:  # of what is no event: only that no two accounts share it
            return f"{account_id}:{written}"
        self._event.account_id = account_id
        identity: str = self._fingerprint(self._event)
        return identity


def fill(url: str, accounts: int, posts: int, now: datetime) -> dict[str, int]:
    """Fill an empty store with so many accounts of so many posts; the number of rows by table.

    What is not keyed by account, nor found by such rows, stays as the samples are.
    """
    counts = {}
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/samples.db")) as small:
        samples.fill(small, now, posts)
        with closing(open_store(url)) as store, store.database.engine.connect() as target:
            _hurry(target)
            with target.begin():
                # None are there and none are missing: or the first that compares would make all again.
                restore_marks(target)
            for table in metadata.sorted_tables:
                with small.database.read() as source, _indexed_afterwards(target, table):
                    counts[table.name] = _multiply(source, target, table, accounts)
            _settle(target)
            catch_up(store)
    return counts


def catch_up(store: Store) -> None:
    """The timer has seen every account of the ledger, as it has a while after an import."""
    rulebook, _, _ = (store.leases.mark("timer") or "").partition(":")
    with store.database.read() as connection:
        newest = connection.execute(select(func.max(metadata.tables["account"].c.id))).scalar()
    store.leases.set_mark("timer", f"{rulebook}:{newest}")
    store.leases.set_mark(FOLLOWED, str(newest))


@contextmanager
def _indexed_afterwards(target: Connection, table: Table) -> Iterator[None]:
    """An index is made of many rows much faster than it takes them up one by one."""
    with target.begin():
        for index in table.indexes:
            index.drop(target)
    yield
    with target.begin():
        for index in table.indexes:
            index.create(target)


def account_id(number: int) -> str:
    return f"{1_000_000_000 + number}"


def _multiply(source: Connection, target: Connection, table: Table, accounts: int) -> int:
    if table.name == "sketch_mark":
        return _write(target, table, ["mark", "at", "sketch"], _marks(target))
    if "key" not in table.columns:
        return _copy_as_it_is(source, target, table)
    known = []
    for number in range(samples.SAMPLES):
        own = samples.sample_id(number)
        rows = source.execute(select(table).where(table.c.key.endswith(own))).mappings()
        known.append([_Sample(table, row, own, target.dialect) for row in rows])
    names = next((sample.names for own_samples in known for sample in own_samples), [])
    return _write(target, table, names, _again(known, accounts))


def _copy_as_it_is(source: Connection, target: Connection, table: Table) -> int:
    rows = [dict(row) for row in source.execute(select(table)).mappings()]
    with target.begin():
        if rows:
            target.execute(insert(table), rows)
    return len(rows)


def _marks(target: Connection) -> Iterator[Values]:
    """Those of every sketch that was written; in their own order, in which an index takes them up fastest."""
    sketch = metadata.tables["sketch"]
    numbers, moments, marks = zip(
        *target.execute(select(sketch.c.id, sketch.c.published_at, sketch.c.marks)), strict=True
    )
    target.rollback()
    counts = [len(packed) // _WHOLE.itemsize for packed in marks]
    mark = np.frombuffer(b"".join(marks), _WHOLE)
    at = np.repeat([int(moment.timestamp()) for moment in moments], counts)
    number = np.repeat(numbers, counts)
    order = np.argsort(mark)
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        yield from zip(mark[some].tolist(), at[some].tolist(), number[some].tolist(), strict=True)


def _again(known: list[list[_Sample]], accounts: int) -> Iterator[Values]:
    for number in range(accounts):
        own = account_id(number)
        for sample in known[number % len(known)]:
            yield sample.of(own)


def _write(target: Connection, table: Table, names: list[str], rows: Iterator[Values]) -> int:
    """Past SQLAlchemy, which takes three times as long as the database."""
    count = 0
    driver: Any = target.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    while batch := list(islice(rows, _BATCH)):
        with target.begin():
            if target.dialect.name == "postgresql":
                with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
                    for row in batch:
                        copy.write_row(row)
            else:
                places = ", ".join("?" * len(names))
                driver.executemany(f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})', batch)  # noqa: S608
        count += len(batch)
    return count


def _bound(table: Table, name: str, value: object, dialect: Dialect) -> Any:
    bind = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return bind(value) if bind is not None and not isinstance(value, bytes) else value


def _is_counted(table: Table, name: str) -> bool:
    """The database numbers these rows itself."""
    return name == "id" and table.c.id.primary_key


def _hurry(target: Connection) -> None:
    """Nothing has to survive a crash here."""
    if target.dialect.name == "sqlite":
        driver: Any = target.connection.driver_connection
        driver.execute("PRAGMA journal_mode = OFF")
        driver.execute("PRAGMA synchronous = OFF")
        driver.execute("PRAGMA cache_size = -1000000")
    else:
        target.execute(text("SET synchronous_commit = off"))
        target.commit()


def _settle(target: Connection) -> None:
    """As a database is that has been running for a while."""
    driver: Any = target.connection.driver_connection
    if target.dialect.name == "sqlite":
        driver.execute("PRAGMA journal_mode = WAL")
    else:
        driver.autocommit = True
        driver.execute("VACUUM ANALYZE")
        driver.autocommit = False
