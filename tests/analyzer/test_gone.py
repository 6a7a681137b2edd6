"""An account is said to be no more by two signs, and by nothing less."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.events import Finding, FindingStatus, Outcome, Probe
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_probe, an_account, days


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(1))
    yield store
    store.close()


@pytest.fixture
def judge(store: Store) -> Analyzer:
    return Analyzer(store)


def opened(store: Store, rule: str) -> list[Finding]:
    untold = store.judgements.untold()
    return [one for one in untold if one.rule == rule and one.status is FindingStatus.OPEN]


def gone_at(*minutes: float) -> list[Probe]:
    said: dict[str, Any] = {"covers": "profile", "reason": "账号已经注销"}
    return [a_probe(NOW + timedelta(minutes=one), Outcome.GONE, **said) for one in minutes]


@pytest.mark.parametrize(("minutes", "found"), [((0,), 0), ((0, 1, 29), 0), ((0, 30), 1), ((0, 20, 45, 90), 1)])
def test_an_account_is_no_more_by_two_signs_half_an_hour_apart(
    store: Store, judge: Analyzer, minutes: tuple[float, ...], found: int
) -> None:
    judge.judge([a_probe(NOW - days(1), newest_post_at=NOW - days(1)), *gone_at(*minutes)])
    assert len(opened(store, "account_gone")) == found


@pytest.mark.parametrize("life", [{}, {"covers": "item"}])
def test_a_sign_of_life_between_two_signs_makes_the_second_the_first(
    store: Store, judge: Analyzer, life: dict[str, Any]
) -> None:
    first, second, third = gone_at(0, 60, 120)
    judge.judge([first, a_probe(NOW + timedelta(minutes=30), newest_post_at=NOW, **life), second])
    assert opened(store, "account_gone") == []
    judge.judge([third])
    assert len(opened(store, "account_gone")) == 1


def test_a_wall_between_two_signs_is_no_sign_of_life(store: Store, judge: Analyzer) -> None:
    first, second = gone_at(0, 60)
    judge.judge([first, a_probe(NOW + timedelta(minutes=30), Outcome.BLOCKED), second])
    (finding,) = opened(store, "account_gone")
    assert finding.since == NOW
    assert [one.at for one in finding.evidence] == [NOW, NOW + timedelta(hours=1)]


def test_one_sign_that_nothing_followed_lapses_like_any_look_that_proved_nothing(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW - days(1), newest_post_at=NOW - days(1)), *gone_at(0)])
    judge.tick(NOW + days(2))
    (finding,) = opened(store, "unverified")
    assert "仅见到一次，须再次核实" in finding.sentence
