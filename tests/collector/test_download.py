"""The downloader against the stand-in, and against servers that mean harm: never more time, bytes or reach than stated."""

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.world import DemoAccount, DemoPost, World
from services.collector.capture import Captured, Plan
from services.collector.download import Downloader
from shared.clock import utc_now
from shared.errors import InputError
from shared.events import Outcome
from tests.fakes.raw_server import RawServer, Talk, head_of

FEED = "https://feeds.qinghe.example/news.xml"
PLAIN = "http://feeds.qinghe.example/news.xml"
LIMIT = 100_000


@pytest.fixture
def net() -> Internet:
    posts = tuple(DemoPost(at=utc_now(), text=f"第{number}条。") for number in range(3))
    return Internet(World([DemoAccount("feed", "qinghe-news", "青禾要闻", "示例单位", posts)]))


@pytest.fixture
def downloader(net: Internet) -> Iterator[Downloader]:
    with Proxy(net) as proxy:
        yield Downloader(utc_now, proxy=proxy.url, proxy_spki=proxy.spki)


def told(answer: bytes) -> Talk:
    """A server that says this and hangs up."""

    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(answer)

    return talk


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def ask(talk: Talk, seconds: float = 30, url: str = PLAIN) -> Captured:
    """Every host is behind the fake server, which poses as the egress proxy."""
    with RawServer(talk) as server:
        downloader = Downloader(utc_now, proxy=server.url, timeout_seconds=seconds, max_body_bytes=LIMIT)
        return downloader.visit("feed", Plan(fetch=(url,)), ())


def test_a_feed_is_fetched(downloader: Downloader) -> None:
    look = downloader.visit("feed", Plan(fetch=(FEED,)), ())
    assert look.failure is None
    assert look.final_url == FEED
    (capture,) = look.captures
    assert capture.status == 200
    assert b"<rss" in capture.body
    assert look.clock_offset is not None
    assert abs(look.clock_offset) < timedelta(minutes=1)


@pytest.mark.parametrize(("behaviour", "failure"), [("huge", Outcome.NETWORK), ("reset", Outcome.NETWORK)])
def test_a_feed_that_does_not_come_is_a_failure(
    downloader: Downloader, net: Internet, behaviour: str, failure: Outcome
) -> None:
    net.world.behave("feed", behaviour)
    look = downloader.visit("feed", Plan(fetch=(FEED,)), ())
    assert look.failure is failure
    assert look.captures == ()


def test_a_feed_may_not_lead_inside(downloader: Downloader, net: Internet) -> None:
    net.world.behave("feed", "to_private")
    look = downloader.visit("feed", Plan(fetch=(FEED,)), ())
    assert look.failure is Outcome.NETWORK
    assert look.reason == "跳转被拒绝：网址指向内网地址"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://１２７.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "http://169.254.169.254/latest/",
        "file:///etc/passwd",
        "http://feeds.qinghe.example:22/",
    ],
)
def test_an_address_that_may_not_be_opened_is_the_ledgers_mistake(
    downloader: Downloader, net: Internet, url: str
) -> None:
    with pytest.raises(InputError, match="台账"):
        downloader.visit("feed", Plan(fetch=(url,)), ())
    assert not net.seen


def test_what_is_asked_is_what_a_browser_would_ask() -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(head_of(connection))
        connection.sendall(answer(b"ok"))

    look = ask(talk, url="http://ＦＥＥＤＳ.政务。中国:8080/要闻/a b?名=值&x=%41#顶".replace(" ", "%20"))
    assert look.failure is None
    line, *headers = asked[0].decode().split("\r\n")
    assert line.startswith(
        "GET http://feeds.xn--zfr164b.xn--fiqs8s:8080/%E8%A6%81%E9%97%BB/a%20b?%E5%90%8D=%E5%80%BC&x=%41 "
    )
    assert "Host: feeds.xn--zfr164b.xn--fiqs8s:8080" in headers
    assert "Accept-Encoding: gzip, deflate" in headers


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


def test_plain_http_goes_through_the_proxy_too(downloader: Downloader, net: Internet) -> None:
    first = downloader.visit("feed", Plan(fetch=(PLAIN,)), ())
    assert first.failure is None
    assert first.captures[0].url == PLAIN


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


@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_a_wish_is_heard_with_refusals_only(status: int) -> None:
    look = ask(told(answer(b"", "Retry-After: 99999999999999999999", status=f"{status} X")))
    assert look.captures[0].status == status
    assert look.retry_after_seconds == (None if status == 200 else 86_400)


# What is packed


def deflated(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(wbits=window)
    return packer.compress(body) + packer.flush()


BODY = b"<rss>" + bytes(range(256)) * 100 + b"</rss>"


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        (BODY, "identity"),
        (BODY, "utf-8"),
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), "X-GZIP"),
        (gzip.compress(BODY[:99]) + gzip.compress(BODY[99:]), "gzip"),
        (gzip.compress(BODY) + b"\x00 padding", "gzip"),
        (deflated(BODY, 15), "deflate"),
        (deflated(BODY, -15), "deflate"),
        (gzip.compress(deflated(BODY, 15)), "deflate, gzip"),
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_what_is_packed_is_unpacked(packed: bytes, coding: str, piece: int) -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        pieces = [packed[at : at + piece] for at in range(0, len(packed), piece)]
        connection.sendall(b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in pieces) + b"0\r\n\r\n")

    look = ask(talk)
    assert look.failure is None, look.reason
    assert look.captures[0].body == BODY


def test_an_empty_body_is_empty_whatever_its_coding() -> None:
    assert ask(told(answer(b"", "Content-Encoding: gzip"))).captures[0].body == b""


@pytest.mark.parametrize(
    ("packed", "coding", "reason"),
    [
        (gzip.compress(b" " * 50_000_000), "gzip", "过大"),
        (gzip.compress(b" " * 90_000) * 3, "gzip", "过大"),
        (gzip.compress(gzip.compress(b" " * 50_000_000)), "gzip, gzip", "过大"),
        (deflated(b" " * 50_000_000, -15), "deflate", "过大"),
        (gzip.compress(gzip.compress(gzip.compress(b"x"))), "gzip, gzip, gzip", "无法识别"),
        (b"\x0b\x02\x80<rss/>\x03", "br", "无法识别"),
        (b"<rss/>", "gzip", "解压失败"),
        (b"\xff\xff\xff", "deflate", "解压失败"),
        (gzip.compress(BODY)[:-9], "gzip", "不完整"),
        (gzip.compress(BODY)[:-4] + b"\0\0\0\0", "gzip", "解压失败"),
    ],
)
def test_a_bomb_or_a_broken_packing_is_given_up(packed: bytes, coding: str, reason: str) -> None:
    look = ask(told(answer(packed, f"Content-Encoding: {coding}")))
    assert look.failure is Outcome.NETWORK
    assert look.reason
    assert reason in look.reason


# What does harm


def endless(first: bytes, more: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(first)
        while True:
            connection.sendall(more)

    return talk


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        pytest.param(endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65_536), "过大", id="endless body"),
        pytest.param(
            endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 9_999),
            "过大",
            id="chunks",
        ),
        pytest.param(
            endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 65_536), "HTTP", id="chunk line"
        ),
        pytest.param(endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: x\r\n" * 999), "HTTP", id="endless headers"),
        pytest.param(endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65_536), "HTTP", id="endless header"),
        pytest.param(endless(b"HTTP/1.1 200 ", b"x" * 65_536), "HTTP", id="endless status line"),
        pytest.param(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999), "过大", id="1xx flood"),
        pytest.param(told(answer(b"", "Content-Length: 99999999999999999999")), "HTTP", id="two lengths"),
        pytest.param(told(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"), "过大", id="announced"),
        pytest.param(
            told(b"HTTP/1.1 200 OK\r\nContent-Length: 9" + b"9" * 5000 + b"\r\n\r\n"), "HTTP", id="5000 digits"
        ),
        pytest.param(told(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "HTTP", id="negative length"),
        pytest.param(told(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<rss"), "不完整", id="too short"),
        pytest.param(
            told(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<rss\r\n"), "不完整", id="no last chunk"
        ),
        pytest.param(told(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "HTTP", id="no chunk size"),
        pytest.param(told(b"<rss>\n<channel>HTTP/0.9</channel></rss>\n"), "不完整", id="HTTP/0.9"),
        pytest.param(told(b"\x15\x03\x01\x00\x02\x02\x50"), "HTTP", id="TLS garbage"),
        pytest.param(told(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "HTTP", id="101"),
        pytest.param(told(b"HTTP/1.1 999999 X\r\n\r\n"), "HTTP", id="status"),
        pytest.param(told(b""), "不完整", id="nothing"),
    ],
)
def test_a_hostile_answer_is_a_failure_with_a_reason(talk: Talk, reason: str) -> None:
    look = ask(talk)
    assert look.failure is Outcome.NETWORK, look
    assert look.reason
    assert reason in look.reason


def test_103_and_102_are_passed_over() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    assert ask(told(hints + answer(b"<rss/>"))).captures[0].body == b"<rss/>"


def test_an_answer_that_ends_with_its_connection_is_whole() -> None:
    assert ask(told(b"HTTP/1.0 200 OK\r\n\r\n<rss/>")).captures[0].body == b"<rss/>"


def test_odd_bytes_in_headers_do_no_harm() -> None:
    look = ask(told(answer("要闻".encode("gb18030"), "Content-Type: text/xml; charset=\u00ffk-9", "X: \u0080", "x: 2")))
    assert look.captures[0].headers["x"] == "Â\x80, 2"
    assert look.captures[0].body == "要闻".encode("gb18030")


def test_a_connection_cut_in_the_middle_is_a_failure() -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<rss")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    look = ask(talk)
    assert look.failure is Outcome.NETWORK
    assert look.reason


def dripping(first: bytes, drop: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(first)
        while True:
            connection.sendall(drop)
            time.sleep(0.02)

    return talk


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b" "), id="body"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nX: ", b"x"), id="header"),
        pytest.param(dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="1xx"),
        pytest.param(dripping(answer(b"", "Content-Encoding: gzip", status="200 OK")[:-2], b""), id="silence"),
        pytest.param(
            dripping(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"")), id="empty gzip members"
        ),
    ],
)
def test_the_whole_visit_has_one_time_limit(talk: Talk) -> None:
    look = ask(talk, seconds=0.4)
    assert look.failure is Outcome.TIMEOUT
    assert look.reason == "连接超时"


def test_redirects_share_the_time_limit() -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        time.sleep(0.3)
        connection.sendall(answer(b"", "Location: /again", status="302 Found"))

    assert ask(talk, seconds=0.8).failure is Outcome.TIMEOUT


def test_a_tls_handshake_that_drips_is_ended() -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        connection.recv(65_536)
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while True:
            connection.sendall(b"\x02")
            time.sleep(0.02)

    assert ask(talk, seconds=0.4, url=FEED).failure is Outcome.TIMEOUT


def test_no_thread_and_no_connection_is_left() -> None:
    ended = threading.Event()

    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        with suppress(ConnectionResetError):
            connection.recv(1)
        ended.set()

    with RawServer(talk) as server:
        look = Downloader(utc_now, proxy=server.url).visit("feed", Plan(fetch=(PLAIN,)), ())
        assert look.failure is Outcome.NETWORK
        assert ended.wait(30)
    for thread in threading.enumerate():
        if thread.name == "look-up":
            thread.join(30)
            assert not thread.is_alive()
