"""What was seen and is on its list no more is an event that accuses nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.events import Finding, Post, Probe, Severity
from shared.state import State
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at

KEY = "weibo/1001"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(9))
    yield store
    store.close()


@pytest.fixture
def judge(store: Store) -> Analyzer:
    judge = Analyzer(store)
    judge.judge([*(an_item(age) for age in (1, 2, 3)), a_list(0, "p1", "p2", "p3")])
    return judge


def an_item(age: int) -> Post:
    return a_post(f"p{age}", NOW - days(age), observed_at=NOW, title="召开会议", pinned=False)


def a_list(day: float, *shown: str) -> Probe:
    return a_probe(NOW + days(day), post_ids=shown, newest_post_at=NOW - days(1))


def events(store: Store, day: float) -> list[Finding]:
    return [finding for finding in held_at(store, NOW + days(day)) if finding.rule == "deleted_post"]


def test_a_deleted_item_is_told_of_with_when_it_was_seen(store: Store, judge: Analyzer) -> None:
    judge.judge([a_list(0.1, "p1", "p3")])
    (told,) = events(store, 0.1)
    assert (told.subject, told.severity, told.state) == ("deleted:p2", Severity.INFO, None)
    assert told.sentence.startswith("《召开会议》（发布于")
    assert "应已删除或隐藏" in told.sentence
    assert [one.post_id for one in told.evidence] == ["p2", None]


def test_it_accuses_nobody(store: Store, judge: Analyzer) -> None:
    judge.judge([a_list(0.1, "p1", "p3")])
    standing = store.standings.find(KEY)
    assert standing is not None
    assert (standing.state, standing.why) == (State.OK, "按期更新，未发现问题")


def test_it_is_one_event_however_often_it_is_seen(store: Store, judge: Analyzer) -> None:
    judge.judge([a_list(0.1 * time, "p1", "p3") for time in range(1, 9)])
    assert [one.rule for one in store.judgements.untold() if one.rule != "unverified"] == ["deleted_post"]


def test_what_comes_back_is_no_longer_gone(store: Store, judge: Analyzer) -> None:
    judge.judge([a_list(0.1, "p1", "p3"), a_list(0.2, "p1", "p2", "p3")])
    assert events(store, 0.2) == []


def test_what_scrolled_off_the_end_is_not_deleted(store: Store, judge: Analyzer) -> None:
    judge.judge([a_list(0.1, "p1", "p2")])
    assert events(store, 0.1) == []
