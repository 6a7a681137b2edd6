"""Redirects lead where a browser would go, are checked like the first address, and end."""

import socket

import pytest

from services.collector.capture import Plan
from services.collector.download import Downloader
from shared.clock import utc_now
from shared.events import Outcome
from tests.collector.downloading import PLAIN, answer, ask, told
from tests.fakes.raw_server import RawServer, head_of


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/new.xml", "http://feeds.qinghe.example/new.xml"),
        ("new.xml", "http://feeds.qinghe.example/new.xml"),
        ("?page=2", "http://feeds.qinghe.example/news.xml?page=2"),
        ("../a/../b.xml", "http://feeds.qinghe.example/b.xml"),
        ("//other.example/x", "http://other.example/x"),
        ("http://other.example:8080/x#top", "http://other.example:8080/x"),
        ("HTTP://OTHER.example", "http://other.example/"),
        ("/a b.xml", "http://feeds.qinghe.example/a%20b.xml"),
        ("/要闻.xml", "http://feeds.qinghe.example/%E8%A6%81%E9%97%BB.xml"),
        ("http://政务.中国/", "http://xn--zfr164b.xn--fiqs8s/"),
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_leads_where_a_browser_would_go(location: str, asked: str, status: str) -> None:
    heads: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        first = len(heads) == 1
        body = "\r\n".join([f"HTTP/1.1 {status}", f"Location: {location}", "Content-Length: 0", "", ""]).encode()
        connection.sendall(body if first else answer(b"<rss/>"))

    look = ask(talk)
    assert look.failure is None
    assert look.captures[0].body == b"<rss/>"
    assert heads[1].split()[1].decode() == asked


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://10.0.0.5/", "内网"),
        ("http://１０.0.0.5/", "内网"),
        ("//localhost/", "内网"),
        ("http://0x7f.1/", "内网"),
        ("file:///etc/passwd", "http"),
        ("javascript:alert(1)", "http"),
        ("http://user@other.example/", "格式"),
        ("http:\\\\10.0.0.5\\", "格式"),
        ("http://[::1", "格式"),
        ("http://other.example:25/", "端口"),
    ],
)
def test_a_redirect_is_checked_like_the_first_address(location: str, reason: str) -> None:
    look = ask(told(answer(b"", f"Location: {location}", status="302 Found")))
    assert look.failure is Outcome.NETWORK
    assert look.reason
    assert look.reason.startswith("跳转被拒绝：")
    assert reason in look.reason


def test_what_a_firewall_hands_out_is_brought_back_to_its_host_only() -> None:
    heads: list[bytes] = []
    replies = [
        answer(b"", "Location: /", "Set-Cookie: pass=1%; Path=/; HttpOnly", "Set-Cookie: b=", status="302 Found"),
        answer(b"", "Location: http://other.example/", "Set-Cookie: pass=2", "Set-Cookie: junk", status="302 Found"),
        answer(b"<rss/>"),
    ]

    def talk(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(replies[len(heads) - 1])

    assert ask(talk).failure is None
    assert b"Cookie" not in heads[0]
    assert b"\r\nCookie: pass=1%; b=\r\n" in heads[1]
    assert b"Cookie" not in heads[2]


def test_cookies_without_end_are_not_kept() -> None:
    heads: list[bytes] = []
    many = [f"Set-Cookie: c{number}={'x' * 3_000}" for number in range(25)]

    def talk(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(answer(b"", "Location: /", *many, status="302 Found"))

    assert ask(talk).reason == "跳转超过3次"
    assert len(heads[3]) < 70_000


def test_redirects_end_after_three() -> None:
    with RawServer(told(answer(b"", "Location: /again", status="302 Found"))) as server:
        look = Downloader(utc_now, proxy=server.url).visit("feed", Plan(fetch=(PLAIN,)), ())
        assert server.connections == 4
    assert look.reason == "跳转超过3次"


def test_a_redirect_to_nowhere_is_an_answer() -> None:
    assert ask(told(answer(b"moved", status="301 Moved"))).captures[0].status == 301
