"""What bridges put into a feed that is not the account's: their own failures, notices as text, several accounts."""

import json
from datetime import UTC, datetime

import pytest

from services.collector.capture import Reading
from services.collector.platforms.feed import Feed
from shared.account import Account
from shared.events import Coverage, Outcome
from tests.collector.platforms.facts import answer

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HOME = "https://weibo.example/u/5900000011"
CITY = Account(platform="feed", id="city", name="某市发布", unit="某市政府办", url="https://feeds.example.cn/city.xml")


def item(title: str, link: str = HOME, date: str = "Fri, 20 Nov 2026 02:00:00 GMT", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>{more}</item>"


def read(*items: str, title: str = "某市发布", account: Account | None = CITY) -> Reading:
    feed = f"<rss version='2.0'><channel><title>{title}</title><link>{HOME}</link>{''.join(items)}</channel></rss>"
    return Feed().read([answer(feed, at=NOW)], account)


def guid(value: str) -> str:
    return f"<guid>{value}</guid>"


@pytest.mark.parametrize(
    "items",
    [
        (item("甲", more=guid("1")), item("乙", more=guid("2"))),
        (item("甲"), item("乙")),
        (item("甲"), item("甲", date="Thu, 19 Nov 2026 02:00:00 GMT")),
        (item("甲", more=guid(HOME)), item("乙", more=guid(HOME))),
        (item("甲", link="", more=guid("1")), item("甲", link="", more=guid("2"))),
        (item("甲", "https://x.cn/1", more=guid("same")), item("甲", "https://x.cn/2", more=guid("same"))),
    ],
)
def test_items_that_share_a_link_stay_several(items: tuple[str, ...]) -> None:
    posts = read(*items).posts
    assert len({post.id for post in posts}) == 2
    assert [post.id for post in read(*items[::-1]).posts] == [post.id for post in posts][::-1]


def test_an_item_keeps_its_id_when_its_title_is_edited_or_others_come_before_it() -> None:
    before = read(item("甲", "https://x.cn/1", more=guid("1"))).posts[0].id
    after = read(item("乙", more=guid("2")), item("甲（更正）", "https://x.cn/1", more=guid("1"))).posts[1].id
    assert before == after == "1"


@pytest.mark.parametrize("field", ["guid", "link"])
def test_an_item_that_stands_twice_is_one(field: str) -> None:
    more = guid("1") if field == "guid" else ""
    assert len(read(item("甲", more=more), item("甲", more=more)).posts) == 1


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("Bridge returned error 403! (20778)", Outcome.BLOCKED),
        ("Bridge returned error 500! (20778)", Outcome.PARSE_ERROR),
        ("HttpException: https://weibo.example resulted in 500", Outcome.PARSE_ERROR),
        ("RSS失效，请检查 2026-11-21 09点", Outcome.LOGIN_WALL),
        ("登录已过期，请重新扫码授权", Outcome.LOGIN_WALL),
        ("【某市发布】微信读书账号失效", Outcome.LOGIN_WALL),
        ("Cookies 已失效，请更新", Outcome.LOGIN_WALL),
        ("Session expired, please log in again", Outcome.LOGIN_WALL),
        ("MuseumBridge was unable to receive or process the remote website's content!", Outcome.PARSE_ERROR),
        ("该订阅源已失效", Outcome.LOGIN_WALL),
        ("小黑屋：今日请求已达上限", Outcome.BLOCKED),
        ("RSSHub 公共实例已限制访问", Outcome.PARSE_ERROR),
        ("公众号已停止抓取", Outcome.PARSE_ERROR),
        ("环境异常", Outcome.BLOCKED),
        ("此帐号已自主注销，内容无法查看", Outcome.PARSE_ERROR),
    ],
)
def test_what_a_bridge_says_of_itself_is_no_post(title: str, outcome: Outcome) -> None:
    reading = read(item(title, date="Sat, 21 Nov 2026 01:00:00 GMT"))
    assert (reading.outcome, reading.posts) == (outcome, ())
    assert title[:20] in (reading.reason or "")


def test_old_posts_beside_a_notice_of_now_do_not_prove_silence() -> None:
    old = item("招聘公告", "https://x.cn/1", "Thu, 15 Oct 2026 01:00:00 GMT")
    notice = item("登录已失效", date="Sat, 21 Nov 2026 01:00:00 GMT")
    reading = read(notice, old)
    assert (reading.outcome, [post.title for post in reading.posts]) == (Outcome.LOGIN_WALL, ["招聘公告"])
    assert reading.covers is Coverage.NOTHING


def test_a_notice_that_newer_posts_have_overtaken_is_left_out() -> None:
    reading = read(item("今日预警", "https://x.cn/1"), item("登录已失效", date="Thu, 15 Oct 2026 01:00:00 GMT"))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 1)


@pytest.mark.parametrize(
    "title",
    [
        "关于社保系统登录失效的通知",
        "请登录政务服务网办理",
        "医保账号异常怎么办",
        "订阅号更新公告",
        "抓取错误，他被处罚",
        "关于本公众号停止更新的公告",
        "本公众号停止更新",
        "县图书馆服务即将停止",
    ],
)
def test_an_office_may_write_of_logins_and_errors(title: str) -> None:
    assert read(item(title)).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("此帐号已被屏蔽, 内容无法查看", False),
        ("<h2>此内容因违规无法查看</h2><p>由用户投诉并经平台审核，涉嫌过度营销、骚扰用户</p>", False),
        ("<p>该内容已被发布者删除</p><p>📍发表于：云岭</p>", False),
        ("<h2>环境异常</h2><p>当前环境异常，完成验证后即可继续访问。</p><a>去验证</a>", False),
        ("<p>该内容已被发布者删除</p>", False),
        ("此内容因违规无法查看", False),
        ("该公众号已迁移", False),
        ("抱歉，此微博已被作者删除。查看帮助：https://t.cn/x", False),
        ("获取全文失败，请重试~", False),
        ("昨日发布的报名链接已失效，请使用新链接。", True),
        ("该账号已注销，请大家关注新账号。", True),
        ("<p>该内容已被发布者删除</p><p>近日，有网友反映打开文章时见到上述提示，现说明如下。</p>", True),
    ],
)
def test_a_platform_s_notice_is_no_article_text(text: str, kept: bool) -> None:
    post = read(item("通知", more=f"<description><![CDATA[{text}]]></description>")).posts[0]
    assert (post.text is not None) is kept


def author(name: str) -> str:
    return f"<author>{name}</author>"


@pytest.mark.parametrize(
    ("title", "authors", "covers"),
    [
        ("WeWe-RSS All", ("某市发布",), Coverage.TIMELINE),
        ("全部文章", (), Coverage.TIMELINE),
        ("我的订阅", ("青石市热力", "某市发布"), Coverage.TIMELINE),
        ("某市发布", ("办公室", "宣传科"), Coverage.LIST),
        ("某市发布的微博", ("某市发布", "青石市热力"), Coverage.LIST),
        ("我的订阅", ("张小三", "李四"), Coverage.LIST),
    ],
)
def test_a_feed_of_many_accounts_is_nobody_s_list(title: str, authors: tuple[str, ...], covers: Coverage) -> None:
    items = [item(f"第{n}条", f"https://x.cn/{n}", more=author(name)) for n, name in enumerate(authors or ("",))]
    assert read(*items, title=title).covers is covers


def test_a_json_feed_of_many_accounts_is_nobody_s_list() -> None:
    items = [
        {"id": str(n), "url": f"https://x.cn/{n}", "title": "甲", "authors": [{"name": name}]}
        for n, name in enumerate(("青石市热力", "白水区教育"))
    ]
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "我的订阅", "items": items}
    assert Feed().read([answer(json.dumps(body))]).covers is Coverage.TIMELINE


def test_a_time_that_is_none_gives_way_to_the_next() -> None:
    more = '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-11-20T09:00:00+08:00</dc:date>'
    for date in ("", "Invalid Date"):
        moment = read(item("甲", date=date, more=more)).posts[0].published_at
        assert moment == datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "much",
    [
        item("甲") * 5_001,
        "<item " + "".join(f"a{n}='' " for n in range(600)) + ">",
        "<item>" * 100_000,
        "<title>" + "<div" * 600_000,
    ],
)
def test_a_feed_longer_than_any_real_one_is_refused(much: str) -> None:
    reading = read(much)
    assert (reading.outcome, reading.posts) == (Outcome.PARSE_ERROR, ())
    assert "太长" in (reading.reason or "")


@pytest.mark.parametrize(
    "items",
    [
        [item(name, more=f"<source url='https://x.cn/{name}'>{name}</source>") for name in ("甲县发布", "乙县发布")],
        [item(uid, f"https://weibo.com/{uid}/Px1") for uid in ("5900000031", "5900000032")],
    ],
)
def test_items_of_different_sources_or_homes_are_nobody_s_list(items: list[str]) -> None:
    assert read(*items, title="我的订阅").covers is Coverage.TIMELINE


def test_words_that_move_with_the_clock_are_marked_and_make_no_new_item() -> None:
    first = read(item("甲", date="3小時前"), item("乙", date="昨日 下午11:05")).posts
    assert [post.published_at for post in first] == [
        datetime(2026, 11, 20, 23, tzinfo=UTC),
        datetime(2026, 11, 20, 15, 5, tzinfo=UTC),
    ]
    assert first[0].approximate
    assert [post.id for post in read(item("甲", date="4小時前"), item("乙", date="昨日 下午11:05")).posts] == [
        post.id for post in first
    ]
