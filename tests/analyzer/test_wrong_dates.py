"""A date that cannot be right accuses nobody, and hides nobody."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.events import Coverage, Outcome
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.analyzer.test_coverage import held, looked, post
from tests.builders import NOW, a_probe, an_account, days

OLD = [post(number, -10 - number, pinned=False) for number in range(5)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(40))
    yield store
    store.close()


@pytest.fixture
def judge(store: Store) -> Analyzer:
    judge = Analyzer(store)
    judge.judge(looked(0, *OLD, listed_from=OLD[-1].published_at))
    return judge


def rules(store: Store, at: float) -> list[tuple[str, str | None]]:
    return [(one.rule, one.stage) for one in held(store, at)]


def test_without_the_new_item_the_account_is_silent(store: Store, judge: Analyzer) -> None:
    judge.judge(looked(4.2, *OLD))
    assert rules(store, 4.3) == [("silent_account", "14d")]


@pytest.mark.parametrize("dated", [4.5, 369.0, -12.5, -9.9])
def test_an_item_that_was_not_there_before_is_dated_by_its_first_sight(
    store: Store, judge: Analyzer, dated: float
) -> None:
    new = post(9, dated, pinned=False)
    judge.judge(looked(4.2, new, *OLD))
    assert rules(store, 4.3) == []
    judge.judge(looked(11.5, new, *OLD))
    assert rules(store, 11.6) == [("silent_account", "7d")], "and from then on it is silent"


def test_an_old_item_that_comes_back_into_reach_is_as_old_as_it_says(store: Store, judge: Analyzer) -> None:
    older = post(9, -30, pinned=False)
    judge.judge(looked(4.2, *OLD, older))
    assert rules(store, 4.3) == [("silent_account", "14d")]


def test_an_undated_item_whose_words_change_at_each_look_hides_no_silence(store: Store, judge: Analyzer) -> None:
    for day in range(1, 20):
        changing = post(9, 0, pinned=False, title=f"阅读{day}").but(published_at=None)
        judge.judge(looked(day, changing, *OLD))
    assert rules(store, 19.1) == [("silent_account", "14d")]


def test_a_list_cut_short_after_what_may_be_pinned_deletes_nothing_and_proves_nothing(store: Store) -> None:
    judge = Analyzer(store)
    known = [post(number, -number, pinned=None) for number in range(1, 6)]
    pinned = [post(20 + number, -300 - number, pinned=None) for number in range(3)]
    judge.judge(looked(0, *pinned, *known))
    judge.judge(looked(20, *pinned))
    assert [rule for rule, _ in rules(store, 20.1)] == ["unverified"]


def test_what_was_published_after_a_sign_of_an_end_is_a_sign_of_life(store: Store, judge: Analyzer) -> None:
    gone: dict[str, Any] = {"outcome": Outcome.GONE, "covers": Coverage.PROFILE, "reason": "账号已注销"}
    alive = post(9, 1, observed_at=NOW + days(1.01))
    judge.judge([a_probe(NOW + days(0.9), **gone)])
    judge.judge([alive])
    judge.judge([a_probe(NOW + days(1.2), **gone)])
    assert "account_gone" not in [rule for rule, _ in rules(store, 1.25)]
    judge.judge([a_probe(NOW + days(1.2) + timedelta(hours=1), **gone)])
    assert "account_gone" in [rule for rule, _ in rules(store, 1.3)]


def test_the_line_that_is_passed_is_not_told_as_ahead(store: Store, judge: Analyzer) -> None:
    judge.judge(looked(4.9, *OLD, source="bridge:https://rss.example.cn/1"))
    (finding,) = held(store, 5)
    assert finding.stage == "13d"
    assert "还有-" not in finding.sentence
    assert "已到14天红线" in finding.sentence
