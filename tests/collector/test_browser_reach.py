"""What a real Chromium reaches when it was told its hosts, straight and behind a proxy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from playwright import sync_api as pw

from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.proxy import proxy_of
from services.collector.browser.reach import can_be_told, reach_arguments
from services.collector.browser.starting import launched

pytestmark = pytest.mark.browser
needs_browser = pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium")

BEYOND = "http://other.localhost:{port}/beyond.js", "http://127.0.0.1:{port}/beyond.js"


class _Hosts(BaseHTTPRequestHandler):
    """Whatever it is asked for, straight or as a proxy. Its page loads scripts from its own host, from another and from
    a bare address, and one that is redirected to each of them; it notes who was asked."""

    asked: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        host = (self.headers["Host"] or "").partition(":")[0]
        self.asked.add(host)
        beyond = [address.format(port=self.connection.getsockname()[1]) for address in BEYOND]
        if "/away" in self.path:
            self._answer(302, "text/plain", "", {"Location": beyond[int(self.path[-1])]})
        elif self.path.endswith(".js"):
            self._answer(200, "text/javascript", "")
        else:
            sources = ["/own.js", *beyond, "/away0", "/away1"]
            self._answer(200, "text/html", "".join(f"<script src='{source}'></script>" for source in sources))

    def _answer(self, status: int, kind: str, body: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has in http.server
        """Nobody reads it."""


@pytest.fixture
def port() -> Iterator[int]:
    _Hosts.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hosts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@contextmanager
def a_page(settings: BrowserSettings, reach: tuple[str, ...]) -> Iterator[pw.Page]:
    with pw.sync_playwright() as playwright:
        chromium = launched(playwright, settings, reach, window=False)
        yield chromium.new_page()
        chromium.close()


@needs_browser
@pytest.mark.parametrize(
    ("reach", "asked"), [((), {"localhost", "other.localhost", "127.0.0.1"}), (("localhost",), {"localhost"})]
)
def test_without_a_proxy_a_page_reaches_the_hosts_that_are_named_and_no_address(
    port: int, reach: tuple[str, ...], asked: set[str]
) -> None:
    with a_page(BrowserSettings(), reach) as page:
        page.goto(f"http://localhost:{port}/", wait_until="load")
    assert _Hosts.asked == asked


@needs_browser
@pytest.mark.parametrize(
    ("reach", "asked"),
    [(("weibo.example",), {"weibo.example"}), (("*.example", "weibo.example"), {"weibo.example", "img.weibo.example"})],
)
def test_behind_a_proxy_too(port: int, reach: tuple[str, ...], asked: set[str]) -> None:
    settings = BrowserSettings(proxy=f"http://127.0.0.1:{port}")
    with a_page(settings, reach) as page:
        page.goto("http://weibo.example/", wait_until="load")
        page.evaluate("fetch('http://img.weibo.example/x.js', {mode: 'no-cors'}).catch(() => null)")
        with pytest.raises(pw.Error):
            page.goto("http://notweibo.other/")
        with pytest.raises(pw.Error):
            page.goto(f"http://127.0.0.1:{port}/")
    assert _Hosts.asked == asked


def test_an_ipv6_address_of_a_proxy_keeps_its_brackets() -> None:
    """So Chromium asks it; not every machine that runs this has IPv6."""
    resolving, _ = reach_arguments(("weibo.example",), "http://[fd00::1]:3128")
    assert resolving == "--host-resolver-rules=MAP egress.invalid [fd00::1],MAP * ~NOTFOUND"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://10.0.0.1", "http://10.0.0.1:80"),
        ("https://proxy.example.cn/", "https://proxy.example.cn:443"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
    ],
)
def test_a_proxy_is_where_its_address_says(url: str, server: str) -> None:
    assert proxy_of(url) == {"server": server}


def test_a_proxy_that_asks_for_a_password_is_left_to_the_driver() -> None:
    assert not can_be_told("http://user:word@10.0.0.1:3128")
    assert reach_arguments(("*.weibo.cn",), "http://user:word@10.0.0.1:3128") == []


def test_who_names_no_hosts_reaches_any() -> None:
    assert reach_arguments((), None) == reach_arguments((), "http://10.0.0.1:3128") == []
