"""Bridges, and how far what one shows may be believed: up to where its control account proves that it works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlsplit

import structlog
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from services.collector.capture import Captured, Plan, Reading
from services.collector.news import without_stamps
from services.collector.platforms.base import Platform
from services.collector.reading.bridge_status import PATHS, Status, is_cached, status_in
from shared.account import Account
from shared.addresses import host_of
from shared.clock import FUTURE_TOLERANCE, Clock, chinese_time
from shared.errors import InputError
from shared.events import Coverage, Outcome
from shared.validation import validated

log = structlog.get_logger(__name__)

FEED = "feed"
ASK_AGAIN_AFTER = timedelta(minutes=15)
"""A bridge's health is asked for once, not with each of its accounts."""

_DELAY_HOURS = {"rsshub": 1.0}
_USUAL_DELAY_HOURS = 24.0
"""Wechat2RSS looks at each account once or twice a day, wewe-rss at 05:35 and 17:35."""


class BridgeSettings(BaseModel):
    """One bridge of the settings.

    `control`: the feed, on this bridge, of an account that is known to post daily, better hourly. `max_silence_hours`:
    how long that account is silent at most while all is well. `delay_hours`: how late an item may come; null: as the
    kind is known for. `trusted`: the office answers for it that its accounts publish nothing the bridge cannot see.
    `key`: what opens the bridge's own status.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(pattern=r"^https?://[^\s?#]+$")
    kind: Literal["rsshub", "wewe_rss", "we_mp_rss", "wechat2rss"]
    control: str | None = None
    max_silence_hours: float = Field(default=36, gt=0, le=24 * 14)
    delay_hours: float | None = Field(default=None, ge=0, le=24 * 7)
    trusted: bool = False
    key: SecretStr | None = None

    @model_validator(mode="after")
    def _trust_is_proved(self) -> "BridgeSettings":
        if self.control and not _is_under(self.base_url, self.control):
            raise ValueError("control 应是这个桥接上的订阅地址（以 base_url 开头）")
        if self.trusted and not self.control:
            raise ValueError("trusted 须同时填写 control（对照账号的订阅地址），否则桥接停了看不出来")
        return self

    @property
    def delay(self) -> timedelta:
        usual = _DELAY_HOURS.get(self.kind, _USUAL_DELAY_HOURS)
        return timedelta(hours=usual if self.delay_hours is None else self.delay_hours)

    @property
    def lists_all(self) -> bool:
        """WeChat's bridges see what was pushed to followers, not what was merely published."""
        return self.trusted or self.kind == "rsshub"


@dataclass(frozen=True)
class Health:
    """`down`: nothing it shows is news, and why. `alive_at`: its control account's newest item. `why`: what is lacking
    where it is neither."""

    down: Outcome | None = None
    why: str | None = None
    alive_at: datetime | None = None


@dataclass(frozen=True)
class Held:
    """A reading as far as it may be believed; `until`: the moment up to which its list is whole, null: of capture."""

    reading: Reading
    until: datetime | None = None


class Opener(Protocol):
    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...]) -> Captured: ...


@dataclass
class Bridges:
    """Asks each bridge's health at most every quarter of an hour; holds nothing else, and at most one per bridge."""

    settings: Mapping[str, BridgeSettings]
    opener: Opener
    reader: Platform
    clock: Clock
    _known: dict[str, tuple[datetime, Health]] = field(default_factory=dict)

    def held(self, url: str | None, reading: Reading, captured: Captured, *, is_bridge: bool) -> Held:
        """`is_bridge`: given as a bridge's feed, whether the settings know it or not; any other feed stays as read."""
        name = bridge_of(self.settings, url)
        if not reading.outcome.is_evidence or (name is None and not is_bridge):
            return Held(reading)
        if name is None:
            return Held(_activity(reading, "设置（bridges）里没有登记这个桥接，只作有更新的依据"))
        return _held((name, self.settings[name]), self.health(name), reading, captured, self.clock())

    def health(self, name: str) -> Health:
        """As asked within the last quarter of an hour, or now."""
        asked, health = self._known.get(name, (None, Health()))
        if asked is None or not asked <= self.clock() < asked + ASK_AGAIN_AFTER:
            health = self._asked(name, self.settings[name])
            self._known[name] = self.clock(), health
        return health

    def _asked(self, name: str, bridge: BridgeSettings) -> Health:
        status = self._status(name, bridge)
        if status.dead:
            return Health(status.dead, f"桥接 {name} 停了：{status.reason}")
        if bridge.control is None:
            return Health(why=f"桥接 {name} 没有对照账号，只作有更新的依据")
        health = self._controlled(name, bridge, bridge.control)
        hint = f"（{status.hint}）" if status.hint else ""
        return Health(health.down, f"{health.why}{hint}" if health.why else None, health.alive_at)

    def _controlled(self, name: str, bridge: BridgeSettings, control: str) -> Health:
        captured = self._open(name, Plan(fetch=(control,)))
        reading = _read(self.reader, captured, _account_at(control))
        if not reading.outcome.is_evidence or reading.covers is not Coverage.LIST:
            why = reading.reason or reading.outcome.words
            return Health(why=f"桥接 {name} 的对照账号读不到（{why}），无法确认桥接是否正常")
        if is_cached(captured.captures):
            return Health(why=f"桥接 {name} 给的是缓存，无法确认它现在是否正常")
        now = self.clock()
        reading = without_stamps(reading, [capture.at for capture in captured.captures])
        times = [post.published_at for post in reading.posts if post.published_at]
        alive_at = max((time for time in times if time <= now + FUTURE_TOLERANCE), default=None)
        if alive_at is None:
            return Health(why=f"桥接 {name} 的对照账号没有标明时间的内容，请换一个对照账号")
        if now - alive_at > timedelta(hours=bridge.max_silence_hours):
            return Health(
                Outcome.LOGIN_WALL,
                f"桥接 {name} 停了：对照账号自{chinese_time(alive_at)}起没有新内容"
                f"（超过{bridge.max_silence_hours:g}小时），请到桥接后台检查登录",
            )
        return Health(alive_at=min(alive_at, now))

    def _status(self, name: str, bridge: BridgeSettings) -> Status:
        path = PATHS.get(bridge.kind)
        if path is None or bridge.key is None:
            return Status()
        secret = bridge.key.get_secret_value()
        if bridge.kind == "wechat2rss":
            plan = Plan(fetch=(f"{bridge.base_url.rstrip('/')}{path}?k={quote(secret, safe='')}",))
        else:
            plan = Plan(fetch=(bridge.base_url.rstrip("/") + path,), authorization=SecretStr(secret))
        captures = self._open(name, plan).captures
        return status_in(bridge.kind, captures[-1]) if captures and captures[-1].status == 200 else Status()

    def _open(self, name: str, plan: Plan) -> Captured:
        """Without its address in what is said: it may hold the key."""
        try:
            return self.opener.visit(FEED, plan, ())
        except InputError:
            log.warning("bridge_address_refused", bridge=name)
            return Captured(failure=Outcome.NETWORK, reason="设置里的桥接地址不能打开")


def bridge_of(bridges: Mapping[str, BridgeSettings], url: str | None) -> str | None:
    """The bridge on which this feed lies; the longest address is meant where one holds another."""
    under = [name for name, one in bridges.items() if url and _is_under(one.base_url, url)]
    return max(under, key=lambda name: len(bridges[name].base_url), default=None)


def bridges_in(options: Mapping[str, Mapping[str, Any]], file: Any) -> dict[str, BridgeSettings]:
    """Raises InputError naming bridge and option."""
    return {name: validated(BridgeSettings, one, f"bridges.{name}", file) for name, one in options.items()}


def _held(of: tuple[str, BridgeSettings], health: Health, reading: Reading, captured: Captured, now: datetime) -> Held:
    if health.down:
        return Held(reading.model_copy(update={"outcome": health.down, "reason": health.why}))
    if reading.covers is not Coverage.LIST:
        return Held(reading)
    why = _lacking(*of, reading, captured)
    if health.alive_at is None or why:
        return Held(_activity(reading, why if health.alive_at else health.why))
    # What it shows of this account, it has seen; what lies in the future is no time at all.
    times = (post.published_at for post in reading.posts if post.published_at)
    newest = max((time for time in times if time <= now), default=None)
    return Held(reading, max(filter(None, (health.alive_at - of[1].delay, newest))))


def _lacking(name: str, bridge: BridgeSettings, reading: Reading, captured: Captured) -> str | None:
    """Why a working bridge proves no more than that there was activity; null: it proves its list."""
    if not bridge.lists_all:
        return f"桥接 {name} 只含群发，看不到只发表的内容，只作有更新的依据"
    if is_cached(captured.captures):
        return f"桥接 {name} 给的是缓存，只作有更新的依据"
    if any(post.published_at is None for post in reading.posts):
        return f"桥接 {name} 的条目没有都标明时间，只作有更新的依据"
    return None


def _activity(reading: Reading, why: str | None) -> Reading:
    covers = Coverage.ITEM if reading.covers is Coverage.LIST else reading.covers
    return reading.model_copy(update={"covers": covers, "reason": why})


def _read(reader: Platform, captured: Captured, account: Account) -> Reading:
    if captured.failure is not None:
        return Reading(outcome=captured.failure, reason=captured.reason)
    return reader.read(captured.captures, account)


def _account_at(address: str) -> Account:
    return Account(platform=FEED, id="0", name="对照账号", unit="对照账号", url=address)


def _is_under(base: str, url: str) -> bool:
    try:
        ours, theirs = urlsplit(base), urlsplit(url.strip())
        same = host_of(base) == host_of(url.strip()) is not None and ours.port == theirs.port
    except ValueError:
        return False
    path = ours.path.rstrip("/")
    return same and (theirs.path == path or theirs.path.startswith(f"{path}/"))
