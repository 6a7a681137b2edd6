"""Real Chromium that is logged in: asked of the platform before a round, and looked at as the public when it ends."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.web import Answer, Request, as_json, redirect
from demo.world import DemoAccount, DemoPost, World
from services.collector.__main__ import Visitor, build_logins, build_platforms
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.clock_watch import ClockWatch
from services.collector.looker import Looker, nothing
from services.collector.sessions.folder import SessionFolder
from services.collector.sessions.seal import Seal
from services.collector.sessions.session import Session
from services.collector.sessions.turns import Turns
from shared.clock import utc_now
from shared.events import Outcome, Probe
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings
from shared.session_life import Proof
from shared.storage.store import Store, open_store
from tests.builders import an_account
from tests.collector.logins.passports import PASSPORTS, LoginSite
from tests.collector.sessions.test_folder import KEY

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]
WALL = "https://passport.weibo.cn/signin/welcome?entry=mweibo"
UID = "1000001"


class WeiboWithLogins(Internet):
    """Who comes with a login that has ended meets a wall wherever he goes, as with the real one."""

    ended = False

    def answer(self, request: Request) -> Answer | None:
        is_login = request.cookies.get("logged") == "in"
        if (request.host, request.path) == ("m.weibo.cn", "/api/config"):
            self.seen["proof"] += 1
            return as_json({"ok": 1, "data": {"login": is_login and not self.ended}})
        if request.host == "m.weibo.cn" and is_login:
            self.seen["logged in"] += 1
            if self.ended:
                return redirect(WALL) if request.path.startswith("/u/") else as_json({"ok": -100, "url": WALL})
        return super().answer(request)


@dataclass
class Place:
    looker: Looker
    net: WeiboWithLogins
    sessions: SessionFolder
    store: Store

    def look(self) -> Probe:
        return self.looker.look(an_account(id=UID), False, nothing).probe

    def log_in(self, name: str = "default") -> None:
        state = {"cookies": [a_cookie("logged", "in", ".weibo.cn"), a_cookie("SUB", "x", ".weibo.cn")], "origins": []}
        self.sessions.save(Session("weibo", name, utc_now(), state))


def a_cookie(name: str, value: str, domain: str) -> dict[str, Any]:
    told = {"name": name, "value": value, "domain": domain, "path": "/", "expires": -1}
    return {**told, "httpOnly": True, "secure": True, "sameSite": "Lax"}


def turns_of(store: Store, sessions: SessionFolder, visitor: Visitor) -> Turns:
    return Turns(
        sessions=sessions,
        logins=build_logins(),
        lives=store.session_lives,
        notices=store.notices,
        opener=visitor,
        clock=utc_now,
        owner="test",
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    yield store
    store.close()


@pytest.fixture
def place(tmp_path: Path, store: Store) -> Iterator[Place]:
    posts = tuple(DemoPost(at=utc_now(), text=f"第{number}条。") for number in range(3))
    net = WeiboWithLogins(World([DemoAccount("weibo", UID, "青禾发布", "示例单位", posts)]))
    with Proxy(net) as proxy:
        settings = BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, timeout_seconds=100, settle_seconds=0.3)
        visitor = Visitor(settings, utc_now)
        sessions = SessionFolder(tmp_path / "sessions", Seal(KEY))
        looker = Looker(
            visits=store.visits,
            platforms=build_platforms(Settings()),
            visitor=visitor,
            metrics=Metrics(),
            clock=utc_now,
            watch=ClockWatch(),
            turns=turns_of(store, sessions, visitor),
        )
        yield Place(looker, net, sessions, store)
        looker.close()


def test_the_platform_is_asked_once_and_the_looks_of_a_round_are_made_with_the_login(place: Place) -> None:
    place.log_in()
    looks = [place.look() for _ in range(3)]
    assert [(look.outcome, look.session) for look in looks] == [(Outcome.OK, "default")] * 3
    assert place.net.seen["proof"] == 1
    assert place.net.seen["logged in"] > 3
    assert place.net.seen["visitor.passport.weibo.cn/visitor/visitor"] == 0


def test_a_login_that_ends_in_mid_round_leaves_the_look_to_the_public(place: Place) -> None:
    place.log_in()
    place.look()
    place.net.ended = True
    look = place.look()
    assert (look.outcome, look.session) == (Outcome.OK, None)
    (life,) = place.store.session_lives.of("weibo")
    assert (life.proof, life.ended_at) == (Proof.OUT, None), "said once: a bad minute ends nothing"
    place.net.ended = False
    assert place.look().session is None, "rests, and is asked again later"


@pytest.mark.parametrize("platform", PASSPORTS)
@pytest.mark.parametrize("is_in", [True, False])
def test_each_platform_says_of_a_saved_login_whether_it_is_one(
    platform: str, is_in: bool, store: Store, tmp_path: Path
) -> None:
    passport = PASSPORTS[platform]
    host = passport.proof[0]
    cookies = [a_cookie("logged", "in", host)] if is_in else []
    sessions = SessionFolder(tmp_path / "sessions", Seal(KEY))
    sessions.save(Session(platform, "default", utc_now(), {"cookies": cookies, "origins": []}, passport.home))
    with Proxy(LoginSite(platform, [], None)) as proxy:
        visitor = Visitor(BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, settle_seconds=0.3), utc_now)
        turn = turns_of(store, sessions, visitor).take(platform, nothing)
        visitor.close()
    assert (turn.named if turn else None) == ("default" if is_in else None)
    (life,) = store.session_lives.of(platform)
    assert life.proof is (Proof.IN if is_in else Proof.OUT)


def test_what_the_platform_renews_is_saved_for_the_next_start(place: Place) -> None:
    place.log_in()
    renewed = replace(
        as_json({"ok": 1, "data": {"login": True}}), headers={"Set-Cookie": "SUB=new; Domain=.weibo.cn; Path=/; Secure"}
    )
    answer = place.net.answer
    place.net.answer = lambda request: renewed if request.path == "/api/config" else answer(request)  # type: ignore[method-assign]
    place.look()
    found = place.sessions.find("weibo")
    assert found is not None
    assert {cookie["name"]: cookie["value"] for cookie in found.state["cookies"]}["SUB"] == "new"
