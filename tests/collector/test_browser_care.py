"""What a browser may reach, what it takes, and what is left of it when its parent is killed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.web import Answer, Request
from demo.world import DemoAccount, DemoPost, World
from services.collector.browser import process as module
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.process import Browser
from services.collector.browser.sandbox import has_sandbox, why_not
from services.collector.capture import Capture, Captured, Plan
from shared.clock import utc_now

pytestmark = pytest.mark.browser
needs_browser = pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium")

HOSTS = ("m.weibo.cn", "visitor.passport.weibo.cn", "passport.weibo.cn")
API = "https://m.weibo.cn/api/container/getIndex?type=uid&value=1000001"
PLAN = Plan(page="https://m.weibo.cn/u/1000001", keep=(r"^m\.weibo\.cn/api/container/getIndex$",), fetch=(API,))

PARENT = """
import time
from services.collector.browser.chromium import BrowserSettings
from services.collector.browser.process import Browser
from shared.clock import utc_now
browser = Browser(BrowserSettings(), utc_now)
browser.check()
print("up", flush=True)
time.sleep(300)
"""


@pytest.fixture
def net() -> Internet:
    account = DemoAccount("weibo", "1000001", "青禾发布", "示例单位", (DemoPost(at=utc_now(), text="一条。"),))
    return Internet(World([account]))


@pytest.fixture
def settings(net: Internet) -> Iterator[BrowserSettings]:
    with Proxy(net) as proxy:
        yield BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, timeout_seconds=100, settle_seconds=0.3)


@pytest.fixture
def browser(settings: BrowserSettings) -> Iterator[Browser]:
    browser = Browser(settings, utc_now, reach=HOSTS)
    yield browser
    browser.close()


def look(browser: Browser, full: bool = False) -> Captured:
    return browser.visit("weibo", PLAN, HOSTS, full)


@needs_browser
def test_a_page_at_rest_is_asked_without_being_listened_to_and_heard_again_when_it_is_loaded(browser: Browser) -> None:
    look(browser)
    tab = browser._tabs["weibo", ""]
    tab.page.wait_for_timeout(1500)
    assert look(browser).light
    assert not tab._is_listening
    assert len(look(browser, full=True).captures) == 2
    assert tab._is_listening


@needs_browser
def test_pictures_stay_away_from_a_page_that_is_not_listened_to(browser: Browser, net: Internet) -> None:
    look(browser)
    browser._tabs["weibo", ""].page.wait_for_timeout(1500)
    look(browser)
    browser._tabs["weibo", ""].page.wait_for_timeout(500)
    assert not any("/static/" in place for place in net.seen)


@needs_browser
@pytest.mark.parametrize(
    "body", ["﻿{}".encode(), b"\xff\xfe\x00bytes", "中文\x00".encode() * 40_000, b"", b"\xff" * 99_999]
)
def test_an_answer_asked_for_inside_the_page_arrives_byte_by_byte(
    browser: Browser, net: Internet, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    look(browser)
    reply = net.answer

    def fixed(request: Request) -> Answer | None:
        return Answer(body) if request.path == "/api/container/getIndex" else reply(request)

    monkeypatch.setattr(net, "answer", fixed)
    captures: tuple[Capture, ...] = look(browser).captures
    assert [capture.body for capture in captures] == [body]


@needs_browser
def test_a_browser_that_grew_too_heavy_is_started_anew(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WEIGH_EVERY", 0)
    look(browser)
    first = browser.pid
    look(browser)
    assert browser.pid == first
    monkeypatch.setattr(browser, "_settings", browser._settings.model_copy(update={"max_memory_bytes": 1}))
    assert look(browser).failure is None
    assert browser.pid != first


@needs_browser
def test_looks_that_load_no_page_are_weighed_seldom(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    weighed: list[int] = []
    monkeypatch.setattr(module, "WEIGH_EVERY", 1 + 3 * module.LIGHT_LOAD)
    monkeypatch.setattr(module, "tree_memory", weighed.append)
    assert [look(browser).light for _ in range(4)] == [False, True, True, True]
    assert not weighed
    look(browser)
    assert len(weighed) == 1


@needs_browser
@pytest.mark.parametrize("is_stopped", [False, True])
def test_nothing_is_left_of_the_browser_when_its_parent_is_killed(is_stopped: bool) -> None:
    if is_stopped and shutil.which("setpriv") is None:
        pytest.skip("no setpriv here, which awakens a driver that is stopped when its parent dies")
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        said = [parent.stdout.readline() for _ in range(2)]
        assert any("up" in line for line in said)
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) > 2
        if is_stopped:
            next(child for child in children if child.ppid() == parent.pid).suspend()
        os.kill(parent.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []


def test_a_sandbox_is_where_the_system_permits_one() -> None:
    forbidding = "/proc/sys/user/max_user_namespaces"
    assert why_not(1000, lambda _: None, lambda: True) is None
    assert "root" in str(why_not(0, lambda _: None, lambda: True))
    assert forbidding in str(why_not(1000, lambda file: "0" if file == forbidding else None, lambda: True))
    assert "seccomp" in str(why_not(1000, lambda _: None, lambda: False))


@pytest.mark.parametrize("chosen", [True, False])
def test_a_sandbox_that_is_set_is_not_guessed(chosen: bool) -> None:
    assert has_sandbox(BrowserSettings(sandbox=chosen)) is chosen
