"""What becomes of an account that leaves the ledger, and of one that comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.events import Post, Probe
from shared.state import State
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at

KEY = "weibo/1001"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(40))
    yield store
    store.close()


@pytest.fixture
def analyzer(store: Store) -> Analyzer:
    analyzer = Analyzer(store)
    analyzer.judge([a_probe(NOW, newest_post_at=NOW - days(30))])
    analyzer.tick(NOW)
    return analyzer


def remove(store: Store) -> None:
    store.accounts.remove([KEY], "张三", "已移交", NOW + days(1))


def test_its_findings_end_and_nobody_is_told_they_were_put_right(store: Store, analyzer: Analyzer) -> None:
    store.judgements.mark_told(store.judgements.untold())
    assert held_at(store, NOW)
    remove(store)
    analyzer.tick(NOW + days(1.1))
    assert held_at(store, NOW + days(1.2)) == []
    assert store.judgements.untold() == []


def test_it_stands_nowhere_from_then_on_and_as_before_until_then(store: Store, analyzer: Analyzer) -> None:
    before = store.standings.as_of(NOW + days(0.5))
    remove(store)
    assert store.standings.counts() == {}
    analyzer.tick(NOW + days(1.1))
    assert (store.standings.counts(), store.standings.current(), store.standings.platforms()) == ({}, [], [])
    assert store.standings.to_check(NOW + days(99), 10) == []
    again = store.standings.as_of(NOW + days(0.5))
    assert [(one.state, one.findings) for one in again] == [(one.state, one.findings) for one in before]


def test_what_was_under_way_when_it_left_is_no_news(store: Store, analyzer: Analyzer) -> None:
    remove(store)
    analyzer.tick(NOW + days(1.1))
    assert analyzer.judge([a_probe(NOW + days(1.2), newest_post_at=NOW - days(30))]) == []
    assert held_at(store, NOW + days(1.3)) == []


def test_who_comes_back_is_not_blamed_for_the_time_nobody_looked(store: Store, analyzer: Analyzer) -> None:
    remove(store)
    analyzer.tick(NOW + days(1.1))
    store.accounts.restore([KEY], "李四", "恢复", NOW + days(60))
    analyzer.tick(NOW + days(60.01))
    assert [finding.rule for finding in held_at(store, NOW + days(60.02)) if finding.rule == "unverified"] == []
    (standing,) = store.standings.current()
    assert standing.state is not State.UNVERIFIED
    analyzer.tick(NOW + days(75))
    assert [finding.rule for finding in held_at(store, NOW + days(75.1))] == ["unverified"]


def test_who_comes_back_is_judged_by_what_it_shows(store: Store, analyzer: Analyzer) -> None:
    remove(store)
    analyzer.tick(NOW + days(1.1))
    store.accounts.restore([KEY], "李四", "恢复", NOW + days(2))
    analyzer.judge([a_probe(NOW + days(2.1), newest_post_at=NOW + days(2))])
    (standing,) = store.standings.current()
    assert standing.state is State.OK
    assert sum(store.standings.counts().values()) == 1


@pytest.mark.parametrize("late", [a_post("late", observed_at=NOW), a_probe(NOW + days(0.5), newest_post_at=NOW)])
@pytest.mark.parametrize("followed_at", [None, 2.1])
def test_what_comes_late_of_who_came_back_is_judged_and_no_moment_has_two_standings(
    store: Store, analyzer: Analyzer, late: Post | Probe, followed_at: float | None
) -> None:
    remove(store)
    analyzer.tick(NOW + days(1.1))
    store.accounts.restore([KEY], "李四", "恢复", NOW + days(2))
    if followed_at:
        analyzer.tick(NOW + days(followed_at))
    assert analyzer.judge([late, a_probe(NOW + days(0.6), newest_post_at=NOW)]) == []
    assert store.standings.find(KEY).state is State.OK  # type: ignore[union-attr]
    for day in (0, 0.5, 0.6, 0.9, 2.2):
        assert len(store.standings.as_of(NOW + days(day))) == 1


def test_who_leaves_before_it_stood_anywhere_and_comes_back_goes_on(store: Store, analyzer: Analyzer) -> None:
    remove(store)
    analyzer.tick(NOW - days(1))
    store.accounts.restore([KEY], "李四", "恢复", NOW + days(2))
    assert analyzer.judge([a_probe(NOW - days(0.5), newest_post_at=NOW - days(0.6))]) == []
    assert len(store.standings.as_of(NOW + days(2))) == 1
