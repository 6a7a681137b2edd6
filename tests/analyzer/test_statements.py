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


def visits(account: str, first: int, number: int, says: str = "号公告") -> list[Post | Probe]:
    events: list[Post | Probe] = []
    for visit in range(first, first + number):
        at = NOW + days(visit / 4)
        names = [f"{visit}.{post}" for post in range(3)]
        events += [a_post(name, at, account_id=account, observed_at=at, text=f"{name}{says}") for name in names]
        events.append(a_probe(at, account_id=account, newest_post_at=at, post_ids=names))
    return events


def asked(store: Store, analyzer: Analyzer, first: int, number: int) -> int:
    """How many statements a batch of so many visits to each account takes."""
    return asked_of(store, analyzer, [one for account in ACCOUNTS for one in visits(account, first, number)])


def asked_of(store: Store, analyzer: Analyzer, events: list[Post | Probe]) -> int:
    statements = noted(store)
    assert analyzer.judge(events) == []
    return len(statements)


def noted(store: Store) -> list[str]:
    """Grows by what is asked from now on."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    return statements


def test_more_events_of_an_account_are_no_more_statements(store: Store) -> None:
    analyzer = Analyzer(store)
    asked(store, analyzer, 0, 2)
    few = asked(store, analyzer, 2, 2)
    assert asked(store, analyzer, 4, 20) == few


def test_events_that_come_again_ask_for_no_account_s_history(store: Store) -> None:
    analyzer = Analyzer(store)
    asked(store, analyzer, 0, 20)
    assert asked(store, analyzer, 0, 20) < asked(store, analyzer, 20, 20)


def test_an_account_that_stands_accused_is_read_no_oftener_than_another(store: Store) -> None:
    analyzer = Analyzer(store)
    wrong = visits("1", 0, 1, "号：建设中国特色社会主意")
    asked_of(store, analyzer, [*wrong, *visits("2", 0, 1)])
    assert len(store.judgements.untold()) == len(wrong) - 1
    assert asked_of(store, analyzer, visits("1", 1, 4)) == asked_of(store, analyzer, visits("2", 1, 4))


def test_what_is_written_of_one_account_has_no_other_asked_about_again(store: Store) -> None:
    known = [event for account in ACCOUNTS for event in visits(account, 0, 1)]
    Analyzer(store).judge(known)
    with store.judgements.judging() as judging:
        judging.expect(["weibo/1", "weibo/2"])
        judging.observed.add_posts([a_post("new", account_id="1", observed_at=NOW + days(1))])
        judging.observed.write()
        statements = noted(store)
        latest = judging.observed.known("weibo/2", NOW).latest_at
        assert latest == known[-1].occurred_at
        assert not [one for one in statements if one.startswith(("SELECT probe.at", "SELECT post.observed_at"))]
        assert judging.observed.known("weibo/1", NOW).later, "what was written is read"
