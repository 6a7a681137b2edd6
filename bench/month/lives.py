"""What accounts really do in the month: publish, delete, fall silent, end. Nobody who judges knows it."""

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.account import Account

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEFORE = 40 * DAY
"""So long before the month begins its accounts have been publishing."""
UNIT = "青禾县人民政府办公室"


@dataclass(frozen=True)
class Item:
    at: datetime
    deleted_at: datetime | None = None
    hidden: bool = False
    """Kept from visitors, though its platform counts it."""


@dataclass(frozen=True)
class Life:
    """`kind` names the story. `bridged`: its page wants a login at all times, and a bridge shows it instead."""

    kind: str
    account: Account
    items: tuple[Item, ...]
    gone_at: datetime | None = None
    pinned: bool = False
    bridged: bool = False

    def shown(self, now: datetime) -> list[Item]:
        """Newest first, hidden ones included."""
        there = [one for one in self.items if one.at <= now and (one.deleted_at is None or now < one.deleted_at)]
        return sorted(there, key=lambda one: one.at, reverse=True)

    def newest(self, now: datetime, *, seen: bool = False) -> datetime:
        """`seen`: of what is still there at `now`."""
        some = self.shown(now) if seen else [one for one in self.items if one.at <= now]
        return max(one.at for one in some) if some else self.items[0].at

    def is_gone(self, now: datetime) -> bool:
        return self.gone_at is not None and now >= self.gone_at

    def crosses(self, age: timedelta, since: datetime, until: datetime) -> datetime | None:
        """The first moment of the month at which it has been silent for so long; null: it never was."""
        times = sorted(one.at for one in self.items)
        lines = [at + age for at, later in zip(times, [*times[1:], until], strict=True) if at + age < later]
        return next((max(line, since) for line in lines if line < until), None)


Make = Callable[[random.Random, Account, datetime, datetime], Life]


def lives(chance: random.Random, count: int, start: datetime, end: datetime) -> list[Life]:
    """So many accounts, all stories and platforms in turn."""
    return [_life(number, chance, start, end) for number in range(count)]


def _life(number: int, chance: random.Random, start: datetime, end: datetime) -> Life:
    make = _STORIES[number % len(_STORIES)]
    platform = _ONLY.get(make) or _PLATFORMS[(number + number // len(_STORIES)) % len(_PLATFORMS)]
    return make(chance, _account(number, platform), start, end)


def _account(number: int, platform: str) -> Account:
    ids = {
        "weibo": f"{3000000 + number}",
        "wechat": base64.b64encode(str(3_100_000_000 + number).encode()).decode(),
        "douyin": f"MS4wLjABAAAAMonth{number:038d}",
        "toutiao": f"MS4wLjABAAAAMonthNews{number:034d}",
        "feed": f"qinghe-month{number}",
    }
    url = f"https://feeds.qinghe.example/month{number}.xml" if platform == "feed" else None
    return Account(platform=platform, id=ids[platform], name=f"青禾账号{number}", unit=UNIT, url=url)


def _times(chance: random.Random, begin: datetime, end: datetime, days: float, spread: float = 0.7) -> list[datetime]:
    """`spread`: by what share of the mean a gap may differ from it."""
    at, found = begin - chance.random() * days * DAY, []
    while at < end:
        found.append(at.replace(second=chance.randrange(60), microsecond=0))
        at += days * DAY * chance.uniform(1 - spread, 1 + spread)
    return found


def _pins(chance: random.Random, account: Account) -> bool:
    return account.platform in ("weibo", "douyin", "toutiao") and chance.random() < 0.5


def _every(days: float, spread: float = 0.7) -> Make:
    def make(chance: random.Random, account: Account, start: datetime, end: datetime) -> Life:
        items = [Item(at) for at in _times(chance, start - BEFORE, end, days, spread)]
        return Life(f"every {days:g} d", account, tuple(items), pinned=_pins(chance, account))

    return make


def _silent_from(chance: random.Random, account: Account, start: datetime, end: datetime) -> Life:
    last = start + chance.uniform(-12, 12) * DAY
    items = [Item(at) for at in _times(chance, start - BEFORE, last, 1.5)]
    return Life("zombie", account, tuple(items), pinned=_pins(chance, account))


def _revived(chance: random.Random, account: Account, start: datetime, end: datetime) -> Life:
    back = start + chance.uniform(3, 25) * DAY
    times = [*_times(chance, start - BEFORE, start - 20 * DAY, 4), *_times(chance, back, end, 1)]
    return Life("revived", account, tuple(Item(at) for at in sorted(times)))


def _deleting(chance: random.Random, account: Account, start: datetime, end: datetime) -> Life:
    times = _times(chance, start - BEFORE, end, 3)
    items = [Item(at, at + chance.uniform(2, 96) * HOUR if chance.random() < 0.5 else None) for at in times]
    return Life("deleting", account, (Item(start - BEFORE - 9 * DAY), *items))


def _gone(chance: random.Random, account: Account, start: datetime, end: datetime) -> Life:
    life = _every(2)(chance, account, start, end)
    gone_at = start + chance.uniform(2, 25) * DAY
    kept = tuple(one for one in life.items if one.at < gone_at)
    return replace(life, kind="gone", items=kept, gone_at=gone_at)


def _kept_back(chance: random.Random, account: Account, start: datetime, end: datetime) -> Life:
    since = start + chance.uniform(-30, 14) * DAY
    times = _times(chance, start - BEFORE, end, 3)
    return Life("kept back", account, tuple(Item(at, hidden=at >= since) for at in times))


def _bridged(make: Make) -> Make:
    def bridged(chance: random.Random, account: Account, start: datetime, end: datetime) -> Life:
        life = make(chance, account, start, end)
        return replace(life, kind=f"{life.kind}, bridged", bridged=True, pinned=False)

    return bridged


_PLATFORMS = ("weibo", "wechat", "douyin", "toutiao", "feed")
_SLOW, _BRIDGED_SLOW, _BRIDGED_ZOMBIE = _every(13, 0.05), _bridged(_every(12, 0.12)), _bridged(_silent_from)
_STORIES: tuple[Make, ...] = (
    _every(0.25),
    _every(1),
    _every(7, 0.3),
    _SLOW,
    _silent_from,
    _silent_from,
    _revived,
    _deleting,
    _gone,
    _kept_back,
    _BRIDGED_SLOW,
    _BRIDGED_ZOMBIE,
)
_ONLY: dict[Make, str] = {_kept_back: "douyin", _BRIDGED_SLOW: "weibo", _BRIDGED_ZOMBIE: "weibo"}


def accounts_of(some: list[Life]) -> Iterator[Account]:
    return (life.account for life in some)
