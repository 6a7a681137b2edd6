"""A real HTTP server on a free port of this machine, whose answers a subclass decides."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler

from demo.listener import Listener
from tests.builders import NOW


@dataclass(frozen=True)
class Request:
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def said(body: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


class FakeServer(Listener):
    """`now` is the other side's clock; `reply`, when set, is always given."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.requests: list[Request] = []
        self.reply: Reply | None = None
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def serve_raw(self, handler: BaseHTTPRequestHandler) -> bool:
        """True when the connection was dealt with below HTTP (hanging, dripping)."""
        return False

    def _handle(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            return self.reply or self.answer(request)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                path, _, query = self.path.partition("?")
                if fake.serve_raw(self):
                    return
                reply = fake._handle(Request(path, query, dict(self.headers.items()), body))
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
