"""Weibo answers are read right, whatever their age, and walls are never taken for silence."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from services.collector.capture import ShownPost
from services.collector.platforms.weibo import Weibo
from shared.account import Account
from shared.errors import InputError
from shared.events import Comments, Coverage, Kind, Outcome
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
from tests.paths import needs_shared

WEIBO = Weibo()
UID = "2803301701"
HOME = account("weibo", UID)

OK, BLOCKED, WALL, BROKEN = Outcome.OK, Outcome.BLOCKED, Outcome.LOGIN_WALL, Outcome.PARSE_ERROR
LIST, ITEM, PROFILE, TIMELINE, NOTHING = (
    Coverage.LIST,
    Coverage.ITEM,
    Coverage.PROFILE,
    Coverage.TIMELINE,
    Coverage.NOTHING,
)
ORIGINAL, REPOST = Kind.ORIGINAL, Kind.REPOST
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


def mblog(post_id: str, created: str = "Sat Jan 14 18:39:37 +0800 2023", **more: Any) -> dict[str, Any]:
    user = {"id": int(UID), "screen_name": "某市发布", "statuses_count": 12, "verified_reason": "某市政府新闻办"}
    return {
        "id": post_id,
        "mid": post_id,
        "created_at": created,
        "text": "通知",
        "reposts_count": 1,
        "user": user,
    } | more


def cards(*mblogs: dict[str, Any], total: int | None = None, uid: str = UID, **card: Any) -> dict[str, Any]:
    listed = [{"card_type": 9, "mblog": item} | card for item in mblogs]
    info = {"containerid": f"107603{uid}", "total": len(mblogs) if total is None else total}
    return {"ok": 1, "data": {"cardlistInfo": info, "cards": listed}}


def profile(uid: str = UID, name: str = "某市发布", total: int = 12) -> dict[str, Any]:
    return {"ok": 1, "data": {"userInfo": {"id": int(uid), "screen_name": name, "statuses_count": total}}}


def only(*bodies: object, account: Account | None = HOME) -> ShownPost:
    reading = WEIBO.read([answer(body) for body in bodies], account)
    assert reading.outcome is OK
    return reading.posts[0]


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


def test_cards_in_a_group_are_read_and_other_peoples_are_left_out() -> None:
    foreign = mblog("4857881961438733", user={"id": 1111681197, "screen_name": "别人"})
    group = [{"card_type": 9, "mblog": mblog("4857881961438732")}, {"card_type": 9, "mblog": foreign}]
    body = cards()
    body["data"]["cards"] = [{"card_type": 11, "card_group": group}]
    assert [post.id for post in WEIBO.read([answer(body)], HOME).posts] == ["4857881961438732"]


def test_a_repost_of_others_is_still_the_accounts_own_post() -> None:
    quoted = mblog("4857857415321937", user={"id": 7467277921, "screen_name": "西部决策"})
    post = only(cards(mblog("4857880680859822", retweeted_status=quoted)))
    assert (post.id, post.kind) == ("4857880680859822", REPOST)


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


def test_a_loaded_list_of_no_posts_is_empty() -> None:
    for bodies in ([cards(total=0)], [profile(total=0), cards(total=0)]):
        reading = WEIBO.read([answer(body) for body in bodies], HOME)
        assert (reading.outcome, reading.covers) == (Outcome.EMPTY, LIST)


def test_an_empty_list_of_another_account_is_not_empty() -> None:
    assert WEIBO.read([answer(cards(total=0, uid="1111681197"))], HOME).outcome is BROKEN


def test_an_empty_list_of_an_account_with_posts_was_not_loaded() -> None:
    for body in (cards(total=0), cards(total=5), {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}):
        reading = WEIBO.read([answer(profile(total=12)), answer(body)], HOME)
        assert reading.outcome is BROKEN
        assert reading.reason is not None
        assert "列表未加载" in reading.reason


def quick(post_id: str, **more: Any) -> dict[str, Any]:
    """A quick forward: its user is the first author, the forwarder stands in the suffix."""
    suffix = [{"content": "某省文旅"}, {"content": "被"}, {"content": "@某市发布"}, {"content": "快转了"}]
    return mblog(post_id, user={"id": 61, "screen_name": "某省文旅"}, screen_name_suffix_new=suffix, **more)


@pytest.mark.parametrize("body", [cards(quick("4857881961438732", ori_uid=int(UID))), cards(quick("4857881961438732"))])
def test_a_quick_forward_is_the_forwarders_repost(body: dict[str, Any]) -> None:
    for wanted in (HOME, None):
        reading = WEIBO.read([answer(body)], wanted)
        assert (reading.outcome, reading.covers) == (OK, LIST)
        assert reading.account is not None
        assert reading.account.id == UID
        assert [post.kind for post in reading.posts] == [REPOST]


def test_a_quick_forward_without_a_suffix_is_told_by_the_list_it_stands_in() -> None:
    forwarded = mblog("4857881961438732", user={"id": 61, "screen_name": "某省文旅"}, ori_uid=int(UID))
    body = cards(forwarded)
    body["data"]["cards"][0]["itemid"] = f"107603{UID}_-_4857881961438732"
    assert [post.kind for post in WEIBO.read([answer(body)], HOME).posts] == [REPOST]


def test_a_quick_forward_beside_own_posts_leaves_the_list_the_accounts() -> None:
    body = {"ok": 1, "data": {"list": [mblog("4857881961438731"), quick("4857881961438732")], "since_id": ""}}
    reading = WEIBO.read([answer(body)])
    assert (reading.covers, len(reading.posts)) == (LIST, 2)


@pytest.mark.parametrize("user", [None, {"id": 61, "screen_name": "某省文旅"}])
@pytest.mark.parametrize("heading", ["她赞过的微博", "TA赞过的微博", "某市发布 赞了"])
def test_a_liked_post_is_not_the_accounts_own(user: object, heading: str) -> None:
    liked = mblog("4857881961438732", user=user, title={"text": heading})
    reading = WEIBO.read([answer(cards(liked, mblog("4857881961438731")))], HOME)
    assert [post.id for post in reading.posts] == ["4857881961438731"]
    alone = WEIBO.read([answer(cards(liked, total=0))])
    assert (alone.outcome, alone.posts) == (BROKEN, ())
    assert alone.account is None or alone.account.id == UID


@pytest.mark.parametrize("mark", [{"mblogtype": 2}, {"isTop": 1}, {"title": {"text": "置顶"}}])
def test_a_pin_is_told_by_any_of_its_marks(mark: dict[str, Any]) -> None:
    assert only(cards(mblog("4857881961438732", **mark))).pinned is True
    assert only(cards(mblog("4857881961438732", mblogtype=1))).pinned is False


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"ok": 0, "message": "该账号因被投诉违反《微博社区公约》的相关规定，现已无法查看。查看帮助"}, Outcome.GONE),
        ({"ok": 0, "msg": "该账号已关闭，现无法查看。"}, Outcome.GONE),
        ({"ok": 0, "url": "https://weibo.com/sorry?usernotexists&code=100001"}, Outcome.GONE),
        ({"ok": 0, "url": "https://weibo.com/sorry?sysbusy&msg=%E8%AF%A5%E8%B4%A6%E5%8F%B7%E5%B7%B2%E6%B3%A8%E9%94%80"}, Outcome.GONE),
        ("<title>微博-出错了</title><p class='h5-4con'>该账号已被永久封禁。</p>", Outcome.GONE),
        ({"ok": 0, "message": "该账号行为异常，存在安全风险，用户验证之前暂时不能查看。查看帮助"}, BROKEN),
        ({"ok": 0, "msg": "该账号申请注销中"}, BROKEN),
        ({"ok": 0, "url": "https://weibo.com/sorry?sysbusy"}, BROKEN),
    ],
)  # fmt: skip
def test_the_end_of_an_account_is_told_by_its_own_sentence(body: object, outcome: Outcome) -> None:
    reading = WEIBO.read([answer(body)], HOME)
    assert (reading.outcome, reading.covers) == (outcome, PROFILE if outcome is Outcome.GONE else NOTHING)


def test_a_refusal_beside_an_empty_list_is_a_refusal() -> None:
    refusal = answer({"ok": -100, "url": "https://passport.weibo.cn/signin/welcome"})
    assert WEIBO.read([answer(cards(total=0)), refusal], HOME).outcome is WALL


def test_an_ok_of_zero_alone_proves_nothing() -> None:
    assert WEIBO.read([answer({"ok": 0, "msg": "x"})], HOME).outcome is BROKEN


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ("", 432, BLOCKED),
        ("", 418, BLOCKED),
        ("", 403, BLOCKED),
        ("", 200, BLOCKED),
        ("oops", 502, Outcome.NETWORK),
        ({"error": "Forbidden"}, None, BLOCKED),
        ({"ok": -100, "url": "https://weibo.com/login.php?url=x"}, 200, WALL),
        ({"ok": 0, "url": "https://passport.weibo.com/sso/signin?x"}, 200, WALL),
        ({"code": 100098}, 200, WALL),
        ("<html><title>Sina Visitor System</title>", 200, BLOCKED),
        ("<script>$CONFIG['bpType']='sorry'</script><p>您的帐号存在异常(20003)</p>", 200, BLOCKED),
        ("<title>登录 - 微博</title>", 200, WALL),
        ({"ok": 0, "msg": "该用户不存在"}, 200, Outcome.GONE),
        ("<html><div id=app></div></html>", 200, BROKEN),
        ('{"ok":1,"data":{"cards":[{"mblog":{"text":"登录时请输入验证码', 200, BROKEN),
        ({"ok": 1, "data": {"something": "else"}}, 200, BROKEN),
        ("null", 200, BROKEN),
    ],
)
def test_a_wall_is_not_silence(body: object, status: int | None, outcome: Outcome) -> None:
    reading = WEIBO.read([answer(body, status=status)], HOME)
    assert reading.outcome is outcome
    assert reading.reason


def test_a_refused_list_is_not_made_good_by_a_profile() -> None:
    reading = WEIBO.read([answer(profile()), answer({"ok": -100, "msg": "请先登录"})], HOME)
    assert (reading.outcome, reading.account.name if reading.account else None) == (WALL, "某市发布")


def test_the_visitor_page_on_the_way_does_not_matter_once_the_list_is_there() -> None:
    door = answer("<title>Sina Visitor System</title>", "https://visitor.passport.weibo.cn/visitor/visitor", 200)
    assert WEIBO.read([door, answer(cards(mblog("1")))], HOME).outcome is OK


def test_a_renamed_account_is_the_same_account() -> None:
    reading = WEIBO.read([answer(profile(name="新名")), answer(cards(mblog("1")))], account("weibo", UID, "旧名"))
    assert (reading.outcome, reading.account.name if reading.account else None) == (OK, "新名")


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
