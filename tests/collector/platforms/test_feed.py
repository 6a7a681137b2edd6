"""Feeds: every saved one read right, the date traps of real bridges, and what comes instead of a feed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.collector.capture import Capture, Reading
from services.collector.platforms.feed import Feed
from shared.account import Account
from shared.errors import InputError
from shared.events import Comments, Coverage, Kind, Outcome
from tests.paths import SHARED, needs_shared

FOLDER = SHARED / "captures" / "feeds"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LONG = "http://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&amp;mid=2247500001&amp;idx=2&amp;sn=ab&amp;chksm=cd&amp;scene=0#rd"


def read(*bodies: str | bytes, account: Account | None = None, status: int | None = None) -> Reading:
    raw = [body.encode() if isinstance(body, str) else body for body in bodies]
    return Feed().read([Capture(body=body, at=NOW, status=status) for body in raw], account)


def ledger(own_id: str = "city-news", url: str | None = "https://feeds.example.cn/city.xml") -> Account:
    return Account(platform="feed", id=own_id, name="某市发布", unit="某市政府办", url=url)


def rss(*items: str, title: str = "某市发布", more: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{title}</title>{more}{"".join(items)}</channel></rss>'


def item(
    title: str = "通知",
    link: str = "https://example.cn/1",
    date: str = "Fri, 17 Oct 2025 14:16:44 +0800",
    more: str = "",
) -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>{more}</item>"


@pytest.mark.parametrize(("asked", "is_own"), [("2803301701", True), ("1001000001", False)])
def test_a_bridge_that_answers_with_another_weibo_accounts_feed_says_nothing_of_the_one_asked_for(
    asked: str, is_own: bool
) -> None:
    row = ledger(asked, f"https://bridge.example.cn/weibo/user/{asked}?limit=20")
    body = rss(
        item("通知", "https://weibo.com/2803301701/Ma1b2c3d4"), item("公告", "https://weibo.com/2803301701/Ma1b2c3d5")
    )
    reading = read(body, account=row)
    assert (reading.outcome is Outcome.OK, len(reading.posts)) == ((True, 2) if is_own else (False, 0))
    if not is_own:
        assert reading.reason == "页面属于其他账号：微博 2803301701"


# name, account name, its id, items, newest publish time (UTC)
SAVED = [
    ("odd-iso-dates-in-rss2-placeholder-text.xml", "孟岩 - 投资理财智慧精选", None, 5, "2025-10-18T02:00:00"),
    ("wechat-feeds-anhui-gov-zombie-2018.xml", "安徽省人民政府法制办公室", None, 10, "2018-08-27T08:48:44"),
    ("wechat-feeds-anju-beijing.xml", "安居北京", None, 12, "2021-06-17T03:38:21"),
    ("wechat-feeds-beijing-cdc.xml", "北京市疾病预防控制中心", None, 19, "2021-06-17T03:03:26"),
    ("wechat-feeds-beijing-disabled-service-account.xml", "北京残联服务号", None, 1, "2020-01-20T07:43:38"),
    ("wechat-feeds-beijing-traffic-police.xml", "北京交警", None, 20, "2021-06-11T13:06:37"),
    ("wechat-feeds-china-fire.xml", "中国消防", None, 12, "2021-06-17T03:02:38"),
    ("wechat-feeds-csrc.xml", "证监会发布", None, 12, "2021-06-17T01:08:09"),
    ("wechat-feeds-datong-police-zombie-2017.xml", "大同公安便民服务在线", None, 1, "2017-09-29T10:26:35"),
    ("wechat-feeds-datong-zhengwu.xml", "大同政务", None, 20, "2021-06-16T11:55:38"),
    ("wechat-feeds-health-china.xml", "健康中国", None, 10, "2021-06-17T06:59:52"),
    ("wechat-feeds-ministry-emergency-management.xml", "中华人民共和国应急管理部", None, 20, "2021-06-16T23:55:44"),
    ("wechat-feeds-nanchang-fabu.xml", "南昌发布", None, 20, "2021-06-17T03:27:23"),
    ("wechat-feeds-nanchong-renshe-21-days-old.xml", "南充社会保障", None, 12, "2021-05-28T01:34:04"),
    ("wechat-feeds-peoples-daily.xml", "人民日报", None, 13, "2021-06-17T04:49:14"),
    ("wechat-feeds-puyan-subdistrict.xml", "浦沿发布", None, 20, "2021-06-16T12:06:34"),
    ("wechat-feeds-shanghai-fabu-2021-06-16.xml", "上海发布", None, 20, "2021-06-16T08:45:28"),
    ("wechat-feeds-shanghai-fabu-2021-06-19.xml", "上海发布", None, 20, "2021-06-17T06:51:23"),
    ("wechat-feeds-supreme-procuratorate.xml", "最高人民检察院", None, 16, "2021-06-17T04:17:13"),
    ("wechat-feeds-vistopia-control-chars-bozo.xml", "Vistopia", None, 18, "2020-03-10T05:22:17"),
    ("wechat-scholar-china-ocean-observation-zombie-2026.xml", "中国海洋观测", "gh_021881142875", 50, "2026-04-30T08:42:08"),
    ("wechat-scholar-guokr-wxid-id.xml", "果壳", "wxid_5637156371511", 50, "2026-08-22T08:00:00"),
    ("wechat-scholar-nsfc.xml", "国家自然科学基金委员会", "gh_c1f2e5989666", 50, "2026-08-22T01:33:18"),
    ("wechat-scholar-two-items-2024.xml", "空天地海潜通用技术研究", "gh_32b13b880824", 2, "2024-07-14T09:33:51"),
]  # fmt: skip


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize(("name", "account", "own_id", "items", "newest"), SAVED)
def test_a_saved_feed_is_read_as_a_person_reads_it(
    name: str, account: str, own_id: str | None, items: int, newest: str
) -> None:
    reading = read((FOLDER / name).read_bytes())
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, items)
    assert reading.account is not None
    assert (reading.account.name, reading.account.id) == (account, own_id)
    times = [post.published_at for post in reading.posts if post.published_at]
    assert len(times) == items
    assert max(times).strftime("%Y-%m-%dT%H:%M:%S") == newest
    assert {(post.kind, post.comments, post.pinned) for post in reading.posts} == {
        (Kind.UNKNOWN, Comments.UNKNOWN, False)
    }
    assert all(post.title and "<" not in (post.title + (post.text or "")) for post in reading.posts)


@needs_shared
@pytest.mark.captures
def test_every_saved_feed_is_in_the_table() -> None:
    assert {row[0] for row in SAVED} == {file.name for file in FOLDER.glob("*.xml")}


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize("tenth", range(10))
def test_a_feed_cut_anywhere_is_no_evidence(tenth: int) -> None:
    body = (FOLDER / "wechat-feeds-datong-zhengwu.xml").read_bytes()
    assert read(body[: len(body) * tenth // 10]).outcome is Outcome.PARSE_ERROR


@pytest.mark.parametrize(
    ("date", "published_at"),
    [
        ("Fri, 17 Oct 2025 14:16:44 +0800", "2025-10-17T06:16:44"),
        ("Fri, 17 Oct 2025 14:16:44 ", "2025-10-17T06:16:44"),
        ("Fri, 17 Oct 2025 06:16:44 GMT", "2025-10-17T06:16:44"),
        ("Fri Oct 17 14:16:44 CST 2025", "2025-10-17T06:16:44"),
        ("2025-10-18T10:00:00", "2025-10-18T02:00:00"),
        ("2025-10-19 18:16:08", "2025-10-19T10:16:08"),
        ("2025-10-18T10:00:00.123Z", "2025-10-18T10:00:00"),
        ("2025-10-18T10:00:00+08:00", "2025-10-18T02:00:00"),
        ("2025年11月10日 12:00", "2025-11-10T04:00:00"),
        ("1762747210", "2025-11-10T04:00:10"),
        ("1762747210000", "2025-11-10T04:00:10"),
        ("Wed, 01 Jan 2098 00:00:00 GMT", "2098-01-01T00:00:00"),
        ("昨天", "2026-11-19T16:00:00"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("2025-13-40", None),
        ("", None),
    ],
)
def test_a_date_is_read_right_or_not_at_all(date: str, published_at: str | None) -> None:
    moment = read(rss(item(date=date))).posts[0].published_at
    assert (moment and moment.strftime("%Y-%m-%dT%H:%M:%S")) == published_at


def test_an_update_counts_only_where_no_publish_time_is_given() -> None:
    def entry(number: int, times: str) -> str:
        return f'<entry><id>{number}</id><title>甲</title><link href="https://example.cn/{number}"/>{times}</entry>'

    updated, published = "<updated>2025-10-20T00:00:00Z</updated>", "<published>2025-10-01T00:00:00Z</published>"
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
        + entry(1, updated)
        + entry(2, updated + published)
        + "</feed>"
    )
    assert [post.published_at and post.published_at.day for post in read(atom).posts] == [20, 1]


def test_a_json_feed_is_read_like_the_others() -> None:
    entry = {
        "id": "a",
        "url": "https://mp.weixin.qq.com/s/abc?scene=1",
        "title": "甲",
        "date_modified": "2025-10-20T00:00:00Z",
    }
    body = {
        "version": "https://jsonfeed.org/version/1",
        "title": "某市发布",
        "items": [entry | {"content_text": "1 < 2"}],
    }
    reading = read(json.dumps(body))
    assert (reading.posts[0].id, reading.posts[0].text) == ("https://mp.weixin.qq.com/s/abc", "1 < 2")
    assert read(json.dumps(body)[:-9]).outcome is Outcome.PARSE_ERROR
    assert read('{"title": "not a feed", "items": []}').outcome is Outcome.PARSE_ERROR


def test_items_are_told_apart_by_link_and_never_by_title() -> None:
    again = LONG.replace("scene=0", "scene=27")
    reading = read(rss(item("专栏", LONG), item("专栏", again), item("专栏", LONG.replace("idx=2", "idx=3"))))
    assert [post.id for post in reading.posts] == ["2247500001_2", "2247500001_3"]
    assert reading.posts[0].url == "https://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&mid=2247500001&idx=2&sn=ab"
    assert reading.account is not None
    assert reading.account.id == "MzIyNjMxOTY0NA=="


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("获取全文失败，请重试~", None),
        ("通知", None),
        ("", None),
        ("&lt;img src=x&gt;&lt;p&gt;一&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;二&lt;/p&gt;", "一\n二"),
        ("&lt;![CDATA[&lt;p&gt;全文&lt;/p&gt;]]&gt;", "全文"),
    ],
)
def test_a_placeholder_or_the_title_again_is_no_text(description: str, text: str | None) -> None:
    assert read(rss(item(more=f"<description>{description}</description>"))).posts[0].text == text


@pytest.mark.parametrize("title", ["某市发布 | wechat-feeds", "某市发布", " 某市发布 - RSSHub"])
def test_a_bridge_s_name_is_no_part_of_the_account_s(title: str) -> None:
    reading = read(rss(item(), title=title))
    assert reading.account is not None
    assert reading.account.name == "某市发布"


def test_an_empty_feed_proves_nothing_of_the_account() -> None:
    reading = read(rss(), account=ledger())
    assert (reading.outcome, reading.covers) == (Outcome.PARSE_ERROR, Coverage.NOTHING)
    assert "不能据此认定账号没有内容" in (reading.reason or "")
    assert read(rss().removesuffix("</rss>")).outcome is Outcome.PARSE_ERROR
    assert read(rss("<item></item>")).outcome is Outcome.PARSE_ERROR


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ("<html><body>当前环境异常，完成验证后即可继续访问</body></html>", 200, Outcome.BLOCKED),
        ("<html><body>Forbidden</body></html>", 403, Outcome.BLOCKED),
        ("<html><body>请登录后查看</body></html>", 200, Outcome.LOGIN_WALL),
        ("<html><body>欢迎访问</body></html>", 200, Outcome.PARSE_ERROR),
        ("Not Found", 404, Outcome.PARSE_ERROR),
        ("", 200, Outcome.PARSE_ERROR),
    ],
)
def test_a_page_instead_of_a_feed_is_told_by_its_content(body: str, status: int, outcome: Outcome) -> None:
    reading = read(body, status=status)
    assert (reading.outcome, reading.covers) == (outcome, Coverage.NOTHING)
    assert reading.reason


def test_the_address_is_the_identity_unless_the_feed_names_another_account() -> None:
    named = rss(
        item(), more="<image><url>https://x.cn/i.png</url><title>gh_0123456789ab</title></image>", title="改名后"
    )
    assert read(named, account=ledger()).outcome is Outcome.OK
    assert read(named, account=ledger("gh_0123456789ab")).outcome is Outcome.OK
    other = read(named, account=ledger("gh_ffffffffffff"))
    assert (other.outcome, other.posts) == (Outcome.PARSE_ERROR, ())
    assert "页面属于其他账号" in (other.reason or "")


def test_a_feed_opens_no_files_and_unfolds_no_bombs(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(item()))
    assert read(str(secret)).outcome is Outcome.PARSE_ERROR
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>' + rss(item("&x;甲"))[38:]
    assert all("通知" not in (post.title or "") for post in read(entity).posts)


def test_a_feed_is_fetched_from_the_ledger_s_own_address() -> None:
    plan = Feed().plan(ledger())
    assert (plan.page, plan.keep, plan.fetch) == (None, (), ("https://feeds.example.cn/city.xml",))


@pytest.mark.parametrize(
    "url", [None, "", "feeds.example.cn", "ftp://example.cn/x", "file:///etc/passwd", "http://", "https://[bad/x"]
)
def test_a_row_without_an_address_tells_what_to_fill_in(url: str | None) -> None:
    with pytest.raises(InputError, match="请在台账"):
        Feed().plan(ledger(url=url))


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_any_bytes_are_read_without_raising(body: bytes) -> None:
    assert read(body).outcome.is_evidence is False
    whole = rss(item()).encode()
    for place in (60, 120, 180):
        assert read(whole[:place] + body + whole[place:], account=ledger()).outcome in Outcome
