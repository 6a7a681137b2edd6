"""What people save is seldom the bare answer: lines, browser pages, callbacks, error pages, wrong encodings."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from services.collector.capture import Capture, Reading
from services.collector.platforms.douyin import Douyin
from services.collector.platforms.feed import Feed
from services.collector.platforms.toutiao import Toutiao
from services.collector.platforms.wechat import WeChat
from services.collector.platforms.weibo import Weibo
from shared.events import Comments, Coverage, Outcome

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SEC_UID = "MS4wLjABAAAAabcdefghijklmnopqrstuvwx"
OTHER = "MS4wLjABAAAAzyxwvutsrqponmlkjihgfedc"
PLATFORMS = {"weibo": Weibo(), "douyin": Douyin(), "toutiao": Toutiao(), "wechat": WeChat(), "feed": Feed()}


def read(platform: str, body: object) -> Reading:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return PLATFORMS[platform].read([Capture(body=raw, at=NOW)])


def lines(*answers: object) -> bytes:
    return b"\r\n".join(json.dumps(answer, ensure_ascii=False).encode() for answer in answers) + b"\r\n"


def mblog(number: int, **changes: Any) -> dict[str, Any]:
    user = {"id": 2803301701, "screen_name": "某市发布", "statuses_count": 9}
    time = "Fri Nov 20 10:00:00 +0800 2026"
    base = {"id": 5 * 10**15 + number, "created_at": time, "text": "通告", "reposts_count": 0, "user": user}
    return base | changes


def aweme(number: int, sec_uid: str = SEC_UID, **changes: Any) -> dict[str, Any]:
    author = {"sec_uid": sec_uid, "nickname": "某市公安"}
    return {
        "aweme_id": str(759 * 10**16 + number),
        "desc": "提醒",
        "create_time": 1767180000,
        "author": author,
    } | changes


def headline(number: int) -> dict[str, Any]:
    owner = {"user_id": "4377795668", "name": "某市发布"}
    return {"group_id": str(75 * 10**17 + number), "title": "通告", "publish_time": 1763600000, "user_info": owner}


ITEMS = {"weibo": [mblog(1), mblog(2)], "douyin": [aweme(1), aweme(2)], "toutiao": [headline(1), headline(2)]}


@pytest.mark.parametrize("platform", ITEMS)
def test_items_one_a_line_are_read_like_a_list(platform: str) -> None:
    reading = read(platform, b"\xef\xbb\xbf" + lines(*ITEMS[platform]))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 2)


@pytest.mark.parametrize("platform", ITEMS)
def test_a_broken_line_makes_the_whole_file_broken(platform: str) -> None:
    assert read(platform, lines(*ITEMS[platform])[:-30]).outcome is Outcome.PARSE_ERROR


def test_answers_one_a_line_are_read_together() -> None:
    profile = {"status_code": 0, "user": {"sec_uid": SEC_UID, "nickname": "某市公安", "aweme_count": 12}}
    works = {"status_code": 0, "aweme_list": ITEMS["douyin"], "max_cursor": 1, "has_more": 0}
    reading = read("douyin", lines(profile, works))
    assert len(reading.posts) == 2
    assert reading.account is not None
    assert reading.account.posts_total == 12


@pytest.mark.parametrize("platform", ITEMS)
def test_json_that_a_browser_saved_as_a_page_is_read(platform: str) -> None:
    shown = json.dumps(ITEMS[platform], ensure_ascii=False).replace("&", "&amp;").replace("<", "&lt;")
    page = f'<html><head><meta charset="utf-8"></head><body><pre style="x">{shown}</pre></body></html>'
    assert len(read(platform, page.encode()).posts) == 2


def test_an_answer_inside_a_callback_is_read() -> None:
    assert len(read("toutiao", b"cb_1(" + json.dumps({"data": ITEMS["toutiao"]}).encode() + b");").posts) == 2


@pytest.mark.parametrize("platform", ITEMS)
@pytest.mark.parametrize(
    ("title", "outcome"),
    [("403 Forbidden", Outcome.BLOCKED), ("418 I'm a teapot", Outcome.BLOCKED), ("502 Bad Gateway", Outcome.NETWORK)],
)
def test_a_saved_error_page_is_what_its_title_says(platform: str, title: str, outcome: Outcome) -> None:
    page = f"<html>\r\n<head><title>{title}</title></head><body><h1>{title}</h1><hr>nginx</body></html>"
    assert read(platform, page.encode()).outcome is outcome


def test_a_weibo_item_is_no_toutiao_item() -> None:
    assert read("toutiao", mblog(1, title="", topic_id="x")).posts == ()


def test_a_post_the_account_only_liked_is_not_its_own() -> None:
    liked = mblog(2, user={"id": 99999, "screen_name": "别人"}, title={"text": "她赞过的微博"})
    reading = read("weibo", {"ok": 1, "data": {"list": [mblog(1), liked], "since_id": ""}})
    assert (reading.covers, len(reading.posts)) == (Coverage.LIST, 1)


def test_posts_beside_the_profile_are_read() -> None:
    reading = read("weibo", {"ok": 1, "data": {"user": mblog(1)["user"], "statuses": [mblog(1), mblog(2)]}})
    assert len(reading.posts) == 2


def test_comments_that_need_approval_are_neither_open_nor_closed() -> None:
    info = {"comment_permission_type": -1, "approval_comment_type": 1}
    assert read("weibo", mblog(1, comment_manage_info=info)).posts[0].comments is Comments.UNKNOWN


def test_too_many_requests_is_a_block_and_an_expired_token_a_login() -> None:
    assert read("weibo", {"ok": 0, "msg": "请求过于频繁,歇歇吧"}).outcome is Outcome.BLOCKED
    assert read("weibo", {"error": "expired_token", "error_code": 21327}).outcome is Outcome.LOGIN_WALL


def test_a_notice_about_appeals_does_not_say_that_the_account_is_banned() -> None:
    assert read("douyin", {"status_code": 5, "status_msg": "封禁申诉功能升级"}).outcome is Outcome.PARSE_ERROR
    assert read("douyin", {"status_code": 5, "status_msg": "该账号因违规已封禁"}).outcome is Outcome.GONE


def test_works_made_together_stay_in_the_list_of_the_one_who_made_them_all() -> None:
    shared = aweme(2, OTHER, cooperation_info={"co_creators": [{"sec_uid": SEC_UID}, {"sec_uid": OTHER}]})
    answer = {"status_code": 0, "aweme_list": [aweme(1), shared], "max_cursor": 1, "has_more": 1}
    reading = read("douyin", answer)
    assert reading.covers is Coverage.LIST
    assert reading.account is not None
    assert reading.account.id == SEC_UID


def rendered(data: dict[str, Any]) -> bytes:
    return f'<html><script id="RENDER_DATA" type="application/json">{quote(json.dumps(data))}</script></html>'.encode()


def test_a_server_rendered_douyin_work_is_read() -> None:
    author = {"secUid": SEC_UID, "nickname": "某市公安"}
    detail = {"awemeId": "7590000000000000001", "desc": "x", "createTime": 1767180000, "authorInfo": author}
    reading = read("douyin", rendered({"_location": "/video/1", "app": {"videoDetail": detail}}))
    assert (reading.covers, len(reading.posts)) == (Coverage.ITEM, 1)
    assert reading.account is not None
    assert reading.account.id == SEC_UID


def test_a_server_rendered_douyin_account_is_read() -> None:
    user = {"secUid": SEC_UID, "nickname": "某市公安", "awemeCount": 12}
    work = {"awemeId": "7590000000000000001", "desc": "x", "createTime": 1767180000}
    reading = read("douyin", rendered({"41": {"user": {"user": user}, "post": {"data": [work], "hasMore": 1}}}))
    assert (reading.covers, len(reading.posts)) == (Coverage.LIST, 1)


def test_a_server_rendered_toutiao_article_is_read() -> None:
    data = {"title": "t", "itemId": "7500000000000000001", "publishTime": "2022-06-01 10:00", "content": "<p>x</p>"}
    reading = read("toutiao", rendered({"data": data}))
    assert reading.posts[0].published_at == datetime(2022, 6, 1, 2, tzinfo=UTC)


def pushed(fakeid: str) -> dict[str, Any]:
    about = {"id": int(fakeid), "type": 49, "datetime": 1795140000, "fakeid": fakeid}
    return {"comm_msg_info": about, "app_msg_ext_info": {"title": "通告", "content_url": "", "copyright_stat": 11}}


def test_messages_of_two_accounts_are_nobodys_list() -> None:
    reading = read("wechat", lines(pushed("3226319644"), pushed("3226319645")))
    assert (reading.covers, reading.account, len(reading.posts)) == (Coverage.TIMELINE, None, 2)
    assert read("wechat", lines(pushed("3226319644"), pushed("3226319644"))).covers is Coverage.LIST


def test_an_article_saved_without_its_scripts_is_known_by_its_address() -> None:
    page = """<html><head><meta property="og:title" content="通告"/>
    <meta property="og:url" content="http://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&amp;mid=7&amp;idx=1&amp;sn=x">
    </head><body><div id="js_article"><span id="js_name">某市发布</span>
    <em id="publish_time">2026年11月20日 10:00</em><div id="js_content">正文</div></div></body></html>"""
    reading = read("wechat", page.encode())
    assert reading.posts[0].id == "7_1"
    assert reading.account is not None
    assert reading.account.id == "MzIyNjMxOTY0NA=="


def feed(items: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>某市发布</title>{items}</channel></rss>'


def item(number: int, biz: str) -> str:
    link = f"https://mp.weixin.qq.com/s?__biz={biz}&amp;mid=2247483650&amp;idx=1&amp;sn={number}"
    return f"<item><title>通告</title><link>{link}</link></item>"


def test_a_feed_of_two_wechat_accounts_is_nobodys_list_and_loses_no_item() -> None:
    reading = read("feed", feed(item(1, "MzIyNjMxOTY0NA==") + item(2, "MzIyNjMxOTY0NQ==")).encode())
    assert (reading.covers, len(reading.posts)) == (Coverage.TIMELINE, 2)


def test_a_chinese_feed_that_says_utf8_but_is_not_keeps_its_words() -> None:
    reading = read("feed", feed(item(1, "MzIyNjMxOTY0NA==")).encode("gb18030"))
    assert reading.posts[0].title == "通告"


def test_a_feed_item_may_have_a_description_only() -> None:
    assert read("feed", feed("<item><description>停水通知</description></item>").encode()).posts[0].text == "停水通知"
