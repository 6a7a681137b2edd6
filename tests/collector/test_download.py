"""The downloader against the stand-in: what it asks, what comes, and what may not be opened."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.world import DemoAccount, DemoPost, World
from services.collector.capture import Plan
from services.collector.download import Downloader
from shared.clock import utc_now
from shared.errors import InputError
from shared.events import Outcome
from tests.collector.downloading import FEED, PLAIN, answer, ask, told
from tests.fakes.raw_server import head_of


@pytest.fixture
def net() -> Internet:
    posts = tuple(DemoPost(at=utc_now(), text=f"第{number}条。") for number in range(3))
    return Internet(World([DemoAccount("feed", "qinghe-news", "青禾要闻", "示例单位", posts)]))


@pytest.fixture
def downloader(net: Internet) -> Iterator[Downloader]:
    with Proxy(net) as proxy:
        yield Downloader(utc_now, proxy=proxy.url, proxy_spki=proxy.spki)


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


def test_plain_http_goes_through_the_proxy_too(downloader: Downloader, net: Internet) -> None:
    first = downloader.visit("feed", Plan(fetch=(PLAIN,)), ())
    assert first.failure is None
    assert first.captures[0].url == PLAIN


@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_a_wish_is_heard_with_refusals_only(status: int) -> None:
    look = ask(told(answer(b"", "Retry-After: 99999999999999999999", status=f"{status} X")))
    assert look.captures[0].status == status
    assert look.retry_after_seconds == (None if status == 200 else 86_400)
