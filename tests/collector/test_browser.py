"""Real Chromium against the stand-in, through the ordinary egress-proxy setting."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.web import Answer, Request
from demo.world import DemoAccount, DemoPost, World
from services.collector.browser import process as module
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.process import Browser
from services.collector.capture import Captured, Plan
from services.collector.sessions.session import Session
from shared.clock import utc_now
from shared.errors import InputError, TransientError
from shared.events import Outcome

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]

PATIENCE = 100
"""Seconds: what comes at all comes sooner on the slowest machine, and what was not waited for ended without them."""
IMPATIENCE = 2

SAVED_AT = datetime(2026, 11, 1, tzinfo=UTC)
WEIBO_HOSTS = ("m.weibo.cn", "visitor.passport.weibo.cn", "passport.weibo.cn")
SEC_UID = "MS4wLjABAAAAQingheDemo000000000000000000000000000000001"


def weibo(uid: str = "1000001") -> Plan:
    api = f"https://m.weibo.cn/api/container/getIndex?type=uid&value={uid}"
    return Plan(
        page=f"https://m.weibo.cn/u/{uid}",
        keep=(r"^m\.weibo\.cn/api/container/getIndex$",),
        fetch=(api, f"{api}&containerid=107603{uid}"),
    )


def douyin() -> Plan:
    return Plan(page=f"https://www.douyin.com/user/{SEC_UID}", keep=("/user/profile/other/$", "/aweme/post/$"))


@pytest.fixture
def net() -> Internet:
    now = utc_now()
    posts = tuple(DemoPost(at=now.replace(microsecond=number), text=f"第{number}条。") for number in range(3))
    return Internet(
        World(
            [
                DemoAccount("weibo", "1000001", "青禾发布", "示例单位", posts),
                DemoAccount("weibo", "1000002", "青禾教育", "示例单位", posts),
                DemoAccount("douyin", SEC_UID, "青禾融媒", "示例单位", posts),
            ]
        )
    )


@pytest.fixture
def settings(net: Internet) -> Iterator[BrowserSettings]:
    with Proxy(net) as proxy:
        yield BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, timeout_seconds=PATIENCE, settle_seconds=0.3)


@pytest.fixture
def browser(settings: BrowserSettings) -> Iterator[Browser]:
    browser = Browser(settings, utc_now)
    yield browser
    browser.close()


def look_at(browser: Browser, plan: Plan | None = None, full: bool = False) -> Captured:
    return browser.visit("weibo", plan or weibo(), WEIBO_HOSTS, full)


def paths(look: Captured) -> list[str]:
    return [urlsplit(capture.url or "").path for capture in look.captures]


def started_processes() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def hurry(patch: pytest.MonkeyPatch, browser: Browser) -> None:
    """For what never comes."""
    patch.setattr(module, "KILL_GRACE_SECONDS", 1.0)
    patch.setattr(browser, "_settings", browser._settings.model_copy(update={"timeout_seconds": IMPATIENCE}))


def kill_renderers() -> None:
    for process in started_processes():
        if "--type=renderer" in process.cmdline():
            process.kill()


def test_the_first_visit_passes_the_visitor_step_and_keeps_the_page_and_its_answers(browser: Browser) -> None:
    look = look_at(browser)
    assert look.failure is None
    assert not look.light
    assert paths(look) == ["/u/1000001", "/api/container/getIndex", "/api/container/getIndex"]
    assert look.final_url == "https://m.weibo.cn/u/1000001"


def test_ids_arrive_exactly(browser: Browser, net: Internet) -> None:
    look = browser.visit("douyin", douyin(), ("www.douyin.com",))
    answer = next(capture for capture in look.captures if "/aweme/post/" in (capture.url or ""))
    listed = {item["aweme_id"] for item in json.loads(answer.body)["aweme_list"]}
    account = net.world.account(f"douyin/{SEC_UID}")
    assert account
    assert listed == {post.id for post in account.posts}


def test_a_warm_page_asks_for_the_answers_only(browser: Browser, net: Internet) -> None:
    look_at(browser)
    net.seen.clear()
    look = look_at(browser, weibo("1000002"))
    assert look.light
    assert dict(net.seen) == {"m.weibo.cn/api/container/getIndex": 2}
    assert json.loads(look.captures[0].body)["data"]["userInfo"]["screen_name"] == "青禾教育"
    assert look.captures[0].headers["content-type"].startswith("application/json")


def test_what_the_page_must_sign_is_never_asked_for_from_inside_it(browser: Browser, net: Internet) -> None:
    for _ in range(2):
        net.seen.clear()
        assert not browser.visit("douyin", douyin(), ("www.douyin.com",)).light
        assert net.seen[f"www.douyin.com/user/{SEC_UID}"] == 1


def test_pictures_and_styles_are_not_loaded(browser: Browser, net: Internet) -> None:
    look_at(browser, full=True)
    assert not any("/static/" in place for place in net.seen)


@pytest.mark.fault(19)
@pytest.mark.parametrize(
    ("behaviour", "statuses"),
    [
        ("captcha", [200]),
        ("login_wall", [200]),
        ("http_403", [403]),
        ("http_418", [418]),
        ("http_500", [500]),
        ("http_432", [200, 432]),
        ("empty", [200, 200]),
        ("truncated", [200, 200]),
        ("alert", [200]),
        ("popup", [200]),
    ],
)
def test_what_a_platform_shows_instead_is_captured_and_not_waited_for(
    browser: Browser, net: Internet, behaviour: str, statuses: list[int]
) -> None:
    net.world.behave("weibo/1000001", behaviour)
    look = look_at(browser)
    assert look.failure is None
    assert [capture.status for capture in look.captures] == statuses


def test_a_popup_does_not_stay(browser: Browser, net: Internet) -> None:
    net.world.behave("weibo/1000001", "popup")
    look_at(browser)
    look_at(browser)
    assert len(browser._tabs["weibo", ""].context.pages) == 1


def test_a_login_wall_elsewhere_is_still_seen(browser: Browser, net: Internet) -> None:
    net.world.behave("weibo", "login_wall")
    look = look_at(browser)
    assert look.final_url
    assert look.final_url.startswith("https://passport.weibo.cn/signin")
    assert "请先登录" in look.captures[0].text


@pytest.mark.fault(19)
@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        ("reset", Outcome.NETWORK),
        ("huge", Outcome.NETWORK),
        ("download", Outcome.NETWORK),
        ("to_private", Outcome.NETWORK),
        ("hang", Outcome.TIMEOUT),
        ("frozen", Outcome.TIMEOUT),
    ],
)
def test_a_look_that_did_not_succeed_says_so_and_the_next_one_works(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, net: Internet, behaviour: str, failure: Outcome
) -> None:
    net.world.behave("weibo/1000001", behaviour)
    with monkeypatch.context() as patch:
        if failure is Outcome.TIMEOUT:
            hurry(patch, browser)
        look = look_at(browser)
    assert look.failure is failure
    assert look.reason
    net.world.behave("weibo/1000001")
    again = look_at(browser)
    assert again.failure is None
    assert len(again.captures) == 3


@pytest.mark.parametrize(
    ("behaviour", "failure"), [("reset", Outcome.NETWORK), ("huge", Outcome.NETWORK), ("hang", Outcome.TIMEOUT)]
)
def test_a_light_look_that_did_not_succeed_loads_the_page_next_time(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, net: Internet, behaviour: str, failure: Outcome
) -> None:
    look_at(browser)
    net.world.behave("weibo/1000001", behaviour)
    with monkeypatch.context() as patch:
        if failure is Outcome.TIMEOUT:
            hurry(patch, browser)
        failed = look_at(browser)
    assert failed.failure is failure
    assert failed.light
    net.world.behave("weibo/1000001")
    assert not look_at(browser).light
    assert look_at(browser).light


def test_a_slow_answer_is_waited_for(browser: Browser, net: Internet) -> None:
    net.world.behave("weibo/1000001", "slow")
    assert len(look_at(browser).captures) == 3


@pytest.mark.fault(18)
def test_a_crashed_renderer_is_a_crash_and_the_next_visit_works(browser: Browser) -> None:
    look_at(browser)
    kill_renderers()
    assert look_at(browser).failure is Outcome.CRASH
    assert look_at(browser).failure is None


@pytest.mark.fault(18)
@pytest.mark.parametrize("stage", ["/u/1000001", "/api/container/getIndex"])
def test_a_renderer_that_crashes_while_loading_is_a_crash(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, net: Internet, stage: str
) -> None:
    look_at(browser)
    reply = net.answer

    def fatal(request: Request) -> Answer | None:
        if request.path == stage:
            kill_renderers()
        return reply(request)

    with monkeypatch.context() as patch:
        patch.setattr(net, "answer", fatal)
        assert look_at(browser, full=True).failure is Outcome.CRASH
    assert look_at(browser).failure is None


@pytest.mark.fault(18)
@pytest.mark.parametrize("victim", ["chrom", "node"])
def test_a_killed_browser_or_driver_is_started_again(browser: Browser, victim: str) -> None:
    look_at(browser)
    process = next(child for child in started_processes() if victim in child.name())
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    looks = [look_at(browser), look_at(browser)]
    assert looks[0].failure in (None, Outcome.CRASH)
    assert looks[1].failure is None


def test_a_recycled_context_keeps_its_cookies(monkeypatch: pytest.MonkeyPatch, browser: Browser, net: Internet) -> None:
    monkeypatch.setattr(module, "RECYCLE_AFTER", 1 + module.LIGHT_LOAD)
    lights = [look_at(browser).light for _ in range(5)]
    assert lights == [False, True, False, True, False]
    assert net.seen["visitor.passport.weibo.cn/visitor/visitor"] == 1


def test_nothing_is_left_running_after_close(settings: BrowserSettings) -> None:
    before = {process.pid for process in started_processes()}
    browser = Browser(settings, utc_now)
    look_at(browser)
    assert len({process.pid for process in started_processes()} - before) > 2
    browser.close()
    browser.close()
    left = [process for process in started_processes() if process.pid not in before]
    _, alive = psutil.wait_procs(left, timeout=30)
    assert alive == []


def test_a_closed_browser_starts_again(browser: Browser) -> None:
    look_at(browser)
    browser.close()
    assert look_at(browser).failure is None


def test_a_browser_that_is_not_there_is_said(settings: BrowserSettings) -> None:
    browser = Browser(settings.model_copy(update={"executable": Path("/nowhere")}), utc_now)
    try:
        with pytest.raises(TransientError, match="浏览器无法启动"):
            look_at(browser)
    finally:
        browser.close()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/latest/", "file:///etc/passwd", "https://weibo.example/u/1"]
)
def test_an_address_outside_the_platform_is_refused_before_anything_starts(
    settings: BrowserSettings, net: Internet, url: str
) -> None:
    browser = Browser(settings, utc_now)
    with pytest.raises(InputError, match="台账"):
        browser.visit("weibo", Plan(page=url), WEIBO_HOSTS)
    with pytest.raises(InputError, match="台账"):
        browser.visit("weibo", Plan(page="https://m.weibo.cn/u/1", fetch=(url,)), WEIBO_HOSTS)
    assert not net.seen


def test_a_dead_proxy_is_a_network_failure(settings: BrowserSettings) -> None:
    browser = Browser(settings.model_copy(update={"proxy": "http://127.0.0.1:9"}), utc_now)
    try:
        assert look_at(browser).failure is Outcome.NETWORK
    finally:
        browser.close()


def test_a_proxy_with_another_key_is_not_trusted(settings: BrowserSettings) -> None:
    browser = Browser(settings.model_copy(update={"proxy_spki": "A" * 43 + "="}), utc_now)
    try:
        look = look_at(browser)
        assert look.failure is Outcome.NETWORK
        assert look.reason
        assert "CERT" in look.reason
    finally:
        browser.close()


def a_login(name: str = "default", value: str = "kept", saved_at: datetime = SAVED_AT) -> Session:
    cookie = {"name": "SUB", "value": value, "domain": ".weibo.cn", "path": "/", "secure": True}
    full = {**cookie, "expires": -1, "httpOnly": False, "sameSite": "Lax"}
    return Session("weibo", name, saved_at, {"cookies": [full], "origins": []}, file="sessions/weibo.json")


def kept_by(browser: Browser) -> str:
    state = browser.state("weibo") or {}
    return str(next(cookie["value"] for cookie in state["cookies"] if cookie["name"] == "SUB"))


def test_a_saved_login_is_used(browser: Browser, net: Internet) -> None:
    browser.attend("weibo", a_login())
    assert len(look_at(browser).captures) == 3
    assert net.seen["visitor.passport.weibo.cn/visitor/visitor"] == 0
    assert kept_by(browser) == "kept"


def test_two_logins_and_the_public_never_share_a_cookie(browser: Browser) -> None:
    kept = []
    for login in (a_login("first", "1"), a_login("second", "2"), None, a_login("first", "1"), None):
        browser.attend("weibo", login)
        assert look_at(browser).failure is None
        kept.append(kept_by(browser))
    assert [kept[0], kept[1], kept[3]] == ["1", "2", "1"]
    assert not {kept[2], kept[4]} & {"1", "2"}


def test_a_new_login_takes_the_place_of_the_old_one(browser: Browser) -> None:
    browser.attend("weibo", a_login(value="old"))
    look_at(browser)
    browser.attend("weibo", a_login(value="new", saved_at=SAVED_AT + timedelta(days=1)))
    look_at(browser)
    assert kept_by(browser) == "new"


@pytest.mark.parametrize(
    "state",
    [
        {"cookies": 1},
        {"cookies": [{"name": 1}]},
        {"cookies": [{"name": "a", "value": "b", "domain": "", "path": ""}]},
        {"origins": [{"origin": 5}]},
    ],
)
def test_a_broken_saved_login_is_the_engineers_error(browser: Browser, state: dict[str, object]) -> None:
    browser.attend("weibo", replace(a_login(), state=state))
    look = look_at(browser)
    assert look.failure is Outcome.CRASH
    assert look.reason
    assert "sessions/weibo.json" in look.reason
    assert "xunjian login weibo" in look.reason
    assert browser.visit("douyin", douyin(), ("www.douyin.com",)).failure is None


def test_check_really_starts_the_browser(browser: Browser) -> None:
    assert browser.check().split(".")[0].isdecimal()
