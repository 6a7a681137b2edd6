"""A WeChat article by plain HTTP and in real Chromium: the same reading, whatever the page is."""

import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.web import Answer, Request
from demo.world import World
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.process import Browser
from services.collector.capture import Captured, Plan, Reading
from services.collector.download import Downloader
from services.collector.platforms.wechat import WeChat
from shared.clock import utc_now
from shared.events import Outcome
from tests.builders import an_account
from tests.paths import SHARED, needs_shared

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]

CAPTURES = SHARED / "captures" / "wechat"
HOST = "https://mp.weixin.qq.com"
WECHAT = WeChat()


class Saved(Internet):
    """Every saved page at `/s/` and its file's name; nothing else is on this internet."""

    def __init__(self) -> None:
        super().__init__(World([]))
        self.pages = {file.name.partition(".")[0]: _body(file) for file in CAPTURES.glob("*.html*")}

    def answer(self, request: Request) -> Answer | None:
        body = self.pages.get(request.path.removeprefix("/s/"))
        return Answer(body) if body is not None else Answer(status=404)


def _body(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


@pytest.fixture
def settings() -> Iterator[BrowserSettings]:
    with Proxy(Saved()) as proxy:
        yield BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, settle_seconds=0.3)


def read(captured: Captured) -> Reading:
    assert captured.failure is None
    return WECHAT.read(captured.captures)


@needs_shared
def test_every_saved_page_reads_the_same_by_plain_http_as_by_browser(settings: BrowserSettings) -> None:
    plain = Downloader(utc_now, proxy=settings.proxy, proxy_spki=settings.proxy_spki)
    good = []
    with closing(Browser(settings, utc_now)) as browser:
        for name in Saved().pages:
            plan = WECHAT.plan(an_account(platform="wechat", url=f"{HOST}/s/{name}"))
            assert plan.page
            shown = read(browser.visit("wechat", plan, WECHAT.hosts))
            told = read(plain.visit("wechat", Plan(fetch=(plan.page,)), WECHAT.hosts))
            assert told == shown, name
            good += [name] if told.outcome is Outcome.OK and told.posts else []
    assert sum(name.startswith("article-") for name in good) >= 10
