"""Bridges over real HTTP: alive, frozen, logged out, in error, answering from a cache."""

import json
import socket
from datetime import timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from services.collector.bridges import Bridges, BridgeSettings
from services.collector.capture import Captured, Plan, Reading
from services.collector.download import Downloader
from services.collector.platforms.base import Platform
from shared.clock import utc_now
from shared.events import Coverage, Outcome
from shared.plugins import discover
from tests.builders import an_account
from tests.collector.downloading import answer
from tests.fakes.raw_server import RawServer, head_of

BASE = "http://bridge.qinghe.example"
FEED, CONTROL = f"{BASE}/feeds/1001.rss", f"{BASE}/feeds/control.rss"
KEY = "abcdefg-secret"


def rss(hours_ago: float, name: str = "青禾发布") -> bytes:
    at = utc_now() - timedelta(hours=hours_ago)
    item = f"<item><title>要闻</title><link>{BASE}/{hours_ago}</link><pubDate>{format_datetime(at)}</pubDate></item>"
    built = f"<lastBuildDate>{format_datetime(utc_now())}</lastBuildDate>"
    return f'<rss version="2.0"><channel><title>{name}</title>{built}{item}</channel></rss>'.encode()


class StandInBridge:
    """What each path answers, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.answers = {"/feeds/1001.rss": answer(rss(480)), "/feeds/control.rss": answer(rss(2))}

    def talk(self, connection: socket.socket) -> None:
        head = head_of(connection)
        self.asked.append(head)
        path = head.split(b" ")[1].decode().removeprefix(BASE).partition("?")[0]
        connection.sendall(self.answers.get(path, answer(b"no", status="404 Not Found")))

    def held(self, **options: object) -> Reading:
        settings = {"base_url": BASE, "kind": "rsshub", "control": CONTROL} | options
        reader = discover("services.collector.platforms", Platform)["feed"]()
        with RawServer(self.talk) as server:
            opener = Downloader(utc_now, proxy=server.url)
            bridges = Bridges({"own": BridgeSettings.model_validate(settings)}, opener, reader, utc_now)
            captured: Captured = opener.visit("feed", Plan(fetch=(FEED,)), ())
            reading = reader.read(captured.captures, an_account("f", "feed", url=FEED))
            return bridges.held(FEED, reading, captured, is_bridge=True).reading


@pytest.fixture
def bridge() -> StandInBridge:
    return StandInBridge()


def test_a_bridge_whose_control_account_posts_proves_the_list(bridge: StandInBridge) -> None:
    reading = bridge.held()
    assert (reading.outcome, reading.covers) == (Outcome.OK, Coverage.LIST)


def test_a_frozen_bridge_is_down_however_new_its_build_time(bridge: StandInBridge) -> None:
    bridge.answers["/feeds/control.rss"] = answer(rss(40))
    reading = bridge.held()
    assert reading.outcome is Outcome.LOGIN_WALL
    assert "没有新内容（超过36小时）" in (reading.reason or "")


def test_a_control_account_that_is_dated_by_the_moment_of_asking_proves_nothing(bridge: StandInBridge) -> None:
    item = rss(0.0).split(b"<item>")[1].partition(b"</item>")[0]
    both = rss(0.0).replace(b"<item>", b"<item>" + item.replace(b"/0.0", b"/other") + b"</item><item>", 1)
    bridge.answers["/feeds/control.rss"] = answer(both)
    reading = bridge.held()
    assert reading.covers is Coverage.ITEM
    assert "没有标明时间" in (reading.reason or "")


def test_a_bridge_in_error_and_one_that_answers_from_its_cache_prove_nothing(bridge: StandInBridge) -> None:
    bridge.answers["/feeds/control.rss"] = answer(b"ConfigNotFoundError: cookie", status="503 Service Unavailable")
    assert bridge.held().covers is Coverage.ITEM
    bridge.answers["/feeds/control.rss"] = answer(rss(2), "RSSHub-Cache-Status: HIT")
    assert bridge.held().covers is Coverage.ITEM


@pytest.mark.parametrize(
    ("kind", "path", "status", "outcome"),
    [
        ("wewe_rss", "/trpc/account.list", {"items": [{"id": "1", "status": 0}], "blocks": []}, Outcome.LOGIN_WALL),
        ("wewe_rss", "/trpc/account.list", {"items": [{"id": "1", "status": 2}], "blocks": []}, Outcome.LOGIN_WALL),
        ("wewe_rss", "/trpc/account.list", {"items": [{"id": "1", "status": 1}], "blocks": ["1"]}, Outcome.BLOCKED),
        ("wewe_rss", "/trpc/account.list", {"items": [{"id": "1", "status": 1}], "blocks": []}, Outcome.OK),
        ("wechat2rss", "/login/list", [{"available": False, "needCheck": False}], Outcome.LOGIN_WALL),
        ("wechat2rss", "/login/list", [{"available": True, "needCheck": True}], Outcome.BLOCKED),
        ("wechat2rss", "/login/list", [{"available": True, "needCheck": False}], Outcome.OK),
        ("we_mp_rss", "/api/v1/wx/auth/qr/status", {"login_status": False}, Outcome.OK),
    ],
)
def test_a_bridge_whose_own_status_says_so_is_down(
    bridge: StandInBridge, kind: str, path: str, status: object, outcome: Outcome
) -> None:
    bridge.answers[path] = answer(json.dumps({"result": {"data": status}}).encode())
    assert bridge.held(kind=kind, key=KEY).outcome is outcome


def test_a_status_that_looks_well_does_not_outweigh_a_silent_control_account(bridge: StandInBridge) -> None:
    fine = {"result": {"data": {"items": [{"id": "1", "status": 1}], "blocks": []}}}
    bridge.answers["/trpc/account.list"] = answer(json.dumps(fine).encode())
    bridge.answers["/feeds/control.rss"] = answer(rss(100))
    assert bridge.held(kind="wewe_rss", key=KEY, trusted=True).outcome is Outcome.LOGIN_WALL


def test_the_key_is_shown_to_the_bridge_alone_and_to_nobody_it_leads_to(bridge: StandInBridge) -> None:
    bridge.answers["/trpc/account.list"] = answer(b"", "Location: http://other.qinghe.example/x", status="302 Found")
    reading = bridge.held(kind="wewe_rss", key=KEY)
    shown = [head for head in bridge.asked if KEY.encode() in head]
    assert len(shown) == 1
    assert b"account.list" in shown[0]
    assert any(b"other.qinghe.example" in head for head in bridge.asked)
    assert KEY not in repr(reading)
    assert KEY not in repr(Plan(fetch=(BASE,), authorization=SecretStr(KEY)))


@pytest.mark.parametrize(
    "body", [b"", b"[", b"null", b"[[[[[]]]]]", b'{"items": 1}', b'{"items": [1, null]}', b"<html>"]
)
def test_a_status_that_cannot_be_read_is_none(bridge: StandInBridge, body: bytes) -> None:
    bridge.answers["/trpc/account.list"] = answer(body)
    assert bridge.held(kind="wewe_rss", key=KEY, trusted=True).outcome in (Outcome.OK, Outcome.LOGIN_WALL)


def test_trust_without_a_control_account_and_a_control_account_elsewhere_are_refused() -> None:
    for options in ({"trusted": True}, {"control": "https://other.example/x"}):
        with pytest.raises(ValueError, match="control"):
            BridgeSettings.model_validate({"base_url": BASE, "kind": "wewe_rss"} | options)
