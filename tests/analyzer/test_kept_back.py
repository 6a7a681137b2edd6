"""A platform that says there is more than it shows: nobody is called silent for what could not be seen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.analyzer.rules.silent_account import SilentAccount
from services.analyzer.rules.silent_workdays import SilentWorkdays
from services.analyzer.rules.too_few_posts import TooFewPosts
from services.analyzer.rules.unverified import Unverified
from shared.events import FindingStatus, Outcome, Post, Probe
from shared.state import State
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.analyzer.histories import a_history
from tests.analyzer.test_statements import noted
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at

DOUYIN = "douyin"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account(platform=DOUYIN), an_account(platform="weibo")], NOW - days(1))
    yield store
    store.close()


@pytest.fixture
def judge(store: Store) -> Analyzer:
    judge = Analyzer(store)
    for platform in (DOUYIN, "weibo"):
        judge.judge([a_post(platform=platform), look(0, 100, platform=platform)])
    return judge


def look(day: float, total: int | None, *, platform: str = DOUYIN, **fields: object) -> Probe:
    told: dict[str, object] = {"newest_post_at": NOW, "post_ids": ("p1",), "posts_total": total}
    return a_probe(NOW + days(day), platform=platform, **(told | fields))  # type: ignore[arg-type]


def rules_at(store: Store, day: float, platform: str = DOUYIN) -> list[str]:
    return sorted({one.rule for one in held_at(store, NOW + days(day)) if one.platform == platform})


@pytest.mark.parametrize("total", [100, 99, None])
def test_a_total_that_did_not_rise_leaves_a_silence_one(store: Store, judge: Analyzer, total: int | None) -> None:
    judge.judge([look(14, total)])
    assert rules_at(store, 14) == ["silent_account"]


def test_a_total_that_rose_denies_the_silence_and_is_told_as_not_verified(store: Store, judge: Analyzer) -> None:
    judge.judge([look(14, 101)])
    (finding,) = held_at(store, NOW + days(14))
    assert finding.rule == "unverified"
    assert "比最近一条首次监测到时多1条" in finding.sentence
    standing = store.standings.find(f"{DOUYIN}/1001")
    assert standing is not None
    assert standing.state is State.UNVERIFIED
    assert "采集未进行" not in standing.why


def test_a_rise_is_news_once_yet_the_silence_stays_denied(store: Store, judge: Analyzer) -> None:
    judge.judge([look(day, 101) for day in range(1, 21)])
    assert rules_at(store, 20) == ["unverified"]
    told = [one.rule for one in store.judgements.untold() if one.platform == DOUYIN]
    assert told == ["unverified"]


@pytest.mark.parametrize("total", [1, 99, 100])
def test_a_total_that_rose_and_fell_again_denies_the_silence_too(store: Store, judge: Analyzer, total: int) -> None:
    judge.judge([look(6, 101), look(7, total), look(14, total)])
    assert rules_at(store, 14) == ["unverified"]


def test_a_total_that_rose_before_totals_had_a_column_denies_the_silence_too(store: Store, judge: Analyzer) -> None:
    judge.judge([look(14, 101)])
    with store.database.begin() as connection:
        connection.execute(text("UPDATE probe SET posts_total = NULL"))
    judge.judge([look(13.9, None, outcome=Outcome.BLOCKED)])  # It came late: the list is judged again.
    assert rules_at(store, 14) == ["unverified"]


def test_a_total_beyond_all_numbers_is_a_total(store: Store, judge: Analyzer) -> None:
    judge.judge([look(6, 10**30), look(7, 100)])
    assert rules_at(store, 7) == ["unverified"]


def test_a_silence_that_was_told_ends_when_the_total_rises(store: Store, judge: Analyzer) -> None:
    judge.judge([look(14, 100)])
    judge.judge([look(15, 101)])
    assert rules_at(store, 15) == ["unverified"]


def test_what_is_listed_after_all_ends_the_doubt(store: Store, judge: Analyzer) -> None:
    judge.judge([look(6, 101)])
    at = NOW + days(5)
    late = a_post("p2", at, platform=DOUYIN, observed_at=NOW + days(7))
    judge.judge([late, look(7, 101, newest_post_at=at, post_ids=("p2", "p1"))])
    assert rules_at(store, 7) == []
    assert [one.status for one in store.judgements.untold() if one.platform == DOUYIN][-1] is FindingStatus.RESOLVED
    judge.judge([look(13, 101, newest_post_at=at, post_ids=("p2", "p1"))])
    assert rules_at(store, 13) == ["silent_account"], "p2 is counted in the total it is held against"


def test_a_look_that_failed_ends_no_doubt(store: Store, judge: Analyzer) -> None:
    judge.judge([look(6, 101), look(6.5, None, outcome=Outcome.BLOCKED)])
    assert rules_at(store, 6.5) == ["unverified"]


def test_what_other_platforms_count_is_not_held_against_their_lists(store: Store, judge: Analyzer) -> None:
    judge.judge([look(14, 101, platform="weibo")])
    assert rules_at(store, 14, "weibo") == ["silent_account"]


def test_nothing_further_is_read_of_an_account_that_publishes(store: Store, judge: Analyzer) -> None:
    statements = noted(store)
    judge.judge([look(0.5, 101)])
    busy = len(statements)
    judge.judge([look(1.5, 101)])
    assert (len(statements) - busy) - busy <= 4, (
        "the look of long ago, the totals since, and the finding that they make"
    )


def test_a_total_above_an_empty_list_is_no_silence() -> None:
    history = a_history()
    probe = a_probe(NOW, Outcome.OK, posts_total=12)
    for rule in (SilentAccount(), SilentWorkdays(), TooFewPosts()):
        assert list(rule.check_probe(probe, history)) == []
    (objection,) = Unverified().check_probe(probe, history)
    assert "共有12条内容，列表中却一条也没有" in objection.sentence
    assert list(SilentAccount().check_probe(a_probe(NOW, Outcome.EMPTY, posts_total=0), history))


def test_a_week_that_may_lack_its_posts_is_not_counted() -> None:
    posts = tuple(a_post(f"p{age}", NOW - days(age), observed_at=NOW - days(age)) for age in (13, 20, 30, 31, 32))
    probe = a_probe(NOW, post_ids=tuple(post.id for post in posts))
    history = a_history(posts=posts)
    assert list(TooFewPosts().check_probe(probe, history))
    history = type(history)(**(vars(history) | {"unlisted": 1}))
    assert list(TooFewPosts().check_probe(probe, history)) == []


OLD = NOW - days(30)


def first_seen(at: float, total: int, **fields: Any) -> list[Post | Probe]:
    """A list whose newest item was a month old when the account was first looked at."""
    shown = a_post("old", OLD, platform=DOUYIN, observed_at=NOW + days(at))
    return [shown, look(at, total, newest_post_at=OLD, post_ids=("old",), **fields)]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/fresh.db")
    store.accounts.upsert([an_account(platform=DOUYIN)], NOW - days(1))
    yield store
    store.close()


def test_an_old_list_at_the_first_look_may_lack_what_was_kept_back_before(fresh: Store) -> None:
    judge = Analyzer(fresh)
    judge.judge(first_seen(0, 30))
    (finding,) = held_at(fresh, NOW)
    assert finding.rule == "unverified"
    assert "平台可能不向未登录者显示最新内容" in finding.sentence
    judge.judge(first_seen(10, 30))
    assert "unverified" in rules_at(fresh, 10)


def test_a_count_that_stood_still_for_two_weeks_proves_a_silence_of_two_weeks(fresh: Store) -> None:
    judge = Analyzer(fresh)
    for day in range(15):
        judge.judge(first_seen(day, 30))
    (finding,) = held_at(fresh, NOW + days(14))
    assert (finding.rule, finding.stage, finding.since) == ("silent_account", "14d", NOW)
    assert "没有增加" in finding.sentence


def test_a_list_as_long_as_the_count_is_all_there_is(fresh: Store) -> None:
    Analyzer(fresh).judge(first_seen(0, 1))
    assert rules_at(fresh, 0) == ["silent_account"]


def test_who_is_logged_in_sees_all(fresh: Store) -> None:
    Analyzer(fresh).judge(first_seen(0, 30, session="main"))
    assert rules_at(fresh, 0) == ["silent_account"]


def test_who_may_be_logged_in_may_not_see_all(fresh: Store) -> None:
    Analyzer(fresh).judge(first_seen(0, 30, session="main?"))
    assert rules_at(fresh, 0) != ["silent_account"]
