"""One collector on a real store and bus, with a scripted browser."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from services.collector.bridges import Bridges, BridgeSettings
from services.collector.capture import Capture, Captured, Plan, Reading, ShownAccount, ShownPost
from services.collector.clock_watch import ClockWatch
from services.collector.engine import CollectorEngine
from services.collector.fallback import Fallback
from services.collector.keeping import Keeping
from services.collector.looker import Looker, Visitor
from services.collector.owners.options import OwnerAccount
from services.collector.platforms.base import Platform
from services.collector.sessions.turns import Turns
from services.collector.sources.base import Source, Teller
from shared.account import Account
from shared.bus.envelope import decode
from shared.bus.sqlite import SqliteBus
from shared.clock import Clock
from shared.errors import InputError, TransientError
from shared.events import Coverage, Finding, Outcome, Post, Probe
from shared.plugins import discover
from shared.runtime.metrics import Metrics
from shared.storage.store import Store, open_store
from tests.builders import NOW, an_account, days

LEASE = timedelta(minutes=2)
MakeKeeping = Callable[[Store, Mapping[str, Platform], Clock], Keeping]


class ScriptedPlatform(Platform):
    """Reads nothing: the body of what was captured names the reading."""

    hosts: ClassVar[tuple[str, ...]] = ("m.weibo.cn",)
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
    hosts: ClassVar[tuple[str, ...]] = ()
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
    "three posts": listed(item("pinned", 900, pinned=True), item("new", 1), item("newer", 0.5)),
    "old posts": listed(item("old", 20), item("older", 30)),
    "stamped": listed(item("a", 0), item("b", 0, published_at=NOW + timedelta(seconds=3))),
    "stamped anew": listed(item("a", -0.5), item("b", -0.5)),
    "stamped but one": listed(item("a", 0), item("b", 0), item("c", 20)),
    "one just now": listed(item("a", 0), item("b", 1)),
    "undated": listed(ShownPost(id="undated", title="青禾要闻")),
    "one article": Reading(outcome=Outcome.OK, posts=(item("article", 2),), covers=Coverage.ITEM),
    "article gone": Reading(outcome=Outcome.GONE, reason="该内容已被发布者删除"),
    "nothing yet": Reading(outcome=Outcome.EMPTY, covers=Coverage.LIST),
    "login": Reading(outcome=Outcome.LOGIN_WALL, reason="平台要求登录后查看"),
    "control": listed(item("control", 1 / 24)),
    "control of yesterday": listed(item("control", 1)),
    "control of long ago": listed(item("control", 4)),
    "blocked": Reading(outcome=Outcome.BLOCKED, reason="平台要求验证"),
    "timeline": Reading(outcome=Outcome.OK, posts=(item("x", 0),), covers=Coverage.TIMELINE),
    "comments only": Reading(outcome=Outcome.OK, covers=Coverage.NOTHING),
}


class ScriptedVisitor:
    """Answers with the script's next word; `light:` marks an answer of the warm page."""

    def __init__(self, clock: "SteppingClock") -> None:
        self.script: list[str] = []
        self.asked: list[tuple[str, bool]] = []
        self.opened: list[str] = []
        self.clock = clock
        self.status = 200
        self.clock_offset: timedelta | None = None
        self.wish: float | None = 7200
        self.headers: dict[str, str] = {}
        self.hurried = False

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        self.asked.append((plan.page or "", full))
        self.opened.append(plan.page or next(iter(plan.fetch), ""))
        word = self.script.pop(0)
        if word == "refused":
            raise InputError(plan.page or "", "不能打开内网地址")
        if word == "no browser":
            raise TransientError("浏览器无法启动")
        if word == "crash":
            return Captured(failure=Outcome.CRASH, reason="浏览器异常退出")
        light = word.startswith("light:")
        capture = Capture(
            status=self.status, headers=self.headers, body=word.removeprefix("light:").encode(), at=self.clock()
        )
        return Captured(
            captures=(capture,),
            final_url=plan.page,
            light=light,
            retry_after_seconds=self.wish if word == "blocked" else None,
            clock_offset=self.clock_offset,
        )

    def hurry(self, seconds: float) -> None:
        self.hurried = True

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

    def __init__(
        self,
        folder: Path,
        own: Sequence[str] = (),
        bridges: Mapping[str, BridgeSettings] | None = None,
        keeping: MakeKeeping | None = None,
        owners: Mapping[str, OwnerAccount] | None = None,
    ) -> None:
        self.teller: Teller | None = None
        self._owners = owners or {}
        self.clock = SteppingClock()
        self.store: Store = open_store(f"sqlite:///{folder}/xunjian.db")
        self.bus = SqliteBus(folder / "xunjian.db", "test", self.clock)
        self.visitor = ScriptedVisitor(self.clock)
        self.metrics = Metrics()
        self._own, self._bridges, self._keeping = own, bridges or {}, keeping
        self.put_in(self.visitor, {})

    def put_in(self, visitor: Visitor, platforms: Mapping[str, Platform], turns: Turns | None = None) -> None:
        """A collector anew, with another browser and real readers."""
        watch = ClockWatch(self.clock.monotonic)
        scripted: dict[str, Platform] = {
            "weibo": ScriptedPlatform(),
            "wechat": ScriptedPlatform(),
            "feed": ScriptedFeed(),
        }
        platforms = scripted | dict(platforms)
        self.looker = Looker(
            visits=self.store.visits,
            platforms=platforms,
            visitor=visitor,
            metrics=self.metrics,
            clock=self.clock,
            watch=watch,
            bridges=Bridges(self._bridges, visitor, platforms["feed"], self.clock),
            turns=turns,
            teller=self.teller,
        )
        self.engine = CollectorEngine(
            bus=self.bus,
            visits=self.store.visits,
            notes=self.store.notes,
            platforms=platforms,
            looker=self.looker,
            metrics=self.metrics,
            clock=self.clock,
            watch=watch,
            owner="test",
            lease=LEASE,
            chance=random.Random(1),
            own=self._own,
            keeping=self._keeping(self.store, platforms, self.clock) if self._keeping else None,
            fallback=Fallback(
                looker=self.looker,
                kinds={
                    name: kind().for_owners(self._owners)
                    for name, kind in discover("services.collector.sources", Source).items()
                },
                platforms=platforms,
                sources=self.store.sources,
                visits=self.store.visits,
                clock=self.clock,
                lease=LEASE,
            ),
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
