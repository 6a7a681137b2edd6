"""The other side of the channels: a robot of DingTalk's kind and a webhook, which remember what they took."""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from demo.cluster.checker import OPEN, RESOLVED
from demo.cluster.facts import Told
from demo.listener import Listener

ROBOT, HOOK = "robot", "hook"
CHANNELS = (ROBOT, HOOK)
_NUMBERS = re.compile(r"编号：([0-9A-F]{8}(?:、[0-9A-F]{8})*)")
_BUSY = {"errcode": -1, "errmsg": "系统繁忙"}
_TAKEN = {"errcode": 0, "errmsg": "ok"}


Fate = Callable[[str, Sequence[str]], str]


class Receiver(Listener):
    """`trouble` says what becomes of a message, given channel and numbers:

    `""` it is taken; `busy` it is refused (by the robot with HTTP 200); `cut` it is taken and the answer is lost.
    """

    def __init__(self, clock: Callable[[], datetime], trouble: Fate = lambda *_: "") -> None:
        super().__init__()
        self.token = "robot-token-5f0d2c9b7a"  # noqa: S105 - a secret of nobody, to be looked for in the logs
        self.secret = "hook-secret-41c6e8d0f3"  # noqa: S105
        self._clock = clock
        self._trouble = trouble
        self._lock = threading.Lock()
        self._told: list[Told] = []

    @property
    def settings(self) -> dict[str, dict[str, str]]:
        """The two channels, as `channels` of the settings has them."""
        return {
            ROBOT: {"type": "dingtalk", "base_url": self.url, "token": self.token},
            HOOK: {"type": "webhook", "url": f"{self.url}/hook?key={self.secret}", "secret": self.secret},
        }

    @property
    def told(self) -> tuple[Told, ...]:
        with self._lock:
            return tuple(self._told)

    def take(self, path: str, head: Any, body: bytes) -> tuple[int, dict[str, object] | None]:
        """Status and JSON of the answer; null: none comes."""
        channel = HOOK if path.startswith("/hook") else ROBOT
        if channel == HOOK and not self._is_signed(head, body):
            return 401, {}
        status, numbers = _read_hook(body) if channel == HOOK else _read_text(body)
        trouble = self._trouble(channel, numbers)
        now = self._clock()
        with self._lock:
            self._told += [Told(channel, number, status, now, accepted=trouble != "busy") for number in numbers]
        if trouble == "busy":
            return (503, {}) if channel == HOOK else (200, _BUSY)
        return 200, None if trouble == "cut" else _TAKEN

    def _is_signed(self, head: Any, body: bytes) -> bool:
        signed = f"{head['X-Xunjian-Timestamp']}.".encode() + body
        digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(head["X-Xunjian-Signature"] or "", f"sha256={digest}")

    def handler(self) -> type[BaseHTTPRequestHandler]:
        take = self.take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, said = take(self.path, self.headers, body)
                if said is None:
                    self.close_connection = True
                    return
                answer = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Nobody reads it."""

        return Handler


def _read_hook(body: bytes) -> tuple[str, list[str]]:
    told = json.loads(body)
    return RESOLVED if told["event"] == "resolution" else OPEN, told["numbers"]


def _read_text(body: bytes) -> tuple[str, list[str]]:
    text = json.loads(body)["text"]["content"]
    numbers = [number for listed in _NUMBERS.findall(text) for number in listed.split("、")]
    return RESOLVED if "巡检恢复" in text.partition("\n")[0] else OPEN, numbers
