"""Servers that mean harm get no more time, bytes or threads than stated."""

import gzip
import socket
import struct
import threading
import time
from contextlib import suppress

import pytest

from services.collector.capture import Plan
from services.collector.download import Downloader
from shared.clock import utc_now
from shared.events import Outcome
from tests.collector.downloading import FEED, PLAIN, answer, ask, told
from tests.fakes.raw_server import RawServer, Talk, head_of


def endless(first: bytes, more: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(first)
        while True:
            connection.sendall(more)

    return talk


@pytest.mark.fault(19)
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


@pytest.mark.fault(19)
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


@pytest.mark.fault(19)
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
