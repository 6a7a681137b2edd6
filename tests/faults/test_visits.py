"""A browser among hostile pages, and hundreds of visits of one browser."""

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import playwright.sync_api as pw
import psutil
import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.web import Answer, Request, as_page, redirect
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.process import Browser
from shared.clock import utc_now
from shared.events import Outcome
from tests.collector.test_browser import PATIENCE, hurry, look_at, net, started_processes
from tests.faults.amount import chance_of, often

__all__ = ["net"]

MEGABYTE = 1 << 20
MOST_GROWTH = 400 * MEGABYTE
"""Of everything we started, by one hostile page: less than half of what it sends, times two processes."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]

HOSTILE = {
    "endless redirect": redirect("https://m.weibo.cn/u/1000001"),
    "200 MB": Answer(b"<p>" + b"x" * (200 * MEGABYTE)),
    "alert loop": as_page("弹窗", script="setInterval(()=>alert('你好'),1);"),
    "frozen afterwards": as_page("死循环", script="setTimeout(()=>{for(;;);},1500);"),
    "reload loop": as_page("刷新", script="location.reload();"),
    "window loop": as_page("窗口", script="setInterval(()=>window.open('/u/1000001'),1);"),
    "memory": as_page("内存", script="const a=[];for(let i=0;i<400;i++)a.push(new Array(1e6).fill(i));"),
    "download": Answer(
        b"MZ" * MEGABYTE,
        content_type="application/octet-stream",
        headers={"Content-Disposition": "attachment; filename=a.exe"},
    ),
}


@pytest.fixture
def browser(net: Internet) -> Iterator[Browser]:
    with Proxy(net) as proxy:
        settings = BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, timeout_seconds=PATIENCE, settle_seconds=0.3)
        browser = Browser(settings, utc_now)
        yield browser
        browser.close()


def rss() -> int:
    """Bytes of all processes that we started; of those that end meanwhile nothing."""
    total = 0
    for process in started_processes():
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


@pytest.mark.fault(19)
@pytest.mark.parametrize("page", list(HOSTILE))
def test_a_hostile_page_costs_one_visit_and_no_memory_that_stays(
    browser: Browser, net: Internet, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    assert look_at(browser).failure is None
    before, reply = rss(), net.answer

    def hostile(request: Request) -> Answer | None:
        return HOSTILE[page] if request.path.startswith("/u/") else reply(request)

    with monkeypatch.context() as patch:
        hurry(patch, browser)
        patch.setattr(net, "answer", hostile)
        look_at(browser, full=True)
    assert look_at(browser, full=True).failure is None
    assert look_at(browser).failure is None
    assert rss() - before < MOST_GROWTH


@pytest.mark.fault(18)
def test_killed_renderers_at_random_moments_cost_their_visits_only(browser: Browser) -> None:
    chance = chance_of("renderers")
    outcomes = []
    for _ in range(often(6, 60)):
        outcomes.append(look_at(browser, full=chance.random() < 0.5).failure)
        if chance.random() < 0.5:
            victims = [one for one in started_processes() if "--type=renderer" in one.cmdline()]
            for victim in victims:
                victim.send_signal(signal.SIGKILL)
    assert set(outcomes) <= {None, Outcome.CRASH}
    assert look_at(browser).failure in (None, Outcome.CRASH)
    assert look_at(browser).failure is None


@pytest.mark.fault(18)
def test_a_page_that_died_is_no_network_that_failed_also_when_it_is_told_dead_late(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look_at(browser, full=True).failure is None

    def aborted(*_: object, **__: object) -> None:
        ours = started_processes()
        (chief,) = (one for one in ours if "--remote-debugging-pipe" in one.cmdline() and _role(one) is None)
        chief.suspend()
        threading.Timer(1.0, chief.resume).start()
        for victim in ours:
            if _role(victim) == "--type=renderer":
                victim.send_signal(signal.SIGKILL)
        raise pw.Error("Page.goto: net::ERR_ABORTED")

    monkeypatch.setattr(pw.Page, "goto", aborted)
    assert look_at(browser, full=True).failure is Outcome.CRASH


def _role(process: psutil.Process) -> str | None:
    return next((word for word in process.cmdline() if word.startswith("--type=")), None)


@dataclass(frozen=True)
class Held:
    rss: int
    files: int
    processes: int
    defunct: int


def held() -> Held:
    ours = started_processes()
    dead = [one for one in ours if one.is_running() and one.status() == psutil.STATUS_ZOMBIE]
    return Held(rss(), psutil.Process().num_fds(), len(ours), len(dead))


@pytest.mark.fault(20)
def test_hundreds_of_visits_leave_nothing_behind(browser: Browser) -> None:
    """Memory, files, processes of the last third are those of the third before."""
    visits = often(45, 510)
    chance, seen = chance_of("soak"), []
    for _ in range(visits):
        assert look_at(browser, full=chance.random() < 0.3).failure is None
        seen.append(held())
    third = visits // 3
    earlier, later = seen[third : 2 * third], seen[2 * third :]
    assert median(one.defunct for one in later) == 0
    assert median(one.files for one in later) <= median(one.files for one in earlier) + 2
    assert median(one.processes for one in later) <= median(one.processes for one in earlier) + 2
    assert median(one.rss for one in later) < median(one.rss for one in earlier) * 1.25
