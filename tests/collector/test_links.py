"""Links of an account, opened between visits: what is said of them, and when nothing may be said."""

import random
from datetime import datetime, timedelta

import pytest

from services.collector.answers import failed
from services.collector.capture import Capture, Captured, Plan, ShownPost
from services.collector.links.errands import EVERY, Errands
from services.collector.links.found import found
from services.collector.links.when import AGAIN, POST_EVERY, SERVICE_EVERY, after, next_look
from services.collector.links.worth import worth_opening
from shared.errors import InputError
from shared.events import Outcome
from shared.links import Link, LinkState
from shared.storage.store import Store
from tests.builders import NOW, an_account, days

URL = "https://www.qinghe.gov.cn/yuyue"
PAGE = (
    b"<html><title>\xe5\x9c\xa8\xe7\xba\xbf\xe9\xa2\x84\xe7\xba\xa6</title><body>\xe9\xa2\x84\xe7\xba\xa6</body></html>"
)
SOON = timedelta(seconds=1)


def answered(body: bytes = PAGE, status: int = 200, url: str = URL, kind: str = "text/html") -> Captured:
    return Captured(captures=(Capture(url=url, status=status, headers={"content-type": kind}, body=body, at=NOW),))


def a_link(**fields: object) -> Link:
    return Link.model_validate({"key": "weibo/1001", "url": URL, "label": "在线预约", "added_at": NOW} | fields)


@pytest.mark.parametrize(
    ("captured", "state"),
    [
        (answered(), LinkState.GOOD),
        (answered(status=404), LinkState.DEAD),
        (answered(status=500), LinkState.DEAD),
        (answered(b"<html><title>404 Not Found</title>gone</html>"), LinkState.DEAD),
        (answered("<html><title>页面不存在</title>…</html>".encode()), LinkState.DEAD),
        (failed(Outcome.NETWORK, "网络不通（域名无法解析）"), LinkState.DEAD),
        (answered(b""), LinkState.EMPTY),
        (answered(b"<html><body> &nbsp; </body></html>"), LinkState.EMPTY),
        (answered(url="https://casino.example/win"), LinkState.FOREIGN),
        (failed(Outcome.TIMEOUT, "连接超时"), LinkState.SLOW),
        (answered(status=403), LinkState.UNVERIFIED),
        (answered(status=412), LinkState.UNVERIFIED),
        (answered(status=429), LinkState.UNVERIFIED),
        (failed(Outcome.NETWORK, "网络不通（证书不可信）"), LinkState.UNVERIFIED),
        (failed(Outcome.NETWORK, "网络不通（代理应答502）"), LinkState.UNVERIFIED),
        (failed(Outcome.CRASH, "浏览器异常退出"), LinkState.UNVERIFIED),
    ],
)
def test_what_comes_back_is_told_as_what_it_is(captured: Captured, state: LinkState) -> None:
    seen = found(URL, captured, SOON)
    assert seen.state is state
    assert (seen.reason is None) == (state is LinkState.GOOD)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body><div id=app></div><script src=/app.js></script></body></html>",
        b"<html><body><img src=a.png></body>",
    ],
)
def test_a_page_that_its_script_or_a_picture_fills_is_not_empty(body: bytes) -> None:
    assert found(URL, answered(body), SOON).state is LinkState.GOOD


def test_an_article_about_a_missing_page_is_not_a_missing_page() -> None:
    body = "<html><title>我县整治“僵尸”栏目</title><body>有的页面不存在，有的 404</body></html>".encode()
    assert found(URL, answered(body), SOON).state is LinkState.GOOD


@pytest.mark.parametrize("url", ["https://qinghe.gov.cn/", "https://m.qinghe.gov.cn/a", "https://zwfw.heshan.gov.cn/x"])
def test_a_site_may_lead_on_to_itself_and_to_any_government(url: str) -> None:
    assert found(URL, answered(url=url), SOON).state is LinkState.GOOD


def test_what_takes_longer_than_fifteen_seconds_is_slow() -> None:
    assert found(URL, answered(), timedelta(seconds=16)).state is LinkState.SLOW
    assert found(URL, answered(), timedelta(seconds=14)).state is LinkState.GOOD


def test_links_of_platforms_and_of_machines_inside_are_not_opened() -> None:
    links = [
        "https://mp.weixin.qq.com/s/x",
        "https://weibo.com/1/a",
        "http://127.0.0.1/",
        "http://10.0.0.8/x",
        "http://t.cn/A6",
    ]
    assert worth_opening([*links, "javascript:alert(1)", URL, f"{URL}#top"]) == [URL]


def test_a_link_that_weibo_wraps_is_opened_where_it_leads() -> None:
    assert worth_opening([f"https://weibo.cn/sinaurl?u={URL}"]) == [URL]


def test_what_could_not_be_verified_neither_ends_a_fault_nor_begins_one() -> None:
    unverified = found(URL, answered(status=403), SOON)
    dead = a_link(state=LinkState.DEAD, since=NOW, times=2, reason="页面不存在（HTTP 404）")
    assert after(dead, unverified, NOW + days(1)).times == 2
    assert after(dead, unverified, NOW + days(1)).state is LinkState.DEAD
    assert after(a_link(), unverified, NOW).state is LinkState.UNVERIFIED


def test_three_looks_at_a_broken_link_span_a_day() -> None:
    link, now = a_link(), NOW
    for _ in range(3):
        link = after(link, found(URL, answered(status=404), SOON), now)
        now = next_look(link, now, jitter=0)
    assert (link.times, link.since) == (3, NOW)
    assert now - NOW == sum(AGAIN, timedelta()) == timedelta(days=1)


def test_a_good_link_is_left_alone_for_days() -> None:
    good = after(a_link(), found(URL, answered(), SOON), NOW)
    assert next_look(good, NOW, jitter=0) == NOW + SERVICE_EVERY
    assert next_look(good.model_copy(update={"post_id": "p"}), NOW, jitter=0) == NOW + POST_EVERY


class Opener:
    """Answers by the address; counts what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Captured] = {}
        self.asked: list[str] = []
        self.hurried = False

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...]) -> Captured:
        url = plan.fetch[0]
        self.asked.append(url)
        if url not in self.answers:
            raise InputError(url, "网址指向内网地址")
        return self.answers[url]

    def hurry(self, seconds: float) -> None:
        self.hurried = True


class Bench:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        self.opener = Opener()
        self.account = an_account()
        store.accounts.upsert([self.account], NOW)
        self.errands = self.another()

    def another(self) -> Errands:
        return Errands(self.store.links, self.opener, self.clock, random.Random(1))

    def clock(self) -> datetime:
        return self.now

    def step(self, later: timedelta = EVERY) -> None:
        self.now += later
        self.errands.step(self.now)

    def link(self, url: str = URL) -> Link:
        return next(link for link in self.store.links.of(self.account.key) if link.url == url)


@pytest.fixture
def bench(each_store: Store) -> Bench:
    return Bench(each_store)


def test_a_service_link_is_opened_at_once_and_then_left_alone(bench: Bench) -> None:
    bench.opener.answers[URL] = answered()
    bench.store.links.add_service(a_link(key=bench.account.key), NOW)
    for _ in range(10):
        bench.step()
    assert bench.opener.asked == [URL]
    assert bench.link().state is LinkState.GOOD
    bench.step(days(4))
    assert bench.opener.asked == [URL, URL]


def test_not_more_than_one_link_is_opened_in_twenty_seconds(bench: Bench) -> None:
    for n in range(5):
        bench.opener.answers[f"{URL}/{n}"] = answered(url=f"{URL}/{n}")
        bench.store.links.add_service(a_link(key=bench.account.key, url=f"{URL}/{n}"), NOW)
    for _ in range(39):
        bench.step(SOON)
    assert len(bench.opener.asked) == 2


def test_while_nobody_answers_us_no_link_is_called_dead(bench: Bench) -> None:
    bench.opener.answers[URL] = failed(Outcome.NETWORK, "网络不通（域名无法解析）")
    bench.store.links.add_service(a_link(key=bench.account.key), NOW)
    bench.step()
    assert bench.link().state is LinkState.UNVERIFIED
    bench.errands.note_answer(bench.now)
    bench.step(SERVICE_EVERY * 2)
    assert bench.link().state is LinkState.UNVERIFIED, "that was days ago"
    bench.errands.note_answer(bench.now + SERVICE_EVERY * 2)
    bench.step(SERVICE_EVERY * 2)
    assert bench.link().state is LinkState.DEAD


def test_an_address_inside_is_never_opened_and_accuses_nobody(bench: Bench) -> None:
    inner = "https://rebound.example/x"
    bench.store.links.add_service(a_link(key=bench.account.key, url=inner), NOW)
    bench.step()
    assert bench.link(inner).state is LinkState.UNVERIFIED


def test_links_of_new_posts_are_noted_once_and_those_of_old_posts_never(bench: Bench) -> None:
    recent = ShownPost(id="p1", published_at=NOW, links=(URL, "https://weibo.com/x"))
    old = ShownPost(id="p2", published_at=NOW - days(31), links=("https://old.qinghe.gov.cn/",))
    undated = ShownPost(id="p3", links=("https://undated.qinghe.gov.cn/",))
    for _ in range(2):
        bench.errands.note_posts(bench.account, [recent, old, undated], NOW)
    assert [(link.url, link.post_id) for link in bench.store.links.of(bench.account.key)] == [(URL, "p1")]


def test_two_collectors_do_not_open_the_same_link(bench: Bench) -> None:
    bench.opener.answers[URL] = answered()
    bench.store.links.add_service(a_link(key=bench.account.key), NOW)
    other = bench.another()
    bench.step()
    other.step(bench.now)
    assert bench.opener.asked == [URL]


def test_links_of_an_account_that_left_the_ledger_are_not_opened(bench: Bench) -> None:
    bench.store.links.add_service(a_link(key=bench.account.key), NOW)
    bench.store.accounts.remove([bench.account.key], "张三", "移交", NOW)
    bench.step()
    assert bench.opener.asked == []


def test_links_of_posts_are_forgotten_after_a_month(bench: Bench) -> None:
    bench.opener.answers[URL] = answered()
    bench.errands.note_posts(bench.account, [ShownPost(id="p1", published_at=NOW, links=(URL,))], NOW)
    bench.step(days(31))
    assert bench.store.links.of(bench.account.key) == ()


def test_of_a_link_that_was_given_up_because_we_are_leaving_nothing_is_said(bench: Bench) -> None:
    bench.opener.answers[URL] = failed(Outcome.TIMEOUT, "连接超时")
    bench.store.links.add_service(a_link(key=bench.account.key), NOW)
    bench.errands.note_answer(NOW)
    bench.errands.hurry(8)
    bench.step()
    assert bench.opener.hurried
    assert bench.link().state is LinkState.NEW
