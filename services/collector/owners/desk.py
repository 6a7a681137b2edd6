"""Asks WeChat's interfaces for an owner: one token each, no more calls than are ours, every refusal in Chinese."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from services.collector.capture import Capture, Captured
from services.collector.owners.options import OwnerAccount
from services.collector.owners.refusals import Refusal, refusal_in
from services.collector.reading.tree import as_dict, loaded
from shared.clock import Clock
from shared.events import Outcome
from shared.storage.owners import Owners

SITE = "https://api.weixin.qq.com"
HOSTS = ("api.weixin.qq.com",)
TOKEN = "stable_token"  # noqa: S105 - the name of an interface
MOST_CALLS = {TOKEN: 200, "datacube": 300, "freepublish": 60}
"""A Beijing day, of one application: the platform gives freepublish/batchget 100, and others may call it, too."""
EARLIER = timedelta(minutes=5)
"""The platform renews a token so long before its end."""
_LONGEST_TOKEN = 512
_LONGEST_LIFE = timedelta(hours=2)


class Poster(Protocol):
    def post(self, url: str, body: bytes, hosts: tuple[str, ...]) -> Captured: ...


@dataclass(frozen=True)
class Told:
    """An answer that is no refusal, or why there is none."""

    capture: Capture | None = None
    answer: Mapping[str, object] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass
class Desk:
    """Of one process. Tokens stay in its memory: `stable_token` gives the same one to every process that asks, so that
    none has to be stored, and none is ever forced anew, which would end the others'."""

    poster: Poster
    owners: Owners
    clock: Clock
    site: str = SITE
    _tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)

    def ask(self, owner: OwnerAccount, interface: str, path: str, asked: Mapping[str, Any]) -> Told:
        """`interface`: whose calls are counted. A token that is refused is asked for once more."""
        told = self._ask_once(owner, interface, path, asked)
        if told.refusal is None or not told.refusal.is_of_token:
            return told
        if self._tokens.pop(owner.app_id, None) is None:
            return told  # it was the secret that was refused
        return self._ask_once(owner, interface, path, asked)

    def _ask_once(self, owner: OwnerAccount, interface: str, path: str, asked: Mapping[str, Any]) -> Told:
        token = self._token(owner)
        if isinstance(token, Refusal):
            return Told(refusal=token)
        return self._call(owner, interface, f"{path}?access_token={quote(token, safe='')}", asked)

    def _token(self, owner: OwnerAccount) -> str | Refusal:
        known = self._tokens.get(owner.app_id)
        if known and self.clock() < known[1]:
            return known[0]
        credentials = {"grant_type": "client_credential", "appid": owner.app_id}
        asked = {**credentials, "secret": owner.secret.get_secret_value(), "force_refresh": False}
        told = self._call(owner, TOKEN, "/cgi-bin/stable_token", asked)
        if told.refusal is not None:
            return told.refusal
        token, seconds = told.answer.get("access_token"), told.answer.get("expires_in")
        if not isinstance(token, str) or not _is_token(token) or type(seconds) is not int or seconds <= 0:
            return Refusal(Outcome.PARSE_ERROR, "授权接口：没有给出可用的 access_token")
        life = min(timedelta(seconds=min(seconds, 86_400)), _LONGEST_LIFE)
        self._tokens[owner.app_id] = token, self.clock() + max(life - EARLIER, timedelta(seconds=30))
        return token

    def _call(self, owner: OwnerAccount, interface: str, address: str, asked: Mapping[str, Any]) -> Told:
        most = MOST_CALLS[interface]
        if not self.owners.take_call(owner.app_id, interface, self.clock(), most):
            words = f"授权接口：{interface} 今天的调用次数已用完（每天最多 {most} 次），明天再取"
            return Told(refusal=Refusal(Outcome.BLOCKED, words))
        body = json.dumps(asked, ensure_ascii=False).encode()
        captured = self.poster.post(self.site + address, body, HOSTS)
        if captured.failure is not None:
            return Told(refusal=Refusal(captured.failure, f"授权接口：{captured.reason or captured.failure.words}"))
        told = _told(captured.captures[-1])
        if told.refusal is not None and told.refusal.is_used_up:
            self.owners.end_calls(owner.app_id, interface, self.clock())
        return told


def _told(capture: Capture) -> Told:
    found = loaded(capture.body)
    if capture.status != 200:
        return Told(refusal=Refusal(Outcome.NETWORK, f"授权接口应答 HTTP {capture.status}，稍后再试"))
    if not isinstance(found, dict):
        return Told(refusal=Refusal(Outcome.PARSE_ERROR, "授权接口的应答不是完整的 JSON"))
    answer = as_dict(found)
    refusal = refusal_in(answer)
    return Told(refusal=refusal) if refusal else Told(capture, answer)


def _is_token(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TOKEN and text.isascii() and text.isprintable()
