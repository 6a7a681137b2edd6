"""Weibo: saved answers and single posts are read right, whatever their age; hostile input."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from shared.errors import InputError
from shared.events import Comments
from tests.collector.platforms.facts import (
    NOW,
    Facts,
    account,
    answer,
    facts_of,
    hostile_json,
    never_raises,
    saved,
    saved_names,
    spoilt,
)
from tests.collector.platforms.weibo_answers import (
    BLOCKED,
    BROKEN,
    HOME,
    ITEM,
    LIST,
    NOTHING,
    OK,
    ORIGINAL,
    PROFILE,
    REPOST,
    TIMELINE,
    UID,
    WALL,
    WEIBO,
    cards,
    mblog,
    only,
)
from tests.paths import needs_shared

OPEN, UNKNOWN = Comments.OPEN, Comments.UNKNOWN
EXPECTED = {
    "ajax-mymblog-item-2023.json": Facts(OK, ITEM, None, 1, "2023-01-14 10:45:00", 0, {REPOST: 1}, {OPEN: 1}),
    "ajax-mymblog-item-comment-permission-1-deleted-retweet-2019.json": Facts(
        OK, ITEM, "嗡嗡嗡嗡你说啥", 1, "2019-09-18 05:15:53", 0, {REPOST: 1}, {Comments.RESTRICTED: 1}
    ),
    "ajax-mymblog-page1-pinned-old-first-2022.json": Facts(
        OK, LIST, "恩匹希桑", 11, "2022-04-09 22:25:41", 1, {ORIGINAL: 1, REPOST: 10}, {OPEN: 11}
    ),
    "app-group-timeline-2015-3.json": Facts(
        OK, TIMELINE, None, 25, "2015-09-03 16:20:31", 0, {ORIGINAL: 9, REPOST: 16}, {UNKNOWN: 25}
    ),
    "app-status-media-southern-metropolis-2015.json": Facts(
        OK, ITEM, "南方都市报", 1, "2015-09-09 02:21:54", 0, {ORIGINAL: 1}, {UNKNOWN: 1}
    ),
    "app-status-promotion-ad-brand-2015.json": Facts(
        OK,
        ITEM,
        "懂得选择欧丽薇兰",
        1,
        "2015-09-09 02:17:31",
        0,
        {ORIGINAL: 1},
        {UNKNOWN: 1},
        ("promotion.type=ad", "page_info.object_type=adFeedEvent", "url_struct.object_type=adFeedEvent"),
    ),
    "app-status-promotion-top-fans-headline-2015.json": Facts(
        OK, ITEM, "绫辻pocky", 1, "2015-09-09 02:25:55", 0, {ORIGINAL: 1}, {UNKNOWN: 1}
    ),
    "client-profile-rmrb-m-2023.json": Facts(OK, PROFILE, "人民日报"),
    "m-comments-hotflow-2019.json": Facts(OK, NOTHING),
    "m-error-ok-minus-100-please-login.json": Facts(WALL, NOTHING),
    "m-getindex-107603-cards-2019.json": Facts(
        OK, LIST, "Dear-迪丽热巴", 10, "2019-06-14 12:38:03", 0, {ORIGINAL: 9, REPOST: 1}, {UNKNOWN: 10}
    ),
    "m-getindex-uid-userinfo-celebrity-2019.json": Facts(OK, PROFILE, "Dear-迪丽热巴"),
    "m-getindex-uid-userinfo-game-blogger-2019.json": Facts(OK, PROFILE, "吃鸡搞笑视频"),
    "m-second-profile-card-2023.json": Facts(
        OK, ITEM, "1111681197", 1, "2023-01-14 10:34:32", 0, {REPOST: 1}, {OPEN: 1}
    ),
    "m-statuses-extend-longtext-2019.json": Facts(OK, NOTHING),
    "openapi-status-gov-guangdong-zhengfa-2014.json": Facts(
        OK, ITEM, "广东政法", 1, "2014-10-19 01:35:01", 0, {ORIGINAL: 1}, {UNKNOWN: 1}
    ),
    "pc-accessdeny-captcha-page-2017.html": Facts(BLOCKED, NOTHING),
}


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_saved_answer_is_read_right(name: str) -> None:
    assert facts_of(WEIBO.read([saved("weibo", name)])) == EXPECTED[name]


@needs_shared
def test_no_saved_answer_is_left_out_of_the_table() -> None:
    assert saved_names("weibo") == EXPECTED.keys()


@needs_shared
def test_a_pinned_old_post_comes_first_and_is_not_the_newest() -> None:
    posts = WEIBO.read([saved("weibo", "ajax-mymblog-page1-pinned-old-first-2022.json")]).posts
    assert posts[0].pinned is True
    assert posts[0].published_at == datetime(2019, 12, 29, 20, 55, 13, tzinfo=UTC)
    assert all(post.pinned is False for post in posts[1:])
    assert all(post.published_at and posts[0].published_at < post.published_at for post in posts[1:])


@needs_shared
def test_profile_and_list_together_make_one_reading() -> None:
    names = ("m-getindex-uid-userinfo-celebrity-2019.json", "m-getindex-107603-cards-2019.json")
    reading = WEIBO.read([saved("weibo", name) for name in names], account("weibo", "1669879400", "旧名"))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (OK, LIST, 10)
    assert reading.account is not None
    assert (reading.account.name, reading.account.posts_total) == ("Dear-迪丽热巴", 1008)


@needs_shared
def test_the_page_of_another_account_is_no_evidence() -> None:
    reading = WEIBO.read([saved("weibo", "m-getindex-107603-cards-2019.json")], HOME)
    assert reading.outcome is BROKEN
    assert reading.reason is not None
    assert "其他账号" in reading.reason
    assert reading.posts == ()


@needs_shared
def test_a_timeline_of_many_accounts_is_nobodys_page() -> None:
    reading = WEIBO.read([saved("weibo", "app-group-timeline-2015-3.json")], account("weibo", "2236171720"))
    assert reading.outcome is BROKEN


def test_the_mobile_site_marks_a_pin_on_the_card() -> None:
    old = {"card_type": 9, "profile_type_id": "proweibotop_1", "mblog": mblog("4000000000000001")}
    new = {"card_type": 9, "profile_type_id": "proweibo_2", "mblog": mblog("4857881961438732")}
    body = {"ok": 1, "data": {"cardlistInfo": {"containerid": f"107603{UID}", "total": 2}, "cards": [old, new]}}
    assert [post.pinned for post in WEIBO.read([answer(body)], HOME).posts] == [True, False]


@pytest.mark.parametrize(
    ("permission", "comments"),
    [(-1, OPEN), (0, OPEN), (1, Comments.RESTRICTED), (2, Comments.RESTRICTED), (None, UNKNOWN), ("x", UNKNOWN)],
)
def test_comments_are_restricted_only_where_the_post_says_so(permission: object, comments: Comments) -> None:
    assert only(cards(mblog("1", comment_manage_info={"comment_permission_type": permission}))).comments is comments


def test_short_times_are_seen_from_the_capture() -> None:
    assert only(cards(mblog("1", "刚刚"))).published_at == NOW
    assert only(cards(mblog("1", "昨天 23:59"))).published_at == datetime(2026, 11, 20, 15, 59, tzinfo=UTC)


def test_a_date_without_a_year_gets_it_from_the_id() -> None:
    assert only(cards(mblog("4383183661430868", "06-14"))).published_at == datetime(2019, 6, 14, 12, 38, 3, tzinfo=UTC)


def test_a_date_that_the_id_does_not_confirm_is_the_latest_such_date() -> None:
    assert only(cards(mblog("1", "06-14"))).published_at == datetime(2026, 6, 13, 16, 0, tzinfo=UTC)


def test_links_to_a_shop_are_commerce_and_a_shop_in_a_query_is_not() -> None:
    links = [
        {"long_url": "https://item.taobao.com/x"},
        {"long_url": "https://gov.cn/?from=taobao.com"},
        {"long_url": "//["},
    ]
    post = only(cards(mblog("1", url_struct=links, page_info={"object_type": "product"})))
    assert post.ad_signals == ("page_info.object_type=product", "url_struct.long_url=item.taobao.com")


def test_the_long_text_of_a_cut_post_is_merged_by_its_id() -> None:
    url = "https://m.weibo.cn/statuses/extend?id=4857881961438732"
    long = answer({"ok": 1, "data": {"ok": 1, "longTextContent": "很长的<br />通知全文"}}, url)
    reading = WEIBO.read([answer(cards(mblog("4857881961438732", text="很长…"))), long], HOME)
    assert (reading.covers, [post.text for post in reading.posts]) == (LIST, ["很长的\n通知全文"])


@pytest.mark.parametrize("year", ["0001", "1970", "9999"])
def test_a_year_that_no_post_can_be_of_is_no_publish_time(year: str) -> None:
    assert only(cards(mblog("4857881961438732", f"Fri Dec 31 23:59:59 +0800 {year}"))).published_at is None


def test_comments_are_never_read_as_posts() -> None:
    comment = {
        "id": "43",
        "mid": "43",
        "created_at": "刚刚",
        "text": "好",
        "bid": "",
        "rootid": "43",
        "user": {"id": 5},
    }
    for body in (
        {"ok": 1, "data": {"data": [comment], "total_number": 1, "max_id": 0}},
        {"ok": 1, "data": [comment], "total_number": 1},
        [comment],
    ):
        assert WEIBO.read([answer(body)]).posts == ()


def test_the_post_in_a_detail_page_is_read() -> None:
    page = f"<html><script>var $render_data = [{json.dumps({'status': mblog('4490412124'), 'call': 1})}][0] || {{}};</script>"
    reading = WEIBO.read([answer(page)])
    assert (reading.covers, reading.posts[0].id, reading.posts[0].pinned) == (ITEM, "4490412124", None)


@pytest.mark.parametrize("mark", [{"mblogtype": 2}, {"isTop": 1}, {"title": {"text": "置顶"}}])
def test_a_pin_is_told_by_any_of_its_marks(mark: dict[str, Any]) -> None:
    assert only(cards(mblog("4857881961438732", **mark))).pinned is True
    assert only(cards(mblog("4857881961438732", mblogtype=1))).pinned is False


def test_the_plan_asks_for_profile_and_posts_of_the_uid() -> None:
    plan = WEIBO.plan(HOME)
    assert plan.page == f"https://m.weibo.cn/u/{UID}"
    assert [url.endswith((f"value={UID}", f"containerid=107603{UID}")) for url in plan.fetch] == [True, True]


@pytest.mark.parametrize("bad", ["rmrb", "0", "2803301701/../x", "2803301701&a=b", "12345678901234567890"])
def test_a_wrong_uid_is_refused_with_the_remedy(bad: str) -> None:
    with pytest.raises(InputError, match=r"某市发布.*数字 UID"):
        WEIBO.plan(account("weibo", bad))


@needs_shared
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_cut_or_spoilt_answer_never_raises(name: str) -> None:
    for body in spoilt("weibo", name):
        never_raises(WEIBO, body)


@settings(max_examples=150, deadline=None)
@given(
    hostile_json(
        "ok msg url data cards cardlistInfo containerid total card_group mblog scheme list statuses status id mid idstr "
        "created_at text text_raw user userInfo screen_name statuses_count followers_count reposts_count mblogid "
        "title isTop retweeted_status comment_manage_info comment_permission_type promotion type page_info url_struct "
        "long_url longTextContent total_number error code"
    )
)
def test_hostile_json_never_raises(body: object) -> None:
    never_raises(WEIBO, json.dumps(body).encode())


@pytest.mark.parametrize(
    "body", [b"\x00\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"\xef\xbb\xbf{}", b"9" * 10_000]
)
def test_rubbish_never_raises(body: bytes) -> None:
    never_raises(WEIBO, body)
