"""Whom the downloader connects to and whom it believes: addresses pinned after one look-up, certificates by name."""

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.collector.capture import Captured, Plan
from services.collector.download import Downloader
from shared.clock import utc_now
from shared.errors import InputError
from shared.events import Outcome
from tests.fakes.certificates import Identity, identity, server_context
from tests.fakes.raw_server import RawServer, Talk, head_of

HOST = "feeds.qinghe.example"
PUBLIC, OTHER, INNER = "93.184.216.34", "2400:3200::1", "10.0.0.5"


class Dns:
    """Stands in for the name servers and for the way to public addresses, all of which end at one local port."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.connected: list[str] = []
        self.port = 0
        self.unreachable: set[str] = set()
        self._connect: Callable[..., socket.socket] = socket.create_connection
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)
        monkeypatch.setattr(socket, "create_connection", self._reach)

    def _look_up(self, host: str, port: None, **_: Any) -> list[Any]:
        self.asked.append(host)
        found = self.answers.pop(0) if self.answers else []
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    def _reach(self, address: tuple[str, int], timeout: float | None = None, **_: Any) -> socket.socket:
        self.connected.append(address[0])
        if address[0] in self.unreachable:
            raise ConnectionRefusedError(111, "Connection refused")
        connection = socket.socket()
        connection.settimeout(timeout)
        connection.connect(("127.0.0.1", self.port))
        return connection


def visit(url: str, **options: Any) -> Captured:
    return Downloader(utc_now, **options).visit("feed", Plan(fetch=(url,)), ())


def says(*answers: bytes) -> Talk:
    left = list(answers)

    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(left.pop(0))

    return talk


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>"


def to(place: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    dns = Dns(monkeypatch, [PUBLIC], [INNER])  # the second look-up, which never comes, would lead inside
    with RawServer(says(OK)) as server:
        dns.port = server.port
        look = visit(f"http://{HOST}/news.xml")
    assert look.captures[0].body == b"<rss/>"
    assert (dns.asked, dns.connected) == ([HOST], [PUBLIC])


@pytest.mark.parametrize("inner", [INNER, "127.0.0.1", "::1", "::ffff:10.0.0.5", "fe80::1%eth0", "169.254.169.254"])
def test_a_name_that_leads_inside_is_never_connected_to(monkeypatch: pytest.MonkeyPatch, inner: str) -> None:
    dns = Dns(monkeypatch, [PUBLIC, inner])
    with pytest.raises(InputError, match="内网"):
        visit(f"http://{HOST}/news.xml")
    assert dns.connected == []


def test_a_redirect_to_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    dns = Dns(monkeypatch, [PUBLIC], [INNER])
    with RawServer(says(to(f"http://{HOST}/news.xml"))) as server:
        dns.port = server.port
        look = visit(f"http://{HOST}/news.xml")  # the very same name, now pointing elsewhere
    assert look.reason == "跳转被拒绝：网址指向内网地址"
    assert dns.connected == [PUBLIC]


def test_the_next_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    dns = Dns(monkeypatch, [OTHER, PUBLIC])
    dns.unreachable = {OTHER}
    with RawServer(says(OK)) as server:
        dns.port = server.port
        assert visit(f"http://{HOST}/").failure is None
    assert dns.connected == [OTHER, PUBLIC]


def test_a_name_with_very_many_addresses_is_tried_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"93.184.216.{number}" for number in range(1, 200)]
    dns = Dns(monkeypatch, many)
    dns.unreachable = set(many)
    look = visit(f"http://{HOST}/")
    assert look.reason == "网络不通（ECONNREFUSED）"
    assert len(dns.connected) == 4


def test_an_unknown_name_is_a_network_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    Dns(monkeypatch)
    look = visit(f"http://{HOST}/")
    assert look.failure is Outcome.NETWORK
    assert look.reason == "网络不通（域名无法解析）"


def test_name_servers_that_do_not_answer_are_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def late(*_: Any, **__: Any) -> list[Any]:
        answered.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", late)
    try:
        assert visit(f"http://{HOST}/", timeout_seconds=0.2).failure is Outcome.TIMEOUT
    finally:
        answered.set()


def test_a_dead_proxy_is_a_network_failure() -> None:
    look = visit(f"http://{HOST}/", proxy="http://127.0.0.1:9")
    assert look.reason == "网络不通（ECONNREFUSED）"


def test_a_proxy_that_refuses_says_so_and_is_given_its_password() -> None:
    heads: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with RawServer(talk) as server:
        look = visit(f"https://{HOST}/", proxy=f"http://user:p%40ss@127.0.0.1:{server.port}")
    assert look.reason == "网络不通（代理应答407）"
    assert b"Proxy-Authorization: Basic dXNlcjpwQHNz" in heads[0]


# Certificates


def over_tls(context: ssl.SSLContext, tunnel: bool) -> Talk:
    def talk(connection: socket.socket) -> None:
        if tunnel:
            head_of(connection)
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            if head_of(secure):
                secure.sendall(OK)

    return talk


def through_proxy(folder: Path, spki: str | None, own: Identity, *others: Identity) -> Captured:
    with RawServer(over_tls(server_context(folder, own, *others), tunnel=True)) as server:
        return visit(f"https://{HOST}/", proxy=server.url, proxy_spki=spki)


def test_a_certificate_is_checked_by_name_though_the_address_is_pinned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = identity("authority", is_authority=True)
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    for name, reason in ((HOST, None), ("other.example", "网络不通（证书不可信）")):
        dns = Dns(monkeypatch, [PUBLIC])
        context = server_context(tmp_path, identity(name, authority))
        asked: list[str | None] = []
        context.sni_callback = lambda _socket, server_name, _context, asked=asked: asked.append(server_name)
        with RawServer(over_tls(context, tunnel=False)) as server:
            dns.port = server.port
            assert visit(f"https://{HOST}/").reason == reason
        assert asked == [HOST]


@pytest.mark.parametrize("spki", [None, "A" * 43 + "="])
def test_a_proxy_with_an_unknown_key_is_not_trusted(tmp_path: Path, spki: str | None) -> None:
    look = through_proxy(tmp_path, spki, identity(HOST))
    assert look.failure is Outcome.NETWORK
    assert look.reason == "网络不通（证书不可信）"


def test_the_pinned_key_is_trusted_for_itself(tmp_path: Path) -> None:
    own = identity(HOST)
    assert through_proxy(tmp_path, own.spki, own).failure is None


def test_the_pinned_key_is_trusted_for_what_it_signed(tmp_path: Path) -> None:
    authority = identity("proxy", is_authority=True)
    between = identity("between", authority, is_authority=True)
    assert through_proxy(tmp_path, authority.spki, identity(HOST, authority), authority).failure is None
    assert through_proxy(tmp_path, authority.spki, identity(HOST, between), between, authority).failure is None
    assert through_proxy(tmp_path, between.spki, identity(HOST, between), between).failure is None


def test_showing_the_pinned_certificate_is_not_owning_its_key(tmp_path: Path) -> None:
    authority = identity("proxy", is_authority=True)
    own = identity(HOST)
    for thief in (identity(HOST), identity(HOST, identity("proxy", is_authority=True))):
        assert through_proxy(tmp_path, authority.spki, thief, authority).reason == "网络不通（证书不可信）"
        assert through_proxy(tmp_path, own.spki, thief, own).reason == "网络不通（证书不可信）"


def test_the_pinned_key_is_not_trusted_for_another_name_or_after_its_time(tmp_path: Path) -> None:
    other = identity("other.example")
    assert through_proxy(tmp_path, other.spki, other).reason == "网络不通（证书不可信）"
    old = identity(HOST, until=datetime(2021, 1, 1, tzinfo=UTC))
    assert through_proxy(tmp_path, old.spki, old).reason == "网络不通（证书不可信）"


def test_the_pinned_key_is_learned_once(tmp_path: Path) -> None:
    own = identity(HOST)
    with RawServer(over_tls(server_context(tmp_path, own), tunnel=True)) as server:
        downloader = Downloader(utc_now, proxy=server.url, proxy_spki=own.spki)
        for connections in (3, 4):
            assert downloader.visit("feed", Plan(fetch=(f"https://{HOST}/",)), ()).failure is None
            assert server.connections == connections


def test_garbage_instead_of_tls_is_a_network_failure() -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        connection.recv(65_536)
        connection.sendall(b"<html>not TLS at all</html>" * 9)

    with RawServer(talk) as server:
        assert visit(f"https://{HOST}/", proxy=server.url).reason == "网络不通（加密连接失败）"
