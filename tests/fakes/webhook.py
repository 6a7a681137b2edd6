"""A receiver of signed webhooks that can also hang, drip, redirect and flood."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal

from tests.fakes.http_server import FakeServer, Reply, Request


class FakeReceiver(FakeServer):
    """`mode` below HTTP: `drip_head` and `drip_body` send one byte every 0.2 s for as long as anybody reads."""

    secret = "hook-secret-0123456789"

    def __init__(self) -> None:
        super().__init__()
        self.received: dict[str, dict[str, Any]] = {}
        self.mode: Literal["answer", "hang", "drip_head", "drip_body", "cut"] = "answer"
        self._closing = threading.Event()

    def answer(self, request: Request) -> Reply:
        timestamp = request.headers["X-Xunjian-Timestamp"]
        digest = hmac.new(self.secret.encode(), timestamp.encode() + b"." + request.body, hashlib.sha256)
        if request.headers.get("X-Xunjian-Signature") != f"sha256={digest.hexdigest()}":
            return Reply(401)
        if abs(int(timestamp) - self.now.timestamp()) > 300:
            return Reply(401)
        self.received[request.headers["Idempotency-Key"]] = json.loads(request.body)
        return Reply(204)

    def serve_raw(self, handler: BaseHTTPRequestHandler) -> bool:
        if self.mode == "answer":
            return False
        handler.close_connection = True
        head = b"HTTP/1.1 200 OK\r\n"
        if self.mode == "hang":
            self._closing.wait()
        elif self.mode == "drip_head":
            self._drip(handler, head + b"X-Slow: ")
        elif self.mode == "drip_body":
            self._drip(handler, head + b"Content-Length: 1000000\r\n\r\n")
        return True

    def _drip(self, handler: BaseHTTPRequestHandler, first: bytes) -> None:
        try:
            handler.wfile.write(first)
            while not self._closing.wait(0.2):
                handler.wfile.write(b"x")
        except OSError:
            return

    def __exit__(self, *error: Any) -> None:
        self._closing.set()
        super().__exit__(*error)
