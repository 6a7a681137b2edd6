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
from shared.runtime.hooks import Hooks, Reply
from shared.runtime.http_request import REQUEST_SECONDS, Head, read_head
from shared.runtime.metrics import TEXT_FORMAT, Metrics
from shared.runtime.vitals import Vitals

log = structlog.get_logger(__name__)

MAX_CONNECTIONS = 256
_PLAIN = "text/plain; charset=utf-8"


class HealthServer:
    """Serves until closed. Raises InputError when the port cannot be had.

    `/healthz`: 503 when a run loop is stuck. `/readyz`: 503 with a sentence for whatever fails, one a line.
    """

    def __init__(self, host: str, port: int, metrics: Metrics, vitals: Vitals, hooks: Hooks | None = None) -> None:
        """`hooks`: what may be POSTed; null: nothing."""
        try:
            self._server = _Server((host, port), _handler(metrics, vitals, hooks or Hooks({}, time.monotonic)))
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


def _handler(metrics: Metrics, vitals: Vitals, hooks: Hooks) -> type[BaseRequestHandler]:
    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # whoever hangs up, or is too slow, wants no answer
                if (head := read_head(self.request)) is not None:
                    answer = _posted(head, self.request, hooks) if head.method == "POST" else None
                    _send(self.request, head, answer or _answer(head, metrics, vitals))
                    _hear_out(self.request, head)

    return Handler


def _send(connection: socket.socket, head: Head, answer: _Answer) -> None:
    told = (
        f"HTTP/1.0 {answer.status.value} {answer.status.phrase}\r\nContent-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(answer.body)}\r\nConnection: close\r\n\r\n"
    )
    connection.settimeout(REQUEST_SECONDS)
    connection.sendall(told.encode("ascii") + (b"" if head.method == "HEAD" else answer.body))


def _hear_out(connection: socket.socket, head: Head) -> None:
    """Whoever is still sending what we refused reads no answer before it is sent, and none at all if we hang up."""
    if head.method == "POST":
        connection.shutdown(socket.SHUT_WR)
        head.drop_rest(connection)


def _posted(head: Head, connection: socket.socket, hooks: Hooks) -> _Answer | None:
    """Null for what nobody may POST to."""
    if not head.path.startswith("/hooks/"):
        return None
    reply = hooks.refusal(head.path, head.headers)
    if reply is None:
        body = head.body(connection)
        # Not 408: Alertmanager gives up what is refused with a 4xx.
        late = Reply(HTTPStatus.SERVICE_UNAVAILABLE, f"{REQUEST_SECONDS:g} 秒内没有收全，请检查网络，稍后再发")
        reply = late if body is None else hooks.take(head.path, body)
    return _Answer(reply.status, reply.words.encode() + b"\n")


def _answer(head: Head, metrics: Metrics, vitals: Vitals) -> _Answer:
    if head.method not in ("GET", "HEAD"):
        return _Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"GET or HEAD\n")
    match head.path:
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
