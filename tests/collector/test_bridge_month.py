"""A month on a bridge that works, freezes or dies at any moment: nobody is ever called silent who was not."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from services.collector.bridges import BridgeSettings
from services.collector.capture import Capture, Captured, Plan
from services.collector.platforms.base import Platform
from shared.events import Finding, Outcome, Post, Probe
from shared.plugins import discover
from shared.source import GivenSource
from tests.builders import NOW, an_account
from tests.collector.collecting import Bench

BASE, DAY, HOUR = "https://bridge.qinghe.example", timedelta(days=1), timedelta(hours=1)
RED_LINE = 14 * DAY
SETTINGS = BridgeSettings(base_url=BASE, kind="rsshub", control=f"{BASE}/control", max_silence_hours=30, delay_hours=12)


@dataclass
class MovingBridge:
    """Posts by feed, shown up to 12 hours late, and none after `frozen_at`. The page always wants a login."""

    bench: Bench
    posts: dict[str, list[datetime]]
    frozen_at: datetime
    late: dict[str, timedelta] = field(default_factory=dict)

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        now = self.bench.clock()
        if plan.page:
            return Captured(failure=Outcome.LOGIN_WALL, reason="平台要求登录后查看")
        name = plan.fetch[0].rpartition("/")[2]
        seen_at = min(now, self.frozen_at) - self.late[name]
        shown = sorted((at for at in self.posts[name] if at <= seen_at), reverse=True)[:20]
        items = "".join(
            f"<item><title>{name}的第{at:%j%H%M}条消息</title><link>{BASE}/{name}/{at:%Y%m%d%H%M}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
            for at in shown
        )
        body = f'<rss version="2.0"><channel><title>{name}</title><lastBuildDate>{format_datetime(now)}</lastBuildDate>'
        answer = Capture(url=plan.fetch[0], status=200, body=f"{body}{items}</channel></rss>".encode(), at=now)
        return Captured(captures=(answer,), final_url=plan.fetch[0])

    def hurry(self, seconds: float) -> None: ...

    def close(self) -> None: ...


def times(chance: random.Random, gap: timedelta) -> list[datetime]:
    at, found = NOW - 20 * DAY, []
    while at < NOW + 60 * DAY:
        found.append(at.replace(second=0, microsecond=0))
        at += gap * chance.uniform(0.3, 1.7)
    return found


@dataclass
class Verdicts:
    """What a rule of two weeks would say of each proof, and whether it would be right."""

    posts: dict[str, list[datetime]]
    known: dict[str, datetime] = field(default_factory=dict)
    false: int = 0
    true: int = 0
    proofs: int = 0

    def take(self, event: Post | Probe | Finding) -> None:
        if isinstance(event, Post) and event.published_at:
            self.known[event.account_id] = max(self.known.get(event.account_id, NOW - 99 * DAY), event.published_at)
        elif isinstance(event, Probe) and event.proves_list:
            self.proofs += 1
            if event.at - self.known[event.account_id] >= RED_LINE:
                really = max(at for at in self.posts[event.account_id] if at <= event.at)
                self.true += event.at - really >= RED_LINE
                self.false += event.at - really < RED_LINE


def month(folder: Path, seed: int, frozen_on: float) -> Verdicts:
    """36 days, looked at every eight hours."""
    chance = random.Random(seed)
    posts = {name: times(chance, gap * DAY) for name, gap in {"slow": 13.0, "slower": 17.0}.items()}
    posts["silent"] = [NOW - 18 * DAY]
    bench = Bench(folder, bridges={"own": SETTINGS})
    bench.store.accounts.upsert([an_account(name) for name in posts], NOW)
    for name in posts:
        bench.store.sources.add(GivenSource(key=f"weibo/{name}", kind="bridge", address=f"{BASE}/{name}"), NOW)
    verdicts = Verdicts(posts)
    late = {name: chance.uniform(0, 11.9) * HOUR for name in posts} | {"control": timedelta()}
    shown = posts | {"control": times(chance, 5 * HOUR)}
    reader = discover("services.collector.platforms", Platform)["feed"]()
    bench.put_in(MovingBridge(bench, shown, NOW + frozen_on * DAY, late), {"feed": reader})
    for _ in range(36 * 3):
        bench.clock.now += 8 * HOUR
        bench.store.visits.make_all_due(bench.clock.now)
        for _ in posts:
            bench.engine.step(bench.clock.now)
            bench.clock.now += timedelta(seconds=20)
    events = bench.published()
    while events:
        for event in events:
            verdicts.take(event)
        events = bench.published()
    bench.close()
    return verdicts


@pytest.mark.parametrize(("seed", "frozen_on"), [(1, 99), (2, 13.7)])
def test_nobody_who_posted_is_called_silent_whenever_the_bridge_freezes(
    tmp_path: Path, seed: int, frozen_on: float
) -> None:
    found = month(tmp_path, seed, frozen_on)
    assert found.false == 0
    assert found.true > 0  # the one who really is silent is found while the bridge works
    assert found.proofs > 20
