"""`/metrics`, `/healthz` and `/readyz` of every service, on one small HTTP server that no client can hold up."""

import errno
import socket
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, NamedTuple

import structlog

from shared.errors import InputError
from shared.runtime.metrics import TEXT_FORMAT, Metrics
from shared.runtime.vitals import Vitals

log = structlog.get_logger(__name__)

REQUEST_SECONDS = 5.0
"""For the whole of a request to arrive, and again for the whole answer to be taken."""
MAX_REQUEST_BYTES = 16 * 1024
MAX_CONNECTIONS = 256
_PLAIN = "text/plain; charset=utf-8"


class HealthServer:
    """Serves until closed. Raises InputError when the port cannot be had.

    `/healthz`: 503 when a run loop is stuck. `/readyz`: 503 with a sentence for whatever fails, one a line.
    """

    def __init__(self, host: str, port: int, metrics: Metrics, vitals: Vitals) -> None:
        try:
            self._server = _Server((host, port), _handler(metrics, vitals))
        except (OSError, OverflowError) as error:
            raise InputError(f"metrics_port {port}", f"{_why(error, host)}；{_REMEDY}") from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


_REMEDY = "请把 metrics_port（或环境变量 XUNJIAN_METRICS_PORT）设为空闲端口，0 为任意"


def _why(error: Exception, host: str) -> str:
    reasons = {
        errno.EADDRINUSE: "端口已被其他程序占用",
        errno.EACCES: "没有权限使用这个端口（1024 以下须为 root）",
        errno.EADDRNOTAVAIL: f"本机没有地址 {host}，请核对 metrics_host",
    }
    known = reasons.get(error.errno or 0) if isinstance(error, OSError) else None
    return known or f"不能监听 {host}，请核对 metrics_host"


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseRequestHandler]) -> None:
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(address, handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("health_client_lost", exc_info=True)


class _Answer(NamedTuple):
    status: HTTPStatus
    body: bytes
    content_type: str = _PLAIN


def _handler(metrics: Metrics, vitals: Vitals) -> type[BaseRequestHandler]:
    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # whoever hangs up, or is too slow, wants no answer
                if (line := _request_line(self.request)) is not None:
                    _send(self.request, line, _answer(line, metrics, vitals))

    return Handler


def _request_line(connection: socket.socket) -> str | None:
    """The first line of a request whose head has arrived whole; null when it does not within time and size."""
    deadline = time.monotonic() + REQUEST_SECONDS
    head = b""
    while b"\r\n\r\n" not in head and b"\n\n" not in head:
        remaining = deadline - time.monotonic()
        if remaining <= 0 or len(head) > MAX_REQUEST_BYTES:
            return None
        connection.settimeout(remaining)
        received = connection.recv(4096)
        if not received:
            return None
        head += received
    return head.split(b"\n", 1)[0].decode("latin-1").strip()


def _send(connection: socket.socket, line: str, answer: _Answer) -> None:
    head = (
        f"HTTP/1.0 {answer.status.value} {answer.status.phrase}\r\nContent-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(answer.body)}\r\nConnection: close\r\n\r\n"
    )
    connection.settimeout(REQUEST_SECONDS)
    connection.sendall(head.encode("ascii") + (b"" if line.startswith("HEAD ") else answer.body))


def _answer(line: str, metrics: Metrics, vitals: Vitals) -> _Answer:
    method, _, rest = line.partition(" ")
    if method not in ("GET", "HEAD"):
        return _Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"GET or HEAD\n")
    match rest.partition(" ")[0].partition("?")[0]:
        case "/metrics":
            return _Answer(HTTPStatus.OK, metrics.render(), TEXT_FORMAT)
        case "/healthz":
            return _told(vitals.stalled(), "ok")
        case "/readyz":
            return _told(vitals.problems(), "ready")
    return _Answer(HTTPStatus.NOT_FOUND, b"there are /metrics, /healthz and /readyz\n")


def _told(problems: list[str], otherwise: str) -> _Answer:
    status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
    return _Answer(status, ("\n".join(problems) or otherwise).encode() + b"\n")
