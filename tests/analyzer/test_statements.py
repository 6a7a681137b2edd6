"""What a batch asks of the database grows with its accounts, never with its events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from shared.events import Post, Probe
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days

ACCOUNTS = ("1", "2", "3")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account(account) for account in ACCOUNTS], NOW - days(1))
    yield store
    store.close()


def visits(account: str, first: int, number: int) -> list[Post | Probe]:
    events: list[Post | Probe] = []
    for visit in range(first, first + number):
        at = NOW + days(visit / 4)
        names = [f"{visit}.{post}" for post in range(3)]
        events += [a_post(name, at, account_id=account, observed_at=at, text=f"{name}号公告") for name in names]
        events.append(a_probe(at, account_id=account, newest_post_at=at, post_ids=names))
    return events


def asked(store: Store, analyzer: Analyzer, first: int, number: int) -> int:
    """How many statements a batch of so many visits to each account takes."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    assert analyzer.judge([one for account in ACCOUNTS for one in visits(account, first, number)]) == []
    event.remove(store.database.engine, "before_cursor_execute", note)
    return len(statements)


def test_more_events_of_an_account_are_no_more_statements(store: Store) -> None:
    analyzer = Analyzer(store)
    asked(store, analyzer, 0, 2)
    few = asked(store, analyzer, 2, 2)
    assert asked(store, analyzer, 4, 20) == few


def test_events_that_come_again_ask_for_no_account_s_history(store: Store) -> None:
    analyzer = Analyzer(store)
    asked(store, analyzer, 0, 20)
    assert asked(store, analyzer, 0, 20) < asked(store, analyzer, 20, 20)
