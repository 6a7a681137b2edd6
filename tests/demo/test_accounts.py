"""Every account of the demo ledger, looked at with a real browser and read by its platform, is what its story says."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.stories import LEDGER, demo_world
from services.collector.__main__ import Visitor
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.capture import Reading
from services.collector.platforms.base import Platform
from shared.account import PLATFORM_NAMES, Account
from shared.clock import utc_now
from shared.events import Comments, Coverage, Kind, Outcome
from shared.plugins import discover

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]

NAMES = {name: platform for platform, name in PLATFORM_NAMES.items()}
PLATFORMS = {name: kind() for name, kind in discover("services.collector.platforms", Platform).items()}


class Demo(NamedTuple):
    browser: Visitor
    net: Internet
    started: datetime


def accounts() -> list[Account]:
    with LEDGER.open(encoding="utf-8-sig", newline="") as file:
        return [
            Account(
                platform=NAMES[row["平台"]],
                id=row["账号ID"],
                name=row["账号名称"],
                unit=row["主办单位"],
                url=row["主页链接"],
            )
            for row in csv.DictReader(file)
        ]


ACCOUNTS = {account.name: account for account in accounts()}
SILENT_DAYS = {"青禾教育": 12.2, "青禾市场监管": 17.3, "青禾水利": 130.5, "青禾住建": 15.1}
UNREADABLE = {
    "青禾应急": Outcome.LOGIN_WALL,
    "青禾民政": Outcome.BLOCKED,
    "青禾商务": Outcome.GONE,
}


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    started = utc_now()
    net = Internet(demo_world(started))
    with Proxy(net) as proxy:
        browser = Visitor(BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, settle_seconds=0.3), utc_now)
        yield Demo(browser, net, started)
        browser.close()


def read(demo: Demo, account: Account, full: bool = False) -> Reading:
    platform = PLATFORMS[account.platform]
    look = demo.browser.visit(account.platform, platform.plan(account), platform.hosts, full)
    assert look.failure is None
    return platform.read(look.captures, account)


@pytest.mark.parametrize("full", [True, False], ids=["page", "light"])
@pytest.mark.parametrize("name", [name for name in ACCOUNTS if name not in UNREADABLE])
def test_a_readable_account_shows_its_list(demo: Demo, name: str, full: bool) -> None:
    reading = read(demo, ACCOUNTS[name], full)
    assert (reading.outcome, reading.covers) == (Outcome.OK, Coverage.LIST)
    newest = max(post.published_at for post in reading.posts if post.published_at)
    expected = demo.started - timedelta(days=SILENT_DAYS.get(name, 0.4))
    assert timedelta() <= expected - newest < timedelta(hours=3, minutes=2)
    assert len(reading.posts) >= 10


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_account_that_cannot_be_read_is_no_evidence(demo: Demo, name: str) -> None:
    assert read(demo, ACCOUNTS[name], full=True).outcome is UNREADABLE[name]
    assert not read(demo, ACCOUNTS[name]).outcome.is_evidence


def test_the_pinned_post_is_marked_and_old(demo: Demo) -> None:
    pinned = [post for post in read(demo, ACCOUNTS["青禾文旅"]).posts if post.pinned]
    assert len(pinned) == 1
    assert pinned[0].published_at
    assert pinned[0].published_at < demo.started - timedelta(days=900)


def test_reposts_are_almost_all_of_ten(demo: Demo) -> None:
    kinds = [post.kind for post in read(demo, ACCOUNTS["青禾交警"]).posts]
    assert (kinds.count(Kind.REPOST), kinds.count(Kind.ORIGINAL)) == (9, 1)


def test_comments_are_closed_on_every_post(demo: Demo) -> None:
    assert {post.comments for post in read(demo, ACCOUNTS["青禾消防"]).posts} == {Comments.CLOSED}


def test_the_goods_card_is_the_platforms_own_mark(demo: Demo) -> None:
    assert sum(bool(post.ad_signals) for post in read(demo, ACCOUNTS["青禾农业农村"]).posts) == 1


def test_the_renamed_account_shows_its_new_name(demo: Demo) -> None:
    shown = read(demo, ACCOUNTS["青禾环保"]).account
    assert shown
    assert shown.name == "青禾生态环境"


@pytest.mark.parametrize(
    ("name", "words"), [("青禾融媒", "网上赌场"), ("青禾司法", "核心价值关"), ("青禾人社", "659999199003070006")]
)
def test_the_words_to_be_found_are_in_the_text(demo: Demo, name: str, words: str) -> None:
    posts = read(demo, ACCOUNTS[name]).posts
    assert sum(words in f"{post.title or ''}{post.text or ''}" for post in posts) == 1


@pytest.mark.parametrize("behaviour", ["captcha", "login_wall", "empty", "truncated", "http_403", "http_418"])
@pytest.mark.parametrize("name", ["青禾发布", "青禾县人民政府", "青禾县融媒体中心", "青禾县政府网", "青禾要闻"])
def test_a_platform_that_misbehaves_gives_no_evidence(demo: Demo, name: str, behaviour: str) -> None:
    account = ACCOUNTS[name]
    demo.net.world.behave(account.platform, behaviour)
    try:
        assert not read(demo, account).outcome.is_evidence
    finally:
        demo.net.world.behave(account.platform)


@pytest.mark.parametrize("name", ["青禾发布", "青禾县人民政府", "青禾县融媒体中心", "青禾县政府网", "青禾要闻"])
def test_an_account_without_posts_is_no_failure(demo: Demo, name: str) -> None:
    account = ACCOUNTS[name]
    demo.net.world.behave(account.key, "no_posts")
    try:
        assert read(demo, account).outcome in (Outcome.EMPTY, Outcome.PARSE_ERROR)
    finally:
        demo.net.world.behave(account.key)
