"""Timelines judged on a real store: each finding once, at the right moment, whatever the order of arrival."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.analyzer.history import history_of
from services.analyzer.timeline import Sitting
from shared.events import Finding, FindingStatus, Outcome, Post, Probe
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(1))
    yield store
    store.close()


@pytest.fixture
def judge(store: Store) -> Analyzer:
    return Analyzer(store)


def opened(store: Store, rule: str) -> list[tuple[str, datetime]]:
    """Stage and moment of each opening of a rule, in order."""
    return [
        (finding.stage, finding.at)
        for finding in store.judgements.untold()
        if finding.rule == rule and finding.status is FindingStatus.OPEN
    ]


def resolved(store: Store) -> list[Finding]:
    return [finding for finding in store.judgements.untold() if finding.status is FindingStatus.RESOLVED]


def looks_every(hours: float, until: timedelta, newest_post_at: datetime) -> list[Probe]:
    count = int(until / timedelta(hours=hours))
    return [a_probe(NOW + timedelta(hours=hours) * step, newest_post_at=newest_post_at) for step in range(count + 1)]


def test_silence_climbs_the_ladder_once_a_step_at_the_first_look_past_each(store: Store, judge: Analyzer) -> None:
    judge.judge([a_post(published_at=NOW), *looks_every(1, days(16), newest_post_at=NOW)])
    expected = [(f"{step}d", NOW + days(step)) for step in (7, 10, 12, 13, 14)]
    assert opened(store, "silent_account") == expected


def test_shuffled_and_tripled_events_end_in_the_same_findings(store: Store, judge: Analyzer) -> None:
    events: list[Post | Probe] = [a_post(published_at=NOW), *looks_every(6, days(16), newest_post_at=NOW)]
    events = events * 3
    random.Random(20261121).shuffle(events)
    judge.judge(events)
    assert opened(store, "silent_account") == [(f"{step}d", NOW + days(step)) for step in (7, 10, 12, 13, 14)]


def test_a_new_post_resolves_the_silence_and_only_the_gravest_step_is_told(store: Store, judge: Analyzer) -> None:
    judge.judge([*looks_every(6, days(15), newest_post_at=NOW)])
    judge.judge([a_probe(NOW + days(15.5), newest_post_at=NOW + days(15.4))])
    assert [(finding.stage, finding.at) for finding in resolved(store)] == [("14d", NOW + days(15.5))]


@pytest.mark.parametrize(
    ("silence", "stage"),
    [
        (days(14) - timedelta(seconds=1), "13d"),
        (days(14), "14d"),
        (days(90) - timedelta(seconds=1), "14d"),
        (days(90), "90d"),
    ],
)
def test_the_red_line_is_reached_at_the_second(store: Store, judge: Analyzer, silence: timedelta, stage: str) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - silence)])
    assert [name for name, _ in opened(store, "silent_account")] == [stage]


def test_a_blocked_look_never_says_how_long_an_account_was_silent(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(1))])
    judge.judge([a_probe(NOW + days(step), Outcome.BLOCKED) for step in range(1, 60)])
    assert opened(store, "silent_account") == []
    assert len(opened(store, "unverified")) == 1


def test_an_account_nobody_looked_at_becomes_unverified_at_the_moment_it_lapsed(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW)])
    judge.tick(NOW + days(3))
    judge.tick(NOW + days(4))
    assert opened(store, "unverified") == [("", NOW + days(2))]


def test_a_good_look_ends_the_unverified_state(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW)])
    judge.tick(NOW + days(3))
    judge.judge([a_probe(NOW + days(3), newest_post_at=NOW)])
    assert [finding.rule for finding in resolved(store)] == ["unverified"]


def test_a_pinned_old_post_does_not_make_an_account_silent(store: Store, judge: Analyzer) -> None:
    pinned = a_post("old", NOW - days(900), pinned=True)
    fresh = a_post("new", NOW - days(1))
    judge.judge([pinned, fresh, a_probe(NOW, post_ids=["old", "new"])])
    assert opened(store, "silent_account") == []


def test_a_future_post_does_not_stop_the_clock(store: Store, judge: Analyzer) -> None:
    judge.judge([a_post("future", NOW + days(400)), a_post("old", NOW - days(20)), a_probe(NOW)])
    assert [stage for stage, _ in opened(store, "silent_account")] == ["14d"]


def test_posts_that_arrive_after_their_probe_are_judged_with_it(store: Store, judge: Analyzer) -> None:
    posts = [a_post(f"p{n}", NOW - days(n), comments="closed") for n in range(5)]
    judge.judge([a_probe(NOW)])
    judge.judge(posts)
    assert len(opened(store, "comments_closed")) == 1


def test_comments_unknown_or_restricted_are_never_called_closed(store: Store, judge: Analyzer) -> None:
    states = ["closed", "closed", "restricted", "closed", "closed", "closed"]
    posts = [a_post(f"p{n}", NOW - days(n), comments=state) for n, state in enumerate(states)]
    judge.judge([*posts, a_probe(NOW)])
    assert opened(store, "comments_closed") == []


def test_comments_opened_again_resolve_the_finding(store: Store, judge: Analyzer) -> None:
    judge.judge([*(a_post(f"p{n}", NOW - days(n), comments="closed") for n in range(5)), a_probe(NOW)])
    again = a_post("p0", NOW, comments="open", observed_at=NOW + days(1))
    judge.judge([again, a_probe(NOW + days(1), newest_post_at=NOW)])
    assert [finding.rule for finding in resolved(store)] == ["comments_closed"]


def test_mostly_reposts_is_objected_to_with_the_fraction(store: Store, judge: Analyzer) -> None:
    kinds = ["original"] * 2 + ["repost"] * 10
    posts = [a_post(f"p{n}", NOW - days(n), kind=kind) for n, kind in enumerate(kinds)]
    judge.judge([*posts, a_probe(NOW)])
    finding = next(finding for finding in store.judgements.untold() if finding.rule == "originality")
    assert "16.7%（2/12）" in finding.measured


def test_too_few_posts_of_known_kind_prove_nothing_about_originality(store: Store, judge: Analyzer) -> None:
    posts = [a_post(f"p{n}", NOW - days(n), kind="repost" if n < 9 else "unknown") for n in range(25)]
    judge.judge([*posts, a_probe(NOW)])
    assert opened(store, "originality") == []


def test_a_cancelled_account_is_no_zombie(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(5))])
    gone = [a_probe(NOW + days(step), Outcome.GONE, covers="profile", reason="账号已经注销") for step in (15, 16, 17)]
    judge.judge(gone)
    assert opened(store, "silent_account") == []
    assert len(opened(store, "account_gone")) == 1


def test_another_name_is_reported_once_and_width_does_not_matter(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, name="青禾 发布", newest_post_at=NOW)])
    assert opened(store, "account_renamed") == []
    judge.judge([a_probe(NOW + days(step), name="禾田生活", newest_post_at=NOW) for step in (1, 2)])
    assert len(opened(store, "account_renamed")) == 1


def test_events_of_an_account_outside_the_ledger_are_left_alone(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, account_id="9999", newest_post_at=NOW - days(100))])
    assert store.judgements.untold() == []


def test_a_listed_item_that_disappears_is_deleted_and_one_that_scrolled_off_is_not(
    store: Store, judge: Analyzer
) -> None:
    posts = [a_post("old", NOW - days(9)), a_post("mid", NOW - days(5)), a_post("new", NOW - days(1))]
    judge.judge([*posts, a_probe(NOW, post_ids=["old", "mid", "new"])])
    judge.judge([a_probe(NOW + days(1), post_ids=["new", "old"])])
    with store.judgements.judging() as judging:
        known = history_of(Sitting(judging), an_account(), NOW + days(2))
    assert [post.id for post in known.posts] == ["new", "old"]
    assert known.newest_post_at == NOW - days(1)


def test_a_platform_that_refuses_everybody_is_told_once_and_resolved(store: Store, judge: Analyzer) -> None:
    keys = ["1001", "1002", "1003", "1004"]
    store.accounts.upsert([an_account(key) for key in keys], NOW - days(1))
    judge.judge([a_probe(NOW, Outcome.BLOCKED, account_id=key, reason="平台要求验证") for key in keys[:3]])
    judge.judge([a_probe(NOW, account_id=keys[3], newest_post_at=NOW)])
    judge.tick(NOW + timedelta(minutes=5))
    judge.tick(NOW + timedelta(minutes=10))
    told = [finding for finding in store.judgements.untold() if finding.rule == "platform_blocked"]
    assert [(finding.key, finding.measured) for finding in told] == [("weibo/*", "3/4个账号")]
    judge.judge([a_probe(NOW + days(0.1), account_id=key, newest_post_at=NOW) for key in keys])
    judge.tick(NOW + days(0.1))
    assert "platform_blocked" in {finding.rule for finding in resolved(store)}


def test_a_few_refusals_among_many_are_no_matter_of_the_platform(store: Store, judge: Analyzer) -> None:
    keys = [str(number) for number in range(2000, 2010)]
    store.accounts.upsert([an_account(key) for key in keys], NOW - days(1))
    outcomes = [Outcome.BLOCKED] * 4 + [Outcome.OK] * 6
    judge.judge([a_probe(NOW, outcome, account_id=key) for key, outcome in zip(keys, outcomes, strict=True)])
    judge.tick(NOW + timedelta(minutes=5))
    assert opened(store, "platform_blocked") == []
