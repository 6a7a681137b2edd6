"""The collector's engine on a real store and bus, with a scripted browser."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest

from services.collector.capture import Capture, Captured, Plan, Reading, ShownAccount, ShownPost
from services.collector.clock_watch import ClockWatch
from services.collector.engine import CollectorEngine
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.bus.envelope import decode
from shared.bus.sqlite import SqliteBus
from shared.errors import InputError, PoisonError, TransientError
from shared.events import Coverage, Event, Finding, Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.store import Store, open_store
from shared.storage.visits import Rest
from tests.builders import NOW, an_account, days

LEASE = timedelta(minutes=2)


class ScriptedPlatform(Platform):
    """Reads nothing: the body of what was captured names the reading."""

    min_interval_seconds: float = 10
    cool_down_seconds: float = 60

    def plan(self, account: Account) -> Plan:
        if account.id == "bad":
            raise InputError(account.key, "not an id; write digits")
        return Plan(page=f"https://m.weibo.cn/u/{account.id}")

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        if (word := captures[0].text) == "poison":
            raise RecursionError("too deep")
        return READINGS[word]


class ScriptedFeed(ScriptedPlatform):
    paced_by_host: ClassVar[bool] = True

    def plan(self, account: Account) -> Plan:
        return Plan(fetch=(account.url or "",))


def listed(*posts: ShownPost) -> Reading:
    return Reading(outcome=Outcome.OK, account=ShownAccount(name="青禾发布"), posts=posts, covers=Coverage.LIST)


def item(post_id: str, age_days: float, **fields: object) -> ShownPost:
    return ShownPost.model_validate({"id": post_id, "published_at": NOW - days(age_days)} | fields)


READINGS = {
    "two posts": listed(item("pinned", 900, pinned=True), item("new", 1)),
    "one changed": listed(item("pinned", 900, pinned=True), item("new", 1, comments="closed")),
    "future": listed(item("future", -30), item("new", 1)),
    "huge": listed(item("huge", 1, text="字" * 2_000_000, title="题" * 500_000, url="https://x/" + "a" * 900_000)),
    "half an emoji": listed(item("broken", 1, text="半个\ud83d", title="\ud83d题", ad_signals=("a=\ude00",))),
    "hours ago": listed(item("moving", 1 / 8, approximate=True)),
    "hours later": listed(item("moving", 1 / 16, approximate=True)),
    "exact": listed(item("moving", 1 / 7)),
    "gone": Reading(outcome=Outcome.GONE, reason="账号已注销", covers=Coverage.PROFILE),
    "blocked": Reading(outcome=Outcome.BLOCKED, reason="平台要求验证"),
    "timeline": Reading(outcome=Outcome.OK, posts=(item("x", 0),), covers=Coverage.TIMELINE),
    "comments only": Reading(outcome=Outcome.OK, covers=Coverage.NOTHING),
}


class ScriptedVisitor:
    """Answers with the script's next word; `light:` marks an answer of the warm page."""

    def __init__(self, clock: "SteppingClock") -> None:
        self.script: list[str] = []
        self.asked: list[tuple[str, bool]] = []
        self.clock = clock
        self.status = 200
        self.clock_offset: timedelta | None = None
        self.wish: float | None = 7200

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        self.asked.append((plan.page or "", full))
        word = self.script.pop(0)
        if word == "refused":
            raise InputError(plan.page or "", "不能打开内网地址")
        if word == "no browser":
            raise TransientError("浏览器无法启动")
        if word == "crash":
            return Captured(failure=Outcome.CRASH, reason="浏览器异常退出")
        light = word.startswith("light:")
        capture = Capture(status=self.status, body=word.removeprefix("light:").encode(), at=self.clock())
        return Captured(
            captures=(capture,),
            final_url=plan.page,
            light=light,
            retry_after_seconds=self.wish if word == "blocked" else None,
            clock_offset=self.clock_offset,
        )

    def close(self) -> None:
        pass


class SteppingClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()


class Bench:
    """One collector, its surroundings, and what it published."""

    def __init__(self, folder: Path) -> None:
        self.clock = SteppingClock()
        self.store: Store = open_store(f"sqlite:///{folder}/xunjian.db")
        self.bus = SqliteBus(folder / "xunjian.db", "test", self.clock)
        self.visitor = ScriptedVisitor(self.clock)
        self.metrics = Metrics()
        self.engine = CollectorEngine(
            bus=self.bus,
            visits=self.store.visits,
            notes=self.store.notes,
            platforms={"weibo": ScriptedPlatform(), "feed": ScriptedFeed()},
            visitor=self.visitor,
            metrics=self.metrics,
            clock=self.clock,
            watch=ClockWatch(self.clock.monotonic),
            owner="test",
            lease=LEASE,
            chance=random.Random(1),
        )

    def visit(self, word: str, after: timedelta = timedelta()) -> bool:
        self.clock.now += after
        self.visitor.script = word.split(", ")
        return self.engine.step(self.clock.now)

    def published(self) -> list[Post | Probe | Finding]:
        subscription = self.bus.subscribe("test", ("observations",))
        events = [decode(record.body) for record in subscription.poll(0.1)]
        subscription.commit()
        subscription.close()
        return events

    def close(self) -> None:
        self.bus.close()
        self.store.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.store.accounts.upsert([an_account()], NOW)
    yield bench
    bench.close()


def probe_of(events: list[Post | Probe | Finding]) -> Probe:
    return next(event for event in events if isinstance(event, Probe))


def posts_of(events: list[Post | Probe | Finding]) -> list[str]:
    return [event.id for event in events if isinstance(event, Post)]


def test_a_visit_publishes_its_posts_and_how_it_ended(bench: Bench) -> None:
    assert bench.visit("two posts")
    events = bench.published()
    assert posts_of(events) == ["pinned", "new"]
    probe = probe_of(events)
    assert (probe.outcome, probe.newest_post_at, probe.post_ids) == (Outcome.OK, NOW - days(1), ("pinned", "new"))
    assert probe.evidence_sha256


def test_an_account_that_is_not_due_is_left_alone(bench: Bench) -> None:
    bench.visit("two posts")
    assert not bench.visit("two posts", after=timedelta(minutes=1))


def test_unchanged_posts_are_not_published_again_but_changed_ones_are(bench: Bench) -> None:
    bench.visit("two posts")
    bench.published()
    bench.visit("one changed", after=days(1))
    events = bench.published()
    assert posts_of(events) == ["new"]
    assert probe_of(events).post_ids == ("pinned", "new")


def test_a_future_post_is_not_the_newest(bench: Bench) -> None:
    bench.visit("future")
    assert probe_of(bench.published()).newest_post_at == NOW - days(1)


def test_a_post_of_megabytes_is_cut_to_what_the_bus_takes(bench: Bench) -> None:
    bench.visit("huge")
    events = bench.published()
    assert posts_of(events) == ["huge"]
    assert probe_of(events).proves_list


def test_half_an_emoji_does_not_end_the_collector(bench: Bench) -> None:
    bench.visit("half an emoji")
    post = next(event for event in bench.published() if isinstance(event, Post))
    assert (post.title, post.text, post.ad_signals) == ("\ufffd题", "半个\ufffd", ("a=\ufffd",))


def test_a_light_look_that_proves_nothing_is_repeated_as_a_full_one(bench: Bench) -> None:
    bench.visit("two posts")
    bench.published()
    bench.visit("light:blocked, two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked[1:]] == [False, True]
    assert probe_of(bench.published()).outcome is Outcome.OK


def test_a_platform_that_asks_to_slow_down_is_not_asked_for_more(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visitor.status = 429
    bench.visit("light:blocked", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked[1:]] == [False]


def test_the_first_look_of_a_day_is_a_full_one(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visit("light:two posts", after=timedelta(hours=7))
    bench.visit("two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked] == [True, False, True]


def test_a_light_look_that_proves_the_list_is_enough(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visit("light:two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked[1:]] == [False]


@pytest.mark.parametrize("word", ["timeline", "comments only"])
def test_a_page_that_is_not_the_accounts_proves_nothing(bench: Bench, word: str) -> None:
    bench.visit(word)
    probe = probe_of(bench.published())
    assert probe.outcome is Outcome.PARSE_ERROR
    assert not probe.proves_list


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


def test_the_pace_is_kept_though_the_bus_is_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.store.accounts.upsert([an_account("1002")], NOW)
    with monkeypatch.context() as patch:
        bus_away(bench, patch)
        with pytest.raises(TransientError):
            bench.visit("blocked")
    assert not bench.visit("two posts", after=timedelta(minutes=119))
    assert bench.visit("two posts", after=timedelta(minutes=2))


@pytest.mark.parametrize("method", ["rest", "record"])
def test_while_the_database_is_away_nothing_is_published_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def away(*given: object) -> None:
        raise TransientError("the database does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store.visits, method, away)
        for _ in range(3):
            with pytest.raises(TransientError):
                bench.visit("two posts")
    assert not bench.visit("two posts")
    assert len(bench.visitor.asked) == 1
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


def test_a_time_told_roughly_stays_as_first_evidenced(bench: Bench) -> None:
    bench.visit("hours ago")
    first = bench.published()
    for _ in range(3):
        bench.visit("hours later", after=timedelta(hours=7))
    events = bench.published()
    assert posts_of(first) == ["moving"]
    assert posts_of(events) == []
    probes = [event for event in events if isinstance(event, Probe)]
    assert [probe.newest_post_at for probe in probes] == [NOW - days(1 / 8)] * 3


def test_an_exact_time_replaces_a_rough_one_once(bench: Bench) -> None:
    bench.visit("hours ago")
    bench.published()
    published = []
    for word in ("exact", "exact", "hours later"):
        bench.visit(word, after=timedelta(hours=7))
        published += [event for event in bench.published() if isinstance(event, Post)]
    assert [post.published_at for post in published] == [NOW - days(1 / 7)]


@pytest.mark.parametrize("offset", [days(156), days(-156), timedelta(minutes=-6), timedelta(minutes=6)])
@pytest.mark.parametrize("word", ["two posts", "gone"])
def test_a_wrong_clock_proves_nothing_and_publishes_no_post(bench: Bench, offset: timedelta, word: str) -> None:
    bench.visitor.clock_offset = offset
    bench.visit(word)
    (probe,) = bench.published()
    assert isinstance(probe, Probe)
    assert (probe.outcome, probe.proves_list, probe.newest_post_at) == (Outcome.CLOCK, False, None)
    assert "请校准" in (probe.reason or "")
    assert probe.at == NOW - max(offset, timedelta())
    assert bench.store.visits.clock_offsets() == {"weibo": offset}


def test_one_server_with_a_wrong_clock_among_others_does_not_blind_us(bench: Bench) -> None:
    feed = an_account("f", platform="feed", url="https://example.gov.cn/rss")
    bench.store.accounts.upsert([feed], NOW)
    bench.visitor.clock_offset = timedelta(seconds=2)
    bench.visit("two posts, two posts")
    bench.published()
    bench.visitor.clock_offset = days(30)
    bench.visit("two posts, two posts", after=timedelta(hours=7))
    first, *_ = [event for event in bench.published() if isinstance(event, Probe)]
    assert first.proves_list


def test_a_clock_that_is_right_again_proves_again(bench: Bench) -> None:
    bench.visitor.clock_offset = days(156)
    bench.visit("two posts")
    bench.visitor.clock_offset = timedelta()
    bench.published()
    bench.visit("two posts", after=timedelta(hours=13))
    assert probe_of(bench.published()).proves_list


def test_a_visit_for_show_publishes_nothing(bench: Bench) -> None:
    bench.visitor.script = ["two posts"]
    visit = bench.engine.visit(an_account())
    assert visit.probe.outcome is Outcome.OK
    assert bench.published() == []
