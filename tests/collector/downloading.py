"""The downloader before a server that says what a test tells it."""

import socket

from services.collector.capture import Captured, Plan
from services.collector.download import Downloader
from shared.clock import utc_now
from tests.fakes.raw_server import RawServer, Talk, head_of

FEED = "https://feeds.qinghe.example/news.xml"
PLAIN = "http://feeds.qinghe.example/news.xml"
LIMIT = 100_000


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
