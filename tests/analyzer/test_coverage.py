"""A silence is said of what was seen, and of nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.events import Finding, Outcome, Post, Probe
from shared.storage.store import Store, open_store
from shared.stretches import Seen, Stretch
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
def judge(store: Store) -> Analyzer:
    return Analyzer(store)


def looked(at: float, *posts: Post, **fields: Any) -> list[Post | Probe]:
    """The posts, in the order of the list, and the look at them."""
    moment = NOW + days(at)
    seen = [post.but(observed_at=moment) for post in posts]
    newest = max((post.published_at for post in posts if post.published_at), default=None)
    ids = tuple(post.id for post in posts)
    return [*seen, a_probe(moment, newest_post_at=newest, post_ids=ids, **fields)]


def post(number: int, at: float, **fields: Any) -> Post:
    return a_post(f"p{number}", NOW + days(at), **fields)


def held(store: Store, at: float) -> list[Finding]:
    return held_at(store, NOW + days(at))


def seen(store: Store, kind: Seen) -> list[tuple[float, float]]:
    told = store.coverage.of(KEY)[kind]
    return [((one.since - NOW) / days(1), (one.until - NOW) / days(1)) for one in told]


PINNED = post(0, -900, pinned=True)


def test_a_list_of_nothing_but_pinned_items_proves_no_silence(store: Store, judge: Analyzer) -> None:
    judge.judge(looked(0, PINNED))
    (finding,) = held(store, 0.1)
    assert finding.rule == "unverified"
    assert "列表没有显示到最近一次发布" in finding.sentence
    assert seen(store, Seen.LISTED) == []


def test_the_hole_that_keeps_a_verdict_back_is_named(store: Store, judge: Analyzer) -> None:
    judge.judge([*looked(0, PINNED, post(1, -1, pinned=False)), *looked(15, PINNED)])
    (finding,) = held(store, 15.1)
    assert finding.rule == "unverified"
    assert "11月21日至12月6日发布过什么未能看到" in finding.sentence


def test_a_list_that_later_reaches_over_the_hole_fills_it(store: Store, judge: Analyzer) -> None:
    judge.judge([*looked(0, PINNED, post(1, -1, pinned=False)), *looked(15, PINNED)])
    judge.judge(looked(15.5, PINNED, post(1, -1, pinned=False)))
    assert [(one.rule, one.stage) for one in held(store, 15.6)] == [("silent_account", "14d")]
    assert seen(store, Seen.LISTED) == [(-1, 15.5)]


def test_pinned_items_that_are_all_there_is_prove_silence(store: Store, judge: Analyzer) -> None:
    judge.judge(looked(0, PINNED, posts_total=1))
    assert {one.rule for one in held(store, 0.1)} == {"silent_account"}


def test_an_empty_list_shows_all_since_the_account_was_watched(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, outcome=Outcome.EMPTY, posts_total=0)])
    assert seen(store, Seen.LISTED) == [(-40, 0)]
    assert {one.rule for one in held(store, 0.1)} == {"silent_account"}


def test_what_was_not_looked_at_is_told_with_the_silence_that_the_list_showed_afterwards(
    store: Store, judge: Analyzer
) -> None:
    judge.judge(looked(0, post(1, -1)))
    judge.judge(looked(1, post(1, -1)))
    judge.judge(looked(14, post(1, -1)))
    (finding,) = held(store, 14.1)
    assert finding.rule == "silent_account"
    assert "11月22日至12月5日未能核查" in finding.window
    assert seen(store, Seen.LOOKED) == [(0, 1), (14, 14)]


def test_a_silence_that_was_watched_all_along_says_nothing_more(store: Store, judge: Analyzer) -> None:
    for day in range(15):
        judge.judge(looked(day, post(1, -1)))
    (finding,) = held(store, 14.1)
    assert "未能核查" not in finding.window


def test_looks_that_come_again_or_late_leave_the_same_coverage(store: Store, judge: Analyzer) -> None:
    looks = [looked(at, post(1, -1), post(2, -2)) for at in (0, 1, 2, 6, 7)]
    for one in (looks[3], looks[0], looks[4], looks[1], looks[0], looks[2]):
        judge.judge(one)
    assert seen(store, Seen.LOOKED) == [(0, 2), (6, 7)]
    assert seen(store, Seen.LISTED) == [(-1, 7)]


def test_a_look_that_proved_no_list_covers_nothing(store: Store, judge: Analyzer) -> None:
    judge.judge([post(1, -1), a_probe(NOW, covers="item", newest_post_at=NOW - days(1), post_ids=("p1",))])
    judge.judge([a_probe(NOW + days(1), outcome=Outcome.BLOCKED)])
    assert seen(store, Seen.LISTED) == seen(store, Seen.LOOKED) == []


def test_a_feed_covers_up_to_a_day_before_the_look(store: Store, judge: Analyzer) -> None:
    judge.judge(looked(0, post(1, -3, pinned=False), source="bridge:https://rss.example/x"))
    assert seen(store, Seen.LISTED) == [(-3, -1)]


def test_old_stretches_go_with_what_is_thinned(store: Store, judge: Analyzer) -> None:
    for day in (0, 10, 100):
        judge.judge(looked(day, post(day, day - 0.1)))
    store.thinning.thin(KEY, NOW + days(100), timedelta(days=30))
    assert store.coverage.of(KEY)[Seen.LOOKED] == [Stretch(NOW + days(100), NOW + days(100))]
