"""A large store in minutes: the rows of the samples, whatever columns they have, again for every account."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from bench.scale import samples
from shared.events import Event, Finding, Post, Probe
from shared.storage.store import open_store
from shared.storage.tables import metadata

_EVENTS: dict[str, type[Event]] = {"post": Post, "probe": Probe, "finding": Finding}
_BATCH = 20_000

Row = dict[str, Any]


class _Sample:
    """One row of one sample account, ready to be another account's."""

    def __init__(self, table: Table, row: Row, account_id: str) -> None:
        self._row = {name: value for name, value in row.items() if not _is_counted(table, name)}
        self._own = account_id
        self._texts = [name for name, value in self._row.items() if isinstance(value, str) and account_id in value]
        self._event = _EVENTS[table.name].model_validate_json(row["body"]) if "fingerprint" in row else None

    def of(self, account_id: str) -> Row:
        row = dict(self._row)
        for name in self._texts:
            row[name] = row[name].replace(self._own, account_id)
        if self._event is not None:
            row["fingerprint"] = self._event.model_copy(update={"account_id": account_id}).fingerprint
        return row


def fill(url: str, accounts: int) -> dict[str, int]:
    """Fill an empty store; the number of rows by table. What is not keyed by account stays as the samples are."""
    counts = {}
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/samples.db")) as small:
        samples.fill(small)
        with closing(open_store(url)) as store, store.database.engine.connect() as target:
            _hurry(target)
            for table in metadata.sorted_tables:
                with small.database.read() as source, _indexed_afterwards(target, table):
                    counts[table.name] = _multiply(source, target, table, accounts)
            _settle(target)
    return counts


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
    if "key" not in table.columns:
        return _write(target, table, (row._asdict() for row in source.execute(select(table))))
    known = []
    for number in range(samples.SAMPLES):
        own = samples.sample_id(number)
        rows = source.execute(select(table).where(table.c.key.endswith(own)))
        known.append([_Sample(table, row._asdict(), own) for row in rows])
    return _write(target, table, _again(known, accounts))


def _again(known: list[list[_Sample]], accounts: int) -> Iterator[Row]:
    for number in range(accounts):
        for sample in known[number % len(known)]:
            yield sample.of(account_id(number))


def _write(target: Connection, table: Table, rows: Iterable[Row]) -> int:
    rows, count = iter(rows), 0
    while batch := list(islice(rows, _BATCH)):
        with target.begin():
            if target.dialect.name == "postgresql":
                _copy(target, table, batch)
            else:
                target.execute(insert(table), batch)
        count += len(batch)
    return count


def _copy(target: Connection, table: Table, batch: list[Row]) -> None:
    names = list(batch[0])
    driver: Any = target.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in batch:
            copy.write_row([row[name] for name in names])


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
