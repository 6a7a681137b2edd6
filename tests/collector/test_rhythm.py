"""When the collector comes again: its pace, its rests after refusals, deadlines, failures."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.events import Outcome, Probe
from shared.storage.visits import Rest
from tests.builders import NOW, an_account, days
from tests.collector.collecting import LEASE, Bench, bench, probe_of

__all__ = ["bench"]


def test_an_account_that_is_not_due_is_left_alone(bench: Bench) -> None:
    bench.visit("two posts")
    assert not bench.visit("two posts", after=timedelta(minutes=1))


def test_a_block_rests_the_platform_as_long_as_it_wished(bench: Bench) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    bench.visit("blocked")
    assert not bench.visit("two posts", after=timedelta(minutes=119))
    assert bench.visit("two posts", after=timedelta(minutes=2))


def test_two_visits_to_one_platform_keep_their_distance(bench: Bench) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    bench.visit("two posts")
    assert not bench.visit("two posts", after=timedelta(seconds=9))
    assert bench.visit("two posts", after=timedelta(seconds=1))


def test_a_wish_beyond_all_bounds_pauses_one_feed_host_for_a_day(bench: Bench) -> None:
    hosts = {"f1": "one.gov.cn", "f2": "two.gov.cn"}
    feeds = [an_account(name, platform="feed", url=f"https://{host}/rss") for name, host in hosts.items()]
    bench.store.accounts.upsert(feeds, NOW)
    bench.visitor.wish = 1e20
    bench.visitor.script = ["two posts", "blocked"]
    bench.engine.step(NOW)
    assert bench.visit("two posts")
    assert [event.account_id for event in bench.published() if isinstance(event, Probe)] == ["1001", "f1", "f2"]
    asked = len(bench.visitor.asked)
    bench.visit("two posts, two posts", after=days(1) - timedelta(seconds=1))
    assert [url for url, _ in bench.visitor.asked[asked:]] == ["https://m.weibo.cn/u/1001", ""]
    assert bench.visit("two posts", after=timedelta(seconds=1))


def next_at(bench: Bench) -> datetime:
    """When the one account is due, asked of the schedule itself."""
    now = bench.clock.now
    while (due := bench.store.visits.lease_due("weibo", "asking", now, LEASE, lambda account: "weibo")) is None:
        now += timedelta(minutes=1)
    bench.store.visits.give_back(due, now)
    return now


def test_failures_space_out_and_a_success_forgets_them(bench: Bench) -> None:
    moments = [NOW]
    for word in ("crash", "crash", "two posts"):
        bench.clock.now = moments[-1]
        bench.visit(word)
        moments.append(next_at(bench))
    first, second, third = (later - sooner for sooner, later in pairwise(moments))
    assert second > first * 1.5
    assert third < second


@pytest.mark.parametrize("failures", [34, 38, 1_100, 10**9])
def test_an_account_that_always_failed_is_still_visited(bench: Bench, failures: int) -> None:
    due = bench.store.visits.lease_due("weibo", "before", NOW, LEASE, lambda account: "weibo")
    assert due is not None
    bench.store.visits.rest(due, Rest(NOW, NOW, blocks=failures))
    bench.store.visits.record(replace(due, failures=failures), NOW, {})
    assert bench.visit("blocked")
    assert probe_of(bench.published()).outcome is Outcome.BLOCKED


def test_a_visit_falls_just_past_the_deadlines_the_analyzer_noted(bench: Bench) -> None:
    bench.store.notes.add("deadline_days", "1,7", NOW - days(1))
    bench.clock.now = NOW - timedelta(minutes=40)
    bench.visit("two posts")
    assert next_at(bench) - NOW < timedelta(minutes=1)


def test_a_visit_for_a_deadline_goes_before_others_that_are_due(bench: Bench) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    visits = bench.store.visits
    for at_line, at in ((False, NOW), (True, NOW + timedelta(minutes=1))):
        due = visits.lease_due("weibo", "before", NOW, LEASE, lambda account: "weibo")
        assert due is not None
        visits.rest(due, Rest(NOW, NOW))
        visits.record(due, at, {}, at_line=at_line)
        marked = due.account.key
        if not at_line:
            visits.record(due, NOW + timedelta(seconds=30), {})
    first = visits.lease_due("weibo", "asking", NOW + timedelta(hours=1), LEASE, lambda account: "weibo")
    assert first is not None
    assert first.account.key == marked


def test_what_the_accounts_of_a_pace_want_is_added_up(bench: Bench) -> None:
    assert bench.store.visits.wanted_per_day() == {}
    bench.visit("two posts")
    (wanted,) = bench.store.visits.wanted_per_day().values()
    assert 2 <= wanted <= 144
