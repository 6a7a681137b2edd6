"""What a bridge's own status page says of its logins: pure. Facts of research/sessions-and-owner-interfaces.md, E.

A status that looks well proves nothing (wewe-rss shows an account as valid whose lists stay empty; we-mp-rss answers
from a stored date): only a bad one is believed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.collector.capture import Capture
from services.collector.reading.tree import values_in
from shared.events import Outcome

PATHS = {
    "wewe_rss": "/trpc/account.list?input=%7B%7D",
    "we_mp_rss": "/api/v1/wx/auth/qr/status",
    "wechat2rss": "/login/list",
}
"""Where each kind tells of its logins; RSSHub nowhere."""

CACHE_STATUS = "rsshub-cache-status"
_WORKS = 1
"""wewe-rss: 0 失效, 1 启用, 2 禁用."""


@dataclass(frozen=True)
class Status:
    """`dead`: no login of the bridge works, and why; `hint`: what may be so and decides nothing. Chinese sentences."""

    dead: Outcome | None = None
    reason: str | None = None
    hint: str | None = None


def status_in(kind: str, capture: Capture) -> Status:
    """Never raises; what cannot be read is no status."""
    told = [value for value in values_in(capture.text.strip()) or () if isinstance(value, dict | list)]
    return _READERS[kind](told) if kind in _READERS and told else Status()


def is_cached(captures: tuple[Capture, ...]) -> bool:
    """RSSHub answered from its cache, which hides a dead cookie."""
    return any(capture.headers.get(CACHE_STATUS, "").upper() == "HIT" for capture in captures)


def _wewe_rss(told: list[Any]) -> Status:
    answer = next((one for one in _objects(told) if isinstance(one.get("items"), list)), None)
    if answer is None:
        return Status()
    accounts = [one for one in answer["items"] if isinstance(one, dict)]
    resting = {str(one) for one in answer.get("blocks") or [] if isinstance(one, str | int)}
    working = [one for one in accounts if one.get("status") == _WORKS]
    if not working:
        return Status(Outcome.LOGIN_WALL, "桥接里没有可用的微信读书账号（已失效或被禁用），请到桥接后台重新扫码")
    if all(str(one.get("id")) in resting for one in working):
        return Status(Outcome.BLOCKED, "桥接的微信读书账号今天都在小黑屋里，请等到次日或添加账号")
    return Status()


def _wechat2rss(told: list[Any]) -> Status:
    accounts = [one for one in _objects(told) if isinstance(one.get("available"), bool)]
    if not accounts or any(one["available"] and not one.get("needCheck") for one in accounts):
        return Status()
    if any(one.get("needCheck") for one in accounts):
        return Status(Outcome.BLOCKED, "桥接的账号都被风控，请到桥接后台完成验证")
    return Status(Outcome.LOGIN_WALL, "桥接的账号都已不可用，请到桥接后台重新登录")


def _we_mp_rss(told: list[Any]) -> Status:
    states = [one["login_status"] for one in _objects(told) if isinstance(one.get("login_status"), bool)]
    return Status(hint="桥接记着的登录期限已过，请到桥接后台核对") if states and not any(states) else Status()


def _objects(values: list[Any], depth: int = 6) -> Iterator[Mapping[str, Any]]:
    for value in values:
        if isinstance(value, dict):
            yield value
        inner = list(value.values()) if isinstance(value, dict) else value
        if depth and isinstance(inner, list):
            yield from _objects(inner[:1000], depth - 1)


_READERS = {"wewe_rss": _wewe_rss, "wechat2rss": _wechat2rss, "we_mp_rss": _we_mp_rss}
