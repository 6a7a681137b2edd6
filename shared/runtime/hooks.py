"""What others may POST to a process, by path. Who takes it registers when it is ready; until then the sender waits."""

import hmac
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

MAX_BODY_BYTES = 512 * 1024
MOST_A_MINUTE = 120
"""Of one hook. Alertmanager sends a group every five minutes; a storm must not keep the database busy."""
_MINUTE = 60.0


class Reply(NamedTuple):
    """2xx: durably kept. 4xx: it will never do, with a sentence. 5xx: to be sent again."""

    status: HTTPStatus
    words: str


Take = Callable[[bytes], Reply]


class Hooks:
    """Thread-safe. `tokens`: path -> the bearer token that a sender has to show; a path without one is shut."""

    def __init__(self, tokens: Mapping[str, str], monotonic: Callable[[], float]) -> None:
        self._tokens = {path: token.encode() for path, token in tokens.items()}
        self._takers: dict[str, Take] = {}
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._recent: dict[str, list[float]] = {}

    def register(self, path: str, take: Take) -> None:
        """In place of an earlier one: a service that died was built anew."""
        self._takers[path] = take

    def refusal(self, path: str, headers: Mapping[str, str]) -> Reply | None:
        """Why nothing is read of a request; null: its body may come. `headers`: by name in small letters."""
        token = self._tokens.get(path)
        if token is None:
            return Reply(HTTPStatus.NOT_FOUND, "这里不收：没有这个入口，或设置 hooks 中没有它的口令")
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode("utf-8", "replace"), token):
            return Reply(HTTPStatus.UNAUTHORIZED, "口令不对：请核对设置 hooks 中的口令与发送方的 credentials_file")
        if (reply := _too_long(headers.get("content-length"))) is not None:
            return reply
        if path not in self._takers or not self._may(path):
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE, "尚未就绪或过于频繁，请稍后再发")
        return None

    def take(self, path: str, body: bytes) -> Reply:
        return self._takers[path](body)

    def _may(self, path: str) -> bool:
        with self._lock:
            now = self._monotonic()
            recent = [at for at in self._recent.get(path, []) if now - at < _MINUTE]
            may = len(recent) < MOST_A_MINUTE
            self._recent[path] = [*recent, now] if may else recent
            return may


def _too_long(length: str | None) -> Reply | None:
    if length is None:
        return Reply(HTTPStatus.LENGTH_REQUIRED, "请求须有 Content-Length")
    if not (length.isascii() and length.isdigit() and len(length) < 10):
        return Reply(HTTPStatus.BAD_REQUEST, "Content-Length 不是数")
    if int(length) > MAX_BODY_BYTES:
        return Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"超过 {MAX_BODY_BYTES // 1024} KiB，请设置 max_alerts")
    return None
