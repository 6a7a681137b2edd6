"""What goes wrong in a visit harms as little as it may: bus, database, browser, reader or row."""

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from services.collector.engine import TRY_AGAIN_AFTER
from shared.errors import PoisonError, TransientError
from shared.events import Event, Outcome, Post, Probe
from tests.builders import NOW, an_account, days
from tests.collector.collecting import Bench, bench, posts_of, probe_of

__all__ = ["bench"]


@pytest.mark.fault(18)
def test_a_crash_of_the_browser_is_an_outcome_and_others_go_on(bench: Bench) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    bench.visit("crash")
    assert probe_of(bench.published()).outcome is Outcome.CRASH
    assert bench.visit("two posts", after=timedelta(seconds=10))


def test_a_ledger_row_that_cannot_be_opened_is_unverified_not_fatal(bench: Bench) -> None:
    bench.store.accounts.upsert([an_account("bad")], NOW - days(1))
    bench.visit("two posts")
    probe = probe_of(bench.published())
    assert probe.outcome is Outcome.PARSE_ERROR
    assert "not an id; write digits" in (probe.reason or "")


def test_an_address_that_may_not_be_opened_is_unverified_not_fatal(bench: Bench) -> None:
    bench.visit("refused")
    probe = probe_of(bench.published())
    assert (probe.outcome, probe.proves_list) == (Outcome.PARSE_ERROR, False)
    assert "内网地址" in (probe.reason or "")


def bus_away(bench: Bench, patch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    def refuse(events: Iterable[Event]) -> None:
        raise error or TransientError("the broker is away")

    patch.setattr(bench.bus, "publish", refuse)


@pytest.mark.fault(7)
def test_while_the_bus_is_away_nobody_is_visited_and_what_was_found_is_published_when_it_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    with monkeypatch.context() as patch:
        bus_away(bench, patch)
        for _ in range(10):
            with pytest.raises(TransientError):
                bench.visit("two posts", after=timedelta(minutes=1))
    assert len(bench.visitor.asked) == 1
    assert bench.visit("two posts", after=timedelta(seconds=1))
    events = bench.published()
    assert posts_of(events) == ["pinned", "new"] * 2
    assert [event.account_id for event in events if isinstance(event, Probe)] == ["1001", "1002"]
    assert probe_of(events).at == NOW + timedelta(minutes=1)


@pytest.mark.fault(7)
def test_the_pace_is_kept_though_the_bus_is_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    with monkeypatch.context() as patch:
        bus_away(bench, patch)
        with pytest.raises(TransientError):
            bench.visit("blocked")
    assert not bench.visit("two posts", after=timedelta(minutes=119))
    assert bench.visit("two posts", after=timedelta(minutes=2))


@pytest.mark.fault(15)
@pytest.mark.parametrize("method", ["rest", "record"])
def test_while_the_database_is_away_nothing_is_published_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def away(*given: object, **named: object) -> None:
        raise TransientError("the database does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store.visits, method, away)
        for _ in range(3):
            with pytest.raises(TransientError):
                bench.visit("two posts")
    assert not bench.visit("two posts")
    assert len(bench.visitor.asked) == 1
    assert posts_of(bench.published()) == ["pinned", "new"]


@pytest.mark.fault(15)
def test_a_visit_that_lost_the_database_is_made_again_when_it_is_back_and_not_when_its_lease_ends(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits, away = bench.store.visits, threading.Event()

    def unless_away(method: Callable[..., object]) -> Callable[..., object]:
        def called(*given: object) -> object:
            if away.is_set():
                raise TransientError("the database does not answer")
            return method(*given)

        return called

    for method in (visits.published, visits.give_back):
        monkeypatch.setattr(visits, method.__name__, unless_away(method))
    away.set()
    for _ in range(3):
        with pytest.raises(TransientError):
            bench.visit("two posts")
    away.clear()
    assert not bench.visit("two posts")
    assert bench.visit("two posts", after=TRY_AGAIN_AFTER)
    assert posts_of(bench.published()) == ["pinned", "new"]


@pytest.mark.fault(15)
def test_a_lease_whose_answer_was_lost_is_given_back_as_soon_as_the_database_answers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease_due = bench.store.visits.lease_due

    def unanswered(*given: Any) -> None:
        assert lease_due(*given)
        raise TransientError("the database does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store.visits, "lease_due", unanswered)
        with pytest.raises(TransientError):
            bench.visit("two posts")
    assert bench.visit("two posts")
    assert posts_of(bench.published()) == ["pinned", "new"]


def test_what_the_bus_will_never_take_is_unverified_not_fatal(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = bench.bus.publish

    def choosy(events: Iterable[Event]) -> None:
        taken = list(events)
        if any(isinstance(event, Post) for event in taken):
            raise PoisonError("event is 1000000 bytes, the bus takes 900000")
        publish(taken)

    monkeypatch.setattr(bench.bus, "publish", choosy)
    assert bench.visit("two posts")
    probe = probe_of(bench.published())
    assert (probe.outcome, probe.post_ids, probe.reason) == (Outcome.PARSE_ERROR, (), "页面内容过大，无法登记")


def test_a_page_that_breaks_its_reader_harms_only_its_account(bench: Bench) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    assert bench.visit("poison")
    probe = probe_of(bench.published())
    assert (probe.outcome, probe.reason) == (Outcome.PARSE_ERROR, "读取程序出错（RecursionError）")
    assert b'xunjian_reader_errors_total{platform="weibo"} 1.0' in bench.metrics.render()
    assert bench.visit("two posts", after=timedelta(seconds=10))
    assert posts_of(bench.published()) == ["pinned", "new"]


def test_an_account_of_a_platform_without_a_plug_in_is_unverified_and_not_waited_for(bench: Bench) -> None:
    bench.store.accounts.upsert([an_account("1", platform="kuaishou")], NOW)
    bench.visit("two posts")
    probe = next(event for event in bench.published() if isinstance(event, Probe) and event.platform == "kuaishou")
    assert (probe.outcome, probe.reason) == (Outcome.PARSE_ERROR, "没有该平台（kuaishou）的采集程序")
    assert not bench.store.visits.is_waiting(NOW, NOW)


def test_a_browser_that_does_not_start_stops_only_those_who_need_it(bench: Bench) -> None:
    feed = an_account("f", platform="feed", url="https://example.gov.cn/rss")
    bench.store.accounts.upsert([feed], NOW)
    assert bench.visit("no browser, two posts")
    assert probe_of(bench.published()).platform == "feed"
    assert bench.visit("two posts", after=timedelta(seconds=30))
    assert probe_of(bench.published()).platform == "weibo"
