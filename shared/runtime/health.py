"""`/metrics`, `/healthz` and `/readyz` of every service, on one small HTTP server."""

from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from shared.errors import InputError, TransientError
from shared.runtime.metrics import TEXT_FORMAT, Metrics

Check = Callable[[], None]


class HealthServer:
    """Serves until closed. `/readyz` runs every check (bus, database) and answers 503 with the sentence of what fails.

    Raises InputError when the port cannot be had.
    """

    def __init__(self, host: str, port: int, metrics: Metrics, checks: Iterable[Check]) -> None:
        try:
            self._server = ThreadingHTTPServer((host, port), _handler(metrics, tuple(checks)))
        except OSError as error:
            remedy = "set XUNJIAN_METRICS_PORT to a free port, or to 0 for any"
            raise InputError(f"metrics_port {port}", f"{error.strerror or error}; {remedy}") from error
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(metrics: Metrics, checks: tuple[Check, ...]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content_type, body = _answer(self.path, metrics, checks)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Scrapes every few seconds are no news."""

    return Handler


def _answer(path: str, metrics: Metrics, checks: tuple[Check, ...]) -> tuple[int, str, bytes]:
    match path.partition("?")[0]:
        case "/metrics":
            return 200, TEXT_FORMAT, metrics.render()
        case "/healthz":
            return 200, "text/plain; charset=utf-8", b"ok\n"
        case "/readyz":
            problems = _problems(checks)
            text = "\n".join(problems) or "ready"
            return (503 if problems else 200), "text/plain; charset=utf-8", f"{text}\n".encode()
    return 404, "text/plain; charset=utf-8", b"there are /metrics, /healthz and /readyz\n"


def _problems(checks: tuple[Check, ...]) -> list[str]:
    problems = []
    for check in checks:
        try:
            check()
        except TransientError as error:
            problems.append(str(error))
    return problems
