"""No question of a probe, a tick or an untouched outbox looks through a whole table: what is stored costs nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from services.analyzer.retention import Retention
from services.analyzer.timeline import Sitting
from shared.events import Outcome
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account(str(number)) for number in range(30)], NOW - days(1))
    yield store
    store.close()


_OF_BOUNDED = ("SCAN shared", "SCAN near")
"""What is made of parts named `bounded`, each of them limited."""


class Asked:
    """Every statement that was asked of the database, with its parameters."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._statements: dict[str, Any] = {}
        event.listen(store.database.engine, "before_cursor_execute", self._remember)

    def _remember(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            self._statements[statement] = parameters

    def scans(self) -> list[str]:
        event.remove(self._store.database.engine, "before_cursor_execute", self._remember)
        found = []
        with self._store.database.read() as connection:
            for statement, parameters in self._statements.items():
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                found += [f"{row[3]}: {statement}" for row in plan if self._grows(row[3], statement)]
        return found

    def _grows(self, step: str, statement: str) -> bool:
        # The whole of an index over what is untold or waits is what is wanted, of a bounded part, and of the question.
        whole = ("finding_untold", "sketch_waiting", "SCAN bounded", "SCAN json_each", *_OF_BOUNDED)
        wanted = any(name in step for name in whole)
        # What is of one moment is put in order by itself.
        sorts = "TEMP B-TREE" in step and not any(part in step for part in ("LAST TERM", "RIGHT PART"))
        return (step.startswith("SCAN") and not wanted) or (sorts and "bounded0" not in statement)


def test_a_probe_a_tick_and_the_outbox_ask_by_index_only(store: Store) -> None:
    analyzer = Analyzer(store)
    analyzer.tick(NOW)
    asked = Asked(store)
    analyzer.judge([a_post(account_id="1"), a_probe(NOW, account_id="1", newest_post_at=NOW, post_ids=["p1"])])
    analyzer.judge([a_probe(NOW + days(1), Outcome.TIMEOUT, account_id="1")])
    analyzer.judge([a_probe(NOW + days(15), account_id="1", newest_post_at=NOW)])
    analyzer.judge([a_probe(NOW + days(16), account_id="1", newest_post_at=NOW + days(16))])
    analyzer.tick(NOW + days(17))
    store.judgements.mark_told(store.judgements.untold())
    assert asked.scans() == []


def test_the_reporter_asks_by_index_whether_a_week_was_watched(store: Store) -> None:
    asked = Asked(store)
    store.reports.is_observed(NOW, NOW + days(7))
    store.reports.written("weekly", NOW)
    assert asked.scans() == []


def test_retention_asks_by_index_only(store: Store) -> None:
    Analyzer(store).judge([a_probe(NOW, account_id="1")])
    asked = Asked(store)
    Retention(store.thinning, store.leases, days(30)).prune(NOW + days(60))
    assert asked.scans() == []


def test_a_question_without_an_index_would_be_noticed(store: Store) -> None:
    asked = Asked(store)
    with store.database.read() as connection:
        connection.execute(metadata.tables["probe"].select().where(metadata.tables["probe"].c.outcome == "ok")).all()
    assert len(asked.scans()) == 1


def test_an_account_is_judged_by_its_newest_posts_however_many_it_has(store: Store) -> None:
    posts = [a_post(f"p{n}", NOW - days(n), account_id="1", observed_at=NOW - days(n)) for n in range(1500, 0, -1)]
    analyzer = Analyzer(store)
    analyzer.judge(posts)
    analyzer.judge([a_probe(NOW, account_id="1", newest_post_at=NOW - days(1))])
    with store.judgements.judging() as judging:
        known = Sitting(judging).at("weibo/1", NOW).posts()
    assert [known[0].id, len(known)] == ["p1", 200]
