"""PostgreSQL knows nothing yet of tables that were just filled, restored or made again: they are not scanned for that."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, text

from shared.events import Post, Probe
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days

ACCOUNTS, POSTS, LETTERS = 10, 5, 200
SMALL, LARGE = 8, 3
"""Batches; PostgreSQL keeps the plan of what a connection asked for five times."""
SCANS = 4
"""A batch may look through a table of some hundred rows: by its own size that is cheap, and the next plan is another."""


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    """Its tables without any statistics, and nobody who makes some."""
    tables = metadata.sorted_tables
    with closing(open_store(postgres_url)) as store:
        with store.database.begin() as connection:
            connection.execute(text("TRUNCATE " + ", ".join(table.name for table in tables)))
            for table in tables:
                connection.execute(text(f"ALTER TABLE {table.name} SET (autovacuum_enabled = off)"))
        store.accounts.upsert([an_account(str(number)) for number in range(ACCOUNTS)], NOW - days(30))
        yield store
        with store.database.begin() as connection:
            for table in tables:
                connection.execute(text(f"ALTER TABLE {table.name} RESET (autovacuum_enabled)"))


class Scanned(Counter[str]):
    """Rows of each table that transactions looked through from its beginning."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        event.listen(store.database.engine, "begin", self._begin)
        event.listen(store.database.engine, "commit", self._count)

    def _begin(self, connection: Connection) -> None:
        # The server keeps what it counted in earlier transactions with this one's for up to a second.
        connection.info["scanned before"] = _counted(connection)

    def _count(self, connection: Connection) -> None:
        self.update(_counted(connection))
        self.subtract(connection.info["scanned before"])


def _counted(connection: Connection) -> dict[str, int]:
    rows = connection.exec_driver_sql("SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables").all()
    return {row.relname: row.seq_tup_read for row in rows}


def visits(number: int, accounts: int) -> list[Post | Probe]:
    """One to each account, which finds what nobody published before."""
    at = NOW + number * timedelta(hours=6)
    seen: list[Post | Probe] = []
    for account in map(str, range(accounts)):
        ids = [f"{number}-{place}" for place in range(POSTS)]
        seen += [a_post(one, at, account_id=account, observed_at=at, text=a_text(f"{account}-{one}")) for one in ids]
        seen.append(a_probe(at + timedelta(seconds=1), account_id=account, newest_post_at=at, post_ids=ids))
    return seen


def a_text(name: str) -> str:
    """Like no other."""
    chance = random.Random(name)
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(LETTERS))


def test_what_was_planned_for_a_few_rows_looks_through_no_table_for_each_of_many(store: Store) -> None:
    analyzer = Analyzer(store)
    for number in range(SMALL):
        analyzer.judge(visits(number, 1))
    scanned = Scanned(store)
    for number in range(SMALL, SMALL + LARGE):
        analyzer.judge(visits(number, ACCOUNTS))
    rows = (SMALL + ACCOUNTS * LARGE) * POSTS
    assert {table: count for table, count in scanned.items() if count > SCANS * LARGE * rows} == {}
