"""A secret over the wire: shown to one host, in one body, and to nobody it leads to."""

import json
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.collector.capture import Captured
from services.collector.download import Downloader
from services.collector.owners.desk import HOSTS, Desk
from services.collector.owners.options import OwnerAccount
from services.collector.owners.wechat_days import WechatDays
from shared.clock import utc_now
from shared.errors import InputError
from shared.events import Outcome
from shared.storage.store import Store, open_store
from tests.builders import NOW
from tests.collector.downloading import LIMIT, answer
from tests.fakes.raw_server import RawServer, Talk, head_of
from tests.fakes.wechat_api import APP, SECRET, WechatApi, article

PLAIN = "http://api.weixin.qq.com"
URL = f"{PLAIN}/cgi-bin/stable_token?access_token=TOKEN"
BODY = json.dumps({"secret": SECRET}).encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    yield store
    store.close()


def post(talk: Talk, url: str = URL, seconds: float = 10) -> Captured:
    with RawServer(talk) as server:
        downloader = Downloader(utc_now, proxy=server.url, timeout_seconds=seconds, max_body_bytes=LIMIT)
        return downloader.post(url, BODY, HOSTS)


def test_tokens_days_and_what_was_published_come_over_the_wire(store: Store) -> None:
    api = WechatApi(utc_now)
    day = date(2026, 11, 20)
    api.articles[day] = [article(day, 100)]
    with RawServer(api.talk) as server:
        poster = Downloader(utc_now, proxy=server.url, timeout_seconds=10)
        desk = Desk(poster, store.owners, utc_now, site=PLAIN)
        owner = OwnerAccount(app_id=APP, secret=SecretStr(SECRET))
        captured = WechatDays(desk).captured("wechat/1", owner, NOW)
    assert captured.failure is None, captured.reason
    assert [json.loads(one.body).get("list", [{}])[0].get("msgid") for one in captured.captures] == ["100_1", None]
    assert all("token" not in (one.url or "") for one in captured.captures)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_no_redirect_is_followed_with_a_secret(status: str) -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(head_of(connection))
        connection.sendall(answer(b"", "Location: http://api.weixin.qq.com/elsewhere", status=status))

    captured = post(talk)
    assert (captured.failure, captured.reason) == (Outcome.NETWORK, "接口要求跳转，没有照办")
    assert len(asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://api.weixin.qq.com.evil.example/x?access_token=TOKEN",
        "http://mp.weixin.qq.com/x?access_token=TOKEN",
        "http://127.0.0.1/x?access_token=TOKEN",
        "http://user@evil.example/x?access_token=TOKEN",
        "ftp://api.weixin.qq.com/x?access_token=TOKEN",
    ],
)
def test_no_other_host_is_asked_and_the_token_is_not_quoted(url: str) -> None:
    with pytest.raises(InputError) as caught:
        Downloader(utc_now).post(url, BODY, HOSTS)
    assert "TOKEN" not in str(caught.value)


def test_an_answer_without_end_is_given_up() -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    assert post(talk).reason == "应答过大，已放弃"


def test_an_answer_that_is_announced_too_large_is_not_read() -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")

    assert post(talk).failure is Outcome.NETWORK


def test_an_answer_that_is_cut_short_is_no_answer() -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"list": [')

    captured = post(talk)
    assert captured.failure is Outcome.NETWORK
    assert captured.captures == ()


def test_what_is_posted_is_json_and_the_query_stays_with_the_host() -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        head = head_of(connection)
        while not head.endswith(BODY):
            head += connection.recv(65_536)
        asked.append(head)
        connection.sendall(answer(b"{}"))

    captured = post(talk)
    assert asked[0].startswith(b"POST http://api.weixin.qq.com/cgi-bin/stable_token?access_token=TOKEN HTTP/1.1\r\n")
    assert b"content-type: application/json" in asked[0].lower()
    assert captured.captures[0].url == captured.final_url == f"{PLAIN}/cgi-bin/stable_token"
