"""Toutiao answers are read right, whatever their age, and walls are never taken for silence."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from services.collector.capture import ShownPost
from services.collector.platforms.toutiao import Toutiao
from shared.errors import InputError
from shared.events import Comments, Coverage, Kind, Outcome
from tests.collector.platforms.facts import (
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
from tests.paths import needs_shared

TOUTIAO = Toutiao()
TOKEN = "MS4wLjABAAAAgq8cb7cn9ByhZbmx-XQDdRTvFzmJeBBXOUO4QflP96M"
USER = "4377795668"
HOME = account("toutiao", USER)
FEED_URL = f"https://www.toutiao.com/api/pc/list/user/feed?category=profile_all&token={TOKEN}&max_behot_time=0"

OK, BLOCKED, BROKEN = Outcome.OK, Outcome.BLOCKED, Outcome.PARSE_ERROR
LIST, ITEM, PROFILE, TIMELINE, NOTHING = (
    Coverage.LIST,
    Coverage.ITEM,
    Coverage.PROFILE,
    Coverage.TIMELINE,
    Coverage.NOTHING,
)
SILENT, ORIGINAL, REPOST = Kind.UNKNOWN, Kind.ORIGINAL, Kind.REPOST
OPEN, CLOSED, UNKNOWN = Comments.OPEN, Comments.CLOSED, Comments.UNKNOWN

EXPECTED = {
    "app-feed-2017-07-15-stick-first.json": Facts(
        OK, TIMELINE, None, 15, "2017-07-14 23:00:51", 1, {SILENT: 15}, {OPEN: 15}
    ),
    "app-feed-2017-09-08-local-zhengzhou.json": Facts(
        OK, TIMELINE, None, 19, "2017-09-06 15:58:10", 0, {SILENT: 19}, {OPEN: 19}
    ),
    "app-feed-2020-09-16-content-strings.json": Facts(
        OK, TIMELINE, None, 4, "2020-09-16 07:59:09", 0, {SILENT: 4}, {OPEN: 4}
    ),
    "app-feed-data-item-content-string-2017.json": Facts(
        OK, ITEM, "新华网", 1, "2017-05-18 00:26:13", 1, {SILENT: 1}, {OPEN: 1}
    ),
    "app-item-cctv-ban-comment-1-2017-09.json": Facts(
        OK, ITEM, "央视网新闻", 1, "2017-09-25 12:21:25", 0, {SILENT: 1}, {CLOSED: 1}
    ),
    "app-item-gov-wenming-2017-04.json": Facts(
        OK, ITEM, "中国文明网", 1, "2017-04-13 08:51:39", 0, {SILENT: 1}, {OPEN: 1}
    ),
    "article-info-is-original-2017.json": Facts(
        OK, ITEM, "北青深一度", 1, "2016-12-19 11:23:25", 0, {ORIGINAL: 1}, {UNKNOWN: 1}
    ),
    "article-info-v2-2026-06.json": Facts(OK, NOTHING),
    "article-page-base-data-script-2018-12.html": Facts(
        OK, ITEM, "聂潜老师", 1, "2017-12-07 04:06:23", 0, {ORIGINAL: 1}, {OPEN: 1}
    ),
    # Only behot_time here, which is no publish time.
    "pc-feed-gallery-item-2017.json": Facts(OK, ITEM, "我拍少女", 1, None, 0, {SILENT: 1}, {UNKNOWN: 1}),
    "pgc-ma-article-item-2017.json": Facts(OK, ITEM, "神勇依旧", 1, "2017-06-20 11:31:42", 0, {SILENT: 1}, {OPEN: 1}),
    "profile-homepage-v3-xinjingbao-2017.json": Facts(OK, PROFILE, "新京报"),
    "search-content-item-2016-12.json": Facts(OK, TIMELINE, None, 1, "2016-12-13 13:29:53", 0, {SILENT: 1}, {OPEN: 1}),
    "wenda-feed-item-2017.json": Facts(OK, ITEM, "柏铭一", 1, "2016-09-25 00:06:01", 0, {SILENT: 1}, {UNKNOWN: 1}),
}


def cell(group_id: str = "6872991989982298627", **more: Any) -> dict[str, Any]:
    user = {"user_id": int(USER), "name": "某市发布", "verified_content": "某市官方头条号"}
    return {"group_id": group_id, "title": "通知", "publish_time": 1600243149, "user_info": user} | more


def feed(*cells: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"message": "success", "data": list(cells), "has_more": True, "next": {"max_behot_time": 1}} | more


def only(**fields: Any) -> ShownPost:
    return TOUTIAO.read([answer(feed(cell(**fields)))], HOME).posts[0]


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_saved_answer_is_read_right(name: str) -> None:
    assert facts_of(TOUTIAO.read([saved("toutiao", name)])) == EXPECTED[name]


@needs_shared
def test_no_saved_answer_is_left_out_of_the_table() -> None:
    assert saved_names("toutiao") == EXPECTED.keys()


@needs_shared
@pytest.mark.parametrize(
    ("name", "post_id"),
    [
        ("app-feed-2017-09-08-local-zhengzhou.json", "6462456615328022798"),
        ("search-content-item-2016-12.json", "6363577276176531969"),
        ("pgc-ma-article-item-2017.json", "6433679784035221761"),
        ("wenda-feed-item-2017.json", "6334054392425087233"),
        ("app-item-gov-wenming-2017-04.json", "6408400842151936257"),
    ],
)
def test_ids_rounded_by_javascript_are_read_from_their_exact_twin(name: str, post_id: str) -> None:
    assert TOUTIAO.read([saved("toutiao", name)]).posts[0].id == post_id


@needs_shared
def test_every_rounded_id_of_a_feed_is_made_exact() -> None:
    ids = [post.id for post in TOUTIAO.read([saved("toutiao", "app-feed-2017-09-08-local-zhengzhou.json")]).posts]
    assert not [post_id for post_id in ids if post_id.endswith("000")]
    assert len(set(ids)) == 19


def test_an_account_list_is_read_and_the_newest_is_not_the_first() -> None:
    old = cell("6408400842151936257", publish_time=1492073499, is_stick=True, label="置顶")
    reading = TOUTIAO.read([answer(feed(old, cell(is_stick=False)))], HOME)
    assert (reading.outcome, reading.covers) == (OK, LIST)
    assert [post.pinned for post in reading.posts] == [True, False]
    assert reading.account is not None
    assert (reading.account.id, reading.account.verified_as) == (USER, "某市官方头条号")


def test_the_token_a_list_was_asked_with_proves_whose_it_is() -> None:
    capture = answer(feed(cell()), FEED_URL, 200)
    assert TOUTIAO.read([capture], account("toutiao", TOKEN)).outcome is OK
    stranger = TOUTIAO.read([capture], account("toutiao", TOKEN[:-3] + "xyz"))
    assert stranger.outcome is BROKEN
    assert TOUTIAO.read([answer(feed(cell()))], account("toutiao", TOKEN)).outcome is BROKEN


def test_short_posts_and_nested_cells_of_the_web_list_are_read() -> None:
    short = {"cell_type": 32, "content": "今日降温<br>注意保暖", "id": 1, "user": {"user_id": USER, "name": "某市发布"}}
    short |= {"itemCell": {"articleBase": {"gidStr": "7212345678901234567"}}, "publish_time": 1679000000, "title": ""}
    reading = TOUTIAO.read([answer(feed(short))], HOME)
    assert [(post.id, post.text) for post in reading.posts] == [("7212345678901234567", "今日降温\n注意保暖")]


@pytest.mark.parametrize(
    ("ban", "comments"), [(1, CLOSED), (True, CLOSED), (0, OPEN), (False, OPEN), (None, UNKNOWN), ("?", UNKNOWN)]
)
def test_comments_are_closed_by_the_ban_whatever_their_number(ban: object, comments: Comments) -> None:
    assert only(ban_comment=ban, comment_count=2).comments is comments


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, SILENT),
        ({"is_original": True}, ORIGINAL),
        ({"is_original": False}, SILENT),
        ({"is_original": False, "article_url": "http://toutiao.com/group/6433679784035221761/"}, SILENT),
        ({"is_original": False, "article_url": "http://news.xinhuanet.com/x.htm"}, REPOST),
        ({"article_url": "http://news.xinhuanet.com/x.htm"}, SILENT),
        ({"origin_group": {"title": "别人的文章"}}, REPOST),
    ],
)
def test_only_what_is_marked_is_called_original_or_repost(fields: dict[str, Any], kind: Kind) -> None:
    assert only(**fields).kind is kind


def test_an_ad_type_is_no_ad() -> None:
    assert only(ad_type=2, pgc_ad=0, is_feed_ad=False).ad_signals == ()
    assert only(ad_id=123, is_feed_ad=True, pgc_ad=1).ad_signals == ("ad_id=123", "is_feed_ad=true", "pgc_ad=1")


def test_the_time_a_feed_is_ordered_by_is_no_publish_time() -> None:
    item = cell(behot_time=1600243149)
    del item["publish_time"]
    reading = TOUTIAO.read([answer(feed(item))], HOME)
    assert reading.posts[0].published_at is None
    assert only(publish_time="", datetime="2018-04-03 20:18").published_at == datetime(2018, 4, 3, 12, 18, tzinfo=UTC)


def test_an_article_body_belongs_to_the_address_it_was_asked_at() -> None:
    url = "https://m.toutiao.com/i6365769989571821826/info/v2/"
    reading = TOUTIAO.read([answer({"data": {"content": "<p>正文</p>", "poster_url": "x"}}, url, 200)])
    assert [(post.id, post.text) for post in reading.posts] == [("6365769989571821826", "正文")]


def test_an_article_page_with_quoted_and_escaped_words_is_read() -> None:
    page = (
        "<script>var BASE_DATA = { articleInfo: { title: '&quot;A\\u4E2D\\'B&quot;'.slice(6, -6), "
        "content: '&quot;\\u003Cp\\u003E正文\\u003C\\u002Fp\\u003E&quot;'.slice(6, -6), groupId: '6496651641545032205', "
        "subInfo: { isOriginal: false, source: '某市发布', time: '2019-03-01 08:00:00' } }, "
        "commentInfo: { ban_comment: 1 }, mediaInfo: { uid: '67758557545' } };</script>"
    )
    reading = TOUTIAO.read([answer(page)])
    post = reading.posts[0]
    assert (post.title, post.text, post.comments, post.kind) == ("A中'B", "正文", CLOSED, SILENT)
    assert reading.account is not None
    assert (reading.account.id, reading.account.name) == ("67758557545", "某市发布")


def test_an_empty_list_is_never_taken_for_an_empty_account() -> None:
    blanks: list[object] = [[], None]
    for data in blanks:
        reading = TOUTIAO.read([answer(feed(data=data, has_more=False), FEED_URL, 200)], account("toutiao", TOKEN))
        assert reading.outcome is BROKEN
        assert reading.reason is not None
        assert "列表未加载" in reading.reason


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ("", 200, BLOCKED),
        ({"message": "error", "data": []}, 200, BLOCKED),
        ({"message": "success", "data": [], "decision": {"type": "verify"}}, 200, BLOCKED),
        ("<html><script>document.cookie='__ac_signature='</script></html>", 200, BLOCKED),
        ("", 403, BLOCKED),
        ("", 500, Outcome.NETWORK),
        ({"message": "用户不存在"}, 200, Outcome.GONE),
        ({"message": "error", "data": {"description": "该账号已被封禁"}}, 200, Outcome.GONE),
        ("<html><title>今日头条</title><p>该用户已注销</p></html>", 200, Outcome.GONE),
        ("<html><title>今日头条</title><p>账号注销申请审核中</p></html>", 200, BROKEN),
        ("<html><title>某市发布的头条主页</title></html>", 200, BROKEN),
        ('{"message":"success","data":[{"ti', 200, BROKEN),
        ({"message": "success"}, 200, BROKEN),
    ],
)
def test_a_wall_is_not_silence(body: object, status: int, outcome: Outcome) -> None:
    reading = TOUTIAO.read([answer(body, status=status)], HOME)
    assert reading.outcome is outcome
    assert reading.reason


def test_the_plan_opens_the_page_of_a_token_or_a_number() -> None:
    assert TOUTIAO.plan(account("toutiao", TOKEN)).page == f"https://www.toutiao.com/c/user/token/{TOKEN}/"
    assert TOUTIAO.plan(HOME).page == f"https://www.toutiao.com/c/user/{USER}/"


@pytest.mark.parametrize("bad", ["新华网", "m4439122761", f"{TOKEN}/..", "12"])
def test_a_wrong_id_is_refused_with_the_remedy(bad: str) -> None:
    with pytest.raises(InputError, match=r"某市发布.*token"):
        TOUTIAO.plan(account("toutiao", bad))


@needs_shared
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_cut_or_spoilt_answer_never_raises(name: str) -> None:
    for body in spoilt("toutiao", name):
        never_raises(TOUTIAO, body)


@settings(max_examples=150, deadline=None)
@given(
    hostile_json(
        "message data content code has_more next decision title abstract group_id str_group_id item_id id article_url "
        "share_url publish_time datetime user_info user user_id name media_url media_user info user_auth_info "
        "is_original ban_comment is_stick label ad_id question answer ansid create_time itemCell articleBase gidStr "
        "followers_count screen_name origin_group"
    )
)
def test_hostile_json_never_raises(body: object) -> None:
    never_raises(TOUTIAO, json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff\xfe",
        b"[" * 100_000,
        b"BASE_DATA articleInfo:" + b"title: '" * 100_000,
        b"BASE_DATA articleInfo: groupId: '1' title: '\\ud800' content: '\\ud800' time: '9999-99-99'",
    ],
)
def test_rubbish_never_raises(body: bytes) -> None:
    never_raises(TOUTIAO, body)
