"""The collector's own part of the settings."""

from contextlib import closing
from pathlib import Path

import psutil
import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.world import DemoAccount, DemoPost, World
from services.collector.__main__ import Visitor, browser_settings, build_platforms, own_platforms
from services.collector.browser.chromium import BrowserSettings
from services.collector.capture import Plan
from shared.clock import utc_now
from shared.errors import InputError, TransientError
from shared.runtime.settings import load_settings


def test_what_comes_from_the_environment_is_text_and_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_BROWSER__TIMEOUT_SECONDS", "12.5")
    monkeypatch.setenv("XUNJIAN_BROWSER__HEADLESS", "false")
    monkeypatch.setenv("XUNJIAN_BROWSER__PROXY_SPKI", "12345")
    browser = browser_settings(load_settings(needs_store=False))
    assert (browser.timeout_seconds, browser.headless, browser.proxy_spki) == (12.5, False, "12345")


def test_feeds_need_no_browser() -> None:
    posts = (DemoPost(at=utc_now(), text="青禾要闻"),)
    net = Internet(World([DemoAccount("feed", "qinghe-news", "青禾要闻", "示例单位", posts)]))
    before = set(psutil.Process().children(recursive=True))
    with Proxy(net) as proxy:
        reach = BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, executable=Path("/nowhere"))
        with closing(Visitor(reach, utc_now)) as visitor:
            look = visitor.visit("feed", Plan(fetch=("https://feeds.qinghe.example/news.xml",)), ())
            assert look.failure is None
            assert b"<rss" in look.captures[0].body
            # Others' may end meanwhile: this process has a database server of other tests.
            assert set(psutil.Process().children(recursive=True)) <= before
            with pytest.raises(TransientError, match="浏览器无法启动"):
                visitor.visit("weibo", Plan(page="https://m.weibo.cn/u/1000001"), ("m.weibo.cn",))


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"browser": {"prxy": "http://proxy:3128"}}, "browser.prxy"),
        ({"browser": {"timeout_seconds": 0}}, "browser.timeout_seconds"),
        ({"platforms": {"weibo": {"min_interval_seconds": "soon"}}}, "platforms.weibo.min_interval_seconds"),
        ({"platforms": {"myspace": {}}}, "platforms.myspace"),
    ],
)
def test_a_wrong_option_is_named(more: dict[str, object], place: str) -> None:
    settings = load_settings(None, more, needs_store=False)
    with pytest.raises(InputError) as refused:  # noqa: PT012 - whichever of the two reads the option
        browser_settings(settings)
        build_platforms(settings)
    assert refused.value.place == place


def test_a_collector_is_told_its_platforms_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_COLLECTOR_PLATFORMS", '["weibo"]')
    settings = load_settings(needs_store=False)
    assert own_platforms(settings) == ("weibo",)


def test_a_platform_that_there_is_not_is_refused_by_name() -> None:
    settings = load_settings(None, {"collector_platforms": ["weibo", "myspace"]}, needs_store=False)
    with pytest.raises(InputError, match=r"myspace；可用的有：.*weibo") as refused:
        own_platforms(settings)
    assert refused.value.place == "collector_platforms"


@pytest.mark.parametrize(
    ("more", "keeps"),
    [
        ({}, True),
        ({"kafka_bootstrap": "broker:9092"}, False),
        ({"database_url": "postgresql+psycopg://u:p@db/x"}, False),
        ({"kafka_bootstrap": "broker:9092", "evidence": {"folder": "/srv/evidence"}}, True),
    ],
)
def test_services_that_run_apart_keep_evidence_only_where_all_of_them_find_it(
    more: dict[str, object], keeps: bool
) -> None:
    assert load_settings(more=more, needs_store=False).keeps_evidence is keeps
