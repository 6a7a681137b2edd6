"""The collector's engine on a real store and bus, with a scripted browser."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.collector.capture import Capture, Captured, Plan, Reading, ShownAccount, ShownPost
from services.collector.engine import CollectorEngine
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.bus.envelope import decode
from shared.bus.sqlite import SqliteBus
from shared.errors import InputError, TransientError
from shared.events import Coverage, Event, Finding, Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.store import Store, open_store
from tests.builders import NOW, an_account, days


class ScriptedPlatform(Platform):
    """Reads nothing: the look's body names the reading."""

    min_interval_seconds: float = 10
    cool_down_seconds: float = 60

    def plan(self, account: Account) -> Plan:
        if account.id == "bad":
            raise InputError(account.key, "not an id; write digits")
        return Plan(page=f"https://m.weibo.cn/u/{account.id}")

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        return READINGS[captures[0].text]


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
    "blocked": Reading(outcome=Outcome.BLOCKED, reason="平台要求验证"),
    "timeline": Reading(outcome=Outcome.OK, posts=(item("x", 0),), covers=Coverage.TIMELINE),
    "comments only": Reading(outcome=Outcome.OK, covers=Coverage.NOTHING),
}


class ScriptedLooker:
    """Answers with the script's next word; `light:` marks an answer of the warm page."""

    def __init__(self, clock: "SteppingClock") -> None:
        self.script: list[str] = []
        self.asked: list[tuple[str, bool]] = []
        self.clock = clock
        self.status = 200

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        self.asked.append((plan.page or "", full))
        word = self.script.pop(0)
        if word == "refused":
            raise InputError(plan.page or "", "不能打开内网地址")
        if word == "crash":
            return Captured(failure=Outcome.CRASH, reason="浏览器异常退出")
        light = word.startswith("light:")
        capture = Capture(status=self.status, body=word.removeprefix("light:").encode(), at=self.clock())
        wish = 7200 if word == "blocked" else None
        return Captured(captures=(capture,), final_url=plan.page, light=light, retry_after_seconds=wish)

    def close(self) -> None:
        pass


class SteppingClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Bench:
    """One collector, its surroundings, and what it published."""

    def __init__(self, folder: Path) -> None:
        self.clock = SteppingClock()
        self.store: Store = open_store(f"sqlite:///{folder}/xunjian.db")
        self.bus = SqliteBus(folder / "xunjian.db", "test", self.clock)
        self.looker = ScriptedLooker(self.clock)
        self.metrics = Metrics()
        self.engine = CollectorEngine(
            bus=self.bus,
            store=self.store,
            platforms={"weibo": ScriptedPlatform()},
            looker=self.looker,
            metrics=self.metrics,
            clock=self.clock,
            owner="test",
            deadline_days=(7, 10, 12, 13, 14, 90),
            chance=random.Random(1),
        )

    def visit(self, word: str, after: timedelta = timedelta()) -> bool:
        self.clock.now += after
        self.looker.script = word.split(", ")
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
    assert [full for _, full in bench.looker.asked[1:]] == [False, True]
    assert probe_of(bench.published()).outcome is Outcome.OK


def test_a_platform_that_asks_to_slow_down_is_not_asked_for_more(bench: Bench) -> None:
    bench.visit("two posts")
    bench.looker.status = 429
    bench.visit("light:blocked", after=timedelta(hours=7))
    assert [full for _, full in bench.looker.asked[1:]] == [False]


def test_the_first_look_of_a_day_is_a_full_one(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visit("light:two posts", after=timedelta(hours=7))
    bench.visit("two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.looker.asked] == [True, False, True]


def test_a_light_look_that_proves_the_list_is_enough(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visit("light:two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.looker.asked[1:]] == [False]


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


def test_what_the_bus_did_not_take_is_visited_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(events: Sequence[Event]) -> None:
        raise TransientError("the broker is away")

    with monkeypatch.context() as patch:
        patch.setattr(bench.bus, "publish", refuse)
        with pytest.raises(TransientError):
            bench.visit("two posts")
    bench.store.visits.release_leases("test")
    assert bench.visit("two posts", after=timedelta(seconds=10))
    assert posts_of(bench.published()) == ["pinned", "new"]


def test_failures_space_out_and_a_success_forgets_them(bench: Bench) -> None:
    bench.visit("crash")
    first = bench.store.visits.next_due_at()
    assert first is not None
    bench.clock.now = first
    bench.visit("crash")
    second = bench.store.visits.next_due_at()
    assert second is not None
    assert second - first > (first - NOW) * 1.5
    bench.clock.now = second
    bench.visit("two posts")
    third = bench.store.visits.next_due_at()
    assert third is not None
    assert third - second < second - first


def test_a_visit_for_show_publishes_nothing(bench: Bench) -> None:
    bench.looker.script = ["two posts"]
    visit = bench.engine.visit(an_account())
    assert visit.probe.outcome is Outcome.OK
    assert bench.published() == []
