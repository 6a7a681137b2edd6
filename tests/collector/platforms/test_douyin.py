"""Douyin answers are read right, whatever their age, and walls are never taken for silence."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from services.collector.capture import ShownPost
from services.collector.platforms.douyin import Douyin
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

DOUYIN = Douyin()
SEC_UID = "MS4wLjABAAAAgq8cb7cn9ByhZbmx-XQDdRTvFzmJeBBXOUO4QflP96M"
OTHER = "MS4wLjABAAAAPCnTQLqza4Xqu-uO7KZHcKuILkO7RRz2oapyOC04AQ0"
HOME = account("douyin", SEC_UID)
POSTS_URL = f"https://www.douyin.com/aweme/v1/web/aweme/post/?sec_user_id={SEC_UID}&max_cursor=0"

OK, BLOCKED, WALL, BROKEN = Outcome.OK, Outcome.BLOCKED, Outcome.LOGIN_WALL, Outcome.PARSE_ERROR
LIST, ITEM, PROFILE, TIMELINE, NOTHING = (
    Coverage.LIST,
    Coverage.ITEM,
    Coverage.PROFILE,
    Coverage.TIMELINE,
    Coverage.NOTHING,
)
SILENT = Kind.UNKNOWN
OPEN, CLOSED, UNKNOWN = Comments.OPEN, Comments.CLOSED, Comments.UNKNOWN

EXPECTED = {
    "app-aweme-detail-2020.json": Facts(OK, ITEM, "小辰敐", 1, "2020-07-13 22:59:34", 0, {SILENT: 1}, {OPEN: 1}),
    "app-favourite-list-cctvnews-2020.json": Facts(
        OK, TIMELINE, None, 1, "2019-07-05 06:23:46", 0, {SILENT: 1}, {OPEN: 1}
    ),
    "app-hot-video-board-2020.json": Facts(OK, TIMELINE, None, 1, "2020-09-13 12:05:10", 0, {SILENT: 1}, {OPEN: 1}),
    "app-user-info-cctvnews-2020.json": Facts(OK, PROFILE, "央视新闻"),
    "app-user-shop-window-2020.json": Facts(OK, NOTHING),
    "app-video-with-promotions-2020.json": Facts(
        OK,
        TIMELINE,
        None,
        1,
        "2020-02-05 10:47:51",
        0,
        {SILENT: 1},
        {OPEN: 1},
        ("status.with_goods=true", "status.with_fusion_goods=true", "simple_promotions=5"),
    ),
    # No create_time in these: the second in the id of the newest item, some seconds before its publication.
    "iesdouyin-aweme-post-2020-06-a.json": Facts(
        OK, LIST, "小蔡\ue04a", 25, "2020-06-17 12:52:12", 0, {SILENT: 25}, {UNKNOWN: 25}
    ),
    "share-page-router-data-video-info-2025-11.json": Facts(
        OK, ITEM, "式子大王", 1, "2025-08-07 14:36:41", 0, {SILENT: 1}, {UNKNOWN: 1}
    ),
    "web-aweme-post-page-2024-03.json": Facts(OK, LIST, "南恬", 18, "2024-02-03 08:01:27", 0, {SILENT: 18}, {OPEN: 18}),
    "web-aweme-post-second-page-status-only-2026-03.json": Facts(WALL, NOTHING),
    "web-aweme-post-trimmed-stopped-2021.json": Facts(
        OK, LIST, "68310389333", 69, "2021-09-08 09:22:21", 0, {SILENT: 69}, {OPEN: 69}
    ),
    "web-aweme-post-trimmed-three-pinned-2024.json": Facts(
        OK, LIST, "83160533866", 56, "2024-03-12 11:37:01", 3, {SILENT: 56}, {OPEN: 56}
    ),
    "web-module-feed-2025-12.json": Facts(OK, TIMELINE, None, 9, "2025-12-31 11:33:58", 0, {SILENT: 9}, {OPEN: 9}),
    "web-user-profile-cctvnews-2023-05.json": Facts(OK, PROFILE, "央视新闻"),
    "web-user-profiles-13-trimmed-2024.json": Facts(OK, PROFILE, None),
}


def aweme(post_id: str = "7331282358999584037", **more: Any) -> dict[str, Any]:
    author = {"uid": "66598046050", "sec_uid": SEC_UID, "nickname": "某市发布", "aweme_count": 0}
    return {"aweme_id": post_id, "desc": "通知", "create_time": 1706947287, "is_top": 0, "author": author} | more


def posts(*items: dict[str, Any], has_more: int = 0) -> dict[str, Any]:
    return {"status_code": 0, "min_cursor": 0, "max_cursor": 0, "has_more": has_more, "aweme_list": list(items)}


def profile(sec_uid: str = SEC_UID, total: int = 9, **more: Any) -> dict[str, Any]:
    user = {"uid": "66598046050", "sec_uid": sec_uid, "nickname": "某市发布", "aweme_count": total, "secret": 0}
    return {"status_code": 0, "user": user | more}


def only(**fields: Any) -> ShownPost:
    return DOUYIN.read([answer(posts(aweme(**fields)))], HOME).posts[0]


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_saved_answer_is_read_right(name: str) -> None:
    assert facts_of(DOUYIN.read([saved("douyin", name)])) == EXPECTED[name]


@needs_shared
def test_no_saved_answer_is_left_out_of_the_table() -> None:
    assert saved_names("douyin") == EXPECTED.keys()


@needs_shared
def test_the_three_pins_stand_above_newer_posts() -> None:
    items = DOUYIN.read([saved("douyin", "web-aweme-post-trimmed-three-pinned-2024.json")]).posts
    assert [post.pinned for post in items[:4]] == [True, True, True, False]
    assert all(a.published_at and items[3].published_at and a.published_at < items[3].published_at for a in items[:3])


@needs_shared
def test_the_right_one_of_several_profiles_is_taken_and_joins_its_list() -> None:
    captures = [
        saved("douyin", "web-user-profiles-13-trimmed-2024.json"),
        saved("douyin", "web-aweme-post-trimmed-stopped-2021.json"),
    ]
    reading = DOUYIN.read(captures, account("douyin", OTHER, "李子柒"))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (OK, LIST, 69)
    assert reading.account is not None
    assert (reading.account.id, reading.account.name, reading.account.posts_total) == (OTHER, "李子柒", 772)


@needs_shared
def test_the_list_of_another_account_is_no_evidence() -> None:
    reading = DOUYIN.read([saved("douyin", "web-aweme-post-page-2024-03.json")], HOME)
    assert reading.outcome is BROKEN
    assert reading.reason is not None
    assert "其他账号" in reading.reason


@needs_shared
def test_a_list_that_cannot_be_tied_to_the_account_is_no_evidence() -> None:
    reading = DOUYIN.read([saved("douyin", "web-aweme-post-trimmed-stopped-2021.json")], HOME)
    assert (reading.outcome, reading.reason) == (BROKEN, "未能确认页面属于该账号")


@pytest.mark.parametrize(
    ("fields", "comments"),
    [
        ({}, UNKNOWN),
        ({"aweme_control": {"can_comment": True}}, OPEN),
        ({"aweme_control": {"can_comment": False}}, CLOSED),
        ({"status": {"allow_comment": False}, "aweme_control": {"can_comment": True}}, CLOSED),
        ({"comment_permission_info": {"can_comment": True, "comment_permission_status": 0}}, OPEN),
        ({"comment_permission_info": {"can_comment": True, "comment_permission_status": 1}}, CLOSED),
        ({"item_comment_settings": 0}, OPEN),
        ({"item_comment_settings": 3}, CLOSED),
    ],
)
def test_comments_follow_the_switches_of_the_item(fields: dict[str, Any], comments: Comments) -> None:
    assert only(**fields).comments is comments


def test_only_marks_of_the_item_are_commerce() -> None:
    assert (
        only(promotions=[], simple_promotions="[]", is_ads=False, entertainment_product_info={"x": 1}).ad_signals == ()
    )
    assert only(promotions=[{"a": 1}], is_ads=True).ad_signals == ("is_ads=true", "promotions=1")


def test_a_shared_work_is_a_repost_and_nothing_else_is_claimed() -> None:
    assert only(is_share_post=True).kind is Kind.REPOST
    assert only(is_share_post=False, original=1).kind is Kind.UNKNOWN


def test_a_missing_time_is_taken_from_the_id_and_a_broken_one_is_not() -> None:
    item = aweme()
    del item["create_time"]
    reading = DOUYIN.read([answer(posts(item))], HOME)
    assert reading.posts[0].published_at == datetime(2024, 2, 3, 7, 59, 50, tzinfo=UTC)
    assert only(create_time="soon").published_at is None


def test_picture_posts_have_their_own_address() -> None:
    assert only(images=[{"uri": "x"}]).url == "https://www.douyin.com/note/7331282358999584037"


def test_a_work_made_together_stands_on_the_page_of_each_maker() -> None:
    together = aweme("7331186503176949042", author={"uid": "5", "sec_uid": OTHER, "nickname": "伙伴"})
    reading = DOUYIN.read([answer(posts(aweme(), together), POSTS_URL, 200)], HOME)
    assert (reading.outcome, reading.covers, len(reading.posts)) == (OK, LIST, 2)


@pytest.mark.parametrize(
    "makers",
    [
        [{"sec_uid": SEC_UID}, {"sec_uid": OTHER}],
        [{"uid": "66598046050"}],
        None,
    ],
)
@pytest.mark.parametrize("address", [POSTS_URL, None])
def test_works_made_together_are_the_list_of_the_account_that_was_asked_for(
    makers: list[dict[str, str]] | None, address: str | None
) -> None:
    about = {"co_creators": makers} if makers else {"co_creator_nums": 2}
    together = aweme(author={"uid": "5", "sec_uid": OTHER, "nickname": "伙伴"}, cooperation_info=about)
    captures = [answer(profile(uid="66598046050")), answer(posts(together), address)]
    for wanted in (HOME, None):
        reading = DOUYIN.read(captures, wanted)
        assert (reading.outcome, reading.covers, len(reading.posts)) == (OK, LIST, 1)
        assert reading.account is not None
        assert reading.account.id == SEC_UID


@pytest.mark.parametrize("title", ["账号申请注销中", "账号处于注销冷静期"])
def test_an_end_that_was_applied_for_is_no_end(title: str) -> None:
    body = profile(special_state_info={"special_state": 2, "title": title})
    reading = DOUYIN.read([answer(body), answer(posts(aweme()), POSTS_URL)], HOME)
    assert (reading.outcome, reading.covers) == (OK, LIST)
    assert reading.account is not None
    assert reading.account.status == title


@pytest.mark.parametrize("name", ["用户已封禁", "账号已注销"])
def test_an_account_renamed_by_the_platform_when_it_ended_is_not_empty(name: str) -> None:
    reading = DOUYIN.read([answer(profile(nickname=name, total=0)), answer(posts(), POSTS_URL)], HOME)
    assert (reading.outcome, reading.covers) == (Outcome.GONE, PROFILE)


@pytest.mark.parametrize(
    "fields",
    [
        {"special_state_info": {"special_state": 2, "title": "账号申请注销中"}},
        {"special_state_info": {"special_state": 5, "title": "账号存在风险", "content": "暂不可见"}},
        {"nickname": "账号封禁"},
    ],
)
def test_a_count_of_nothing_proves_nothing_of_an_account_in_a_special_state(fields: dict[str, Any]) -> None:
    reading = DOUYIN.read([answer(profile(total=0, **fields)), answer(posts(), POSTS_URL, 200)], HOME)
    assert reading.outcome is BROKEN


def test_works_made_together_without_a_profile_are_nobody_s_list() -> None:
    about = {"co_creators": [{"sec_uid": SEC_UID}, {"sec_uid": OTHER}]}
    reading = DOUYIN.read([answer(posts(aweme(cooperation_info=about)))])
    assert (reading.covers, reading.account) == (TIMELINE, None)


@pytest.mark.parametrize(
    "mark", [{"is_ads": True}, {"cooperation_info": {"co_creators": [{"uid": "5"}, {"uid": "6"}]}}]
)
def test_others_advertisements_and_joint_works_are_not_the_accounts(mark: dict[str, Any]) -> None:
    other = aweme("7331186503176949042", author={"uid": "5", "sec_uid": OTHER, "nickname": "别人"}, **mark)
    reading = DOUYIN.read([answer(posts(aweme(), other), POSTS_URL, 200)], HOME)
    assert (reading.covers, len(reading.posts)) == (LIST, 1)


def test_an_answer_with_only_another_accounts_works_is_no_evidence() -> None:
    other = aweme(author={"uid": "5", "sec_uid": OTHER, "nickname": "别人"})
    assert DOUYIN.read([answer(posts(other), POSTS_URL, 200)], HOME).outcome is BROKEN


def test_an_empty_list_is_empty_only_when_the_profile_agrees() -> None:
    nothing = answer(posts(), POSTS_URL, 200)
    assert DOUYIN.read([answer(profile(total=0)), nothing], HOME).outcome is Outcome.EMPTY
    for others in ([], [answer(profile(total=9))]):
        reading = DOUYIN.read([*others, nothing], HOME)
        assert reading.outcome is BROKEN
        assert reading.reason is not None
        assert "列表未加载" in reading.reason
    assert DOUYIN.read([answer(profile(total=0)), answer(posts(has_more=1))], HOME).outcome is BROKEN


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        ({"status_code": 2483, "status_msg": "请先登录"}, Outcome.LOGIN_WALL),
        ({"status_code": 0, "status_msg": "请先登录"}, Outcome.LOGIN_WALL),
        ({"status_code": 10000}, Outcome.BLOCKED),
        ({"status_code": 0, "verify_center_decision_conf": "{}"}, Outcome.BLOCKED),
        ({"status_code": 5, "status_msg": "参数错误"}, Outcome.PARSE_ERROR),
    ],
)
def test_an_empty_list_that_came_with_a_refusal_was_not_loaded(refusal: dict[str, Any], outcome: Outcome) -> None:
    refused = answer(posts() | refusal, POSTS_URL, 200)
    assert DOUYIN.read([answer(profile(total=0)), refused], HOME).outcome is outcome


def test_a_second_page_refused_does_not_undo_the_first() -> None:
    reading = DOUYIN.read([answer(profile()), answer(posts(aweme())), answer({"status_code": 0})], HOME)
    assert (reading.outcome, reading.covers) == (OK, LIST)
    assert DOUYIN.read([answer(profile()), answer({"status_code": 0})], HOME).outcome is WALL


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"user_deleted": True, "nickname": "", "special_state_info": {"title": "账号已经注销"}}, "已注销"),
        ({"special_state_info": {"title": "账号已封禁", "content": "由于违规行为，该账号已被封禁"}}, "已封禁"),
        ({"is_ban": True}, "已封禁"),
    ],
)
def test_a_cancelled_or_banned_account_is_gone(fields: dict[str, Any], status: str) -> None:
    reading = DOUYIN.read([answer(profile(**fields)), answer(posts(), POSTS_URL)], HOME)
    assert (reading.outcome, reading.covers) == (Outcome.GONE, PROFILE)
    assert reading.account is not None
    assert reading.account.status == status


def test_a_private_account_cannot_be_observed() -> None:
    private = profile(secret=1, total=0, special_state_info={"special_state": 4, "title": "私密账号"})
    reading = DOUYIN.read([answer(private), answer(posts(), POSTS_URL)], HOME)
    assert reading.outcome is WALL
    assert reading.reason is not None
    assert "私密账号" in reading.reason


@pytest.mark.parametrize(
    "body",
    [
        {"status_code": 0, "aweme_detail": None, "filter_detail": {"filter_reason": "status_deleted"}},
        {"status_code": 0, "item_list": [], "filter_list": [{"filter_reason": "status_self_see"}]},
    ],
)
def test_a_removed_work_says_nothing_of_the_account(body: dict[str, Any]) -> None:
    reading = DOUYIN.read([answer(body)])
    assert (reading.outcome, reading.covers) == (Outcome.GONE, NOTHING)


def test_the_share_page_is_read_from_its_markup() -> None:
    router = {"loaderData": {"video_layout": None, "video_(id)/page": {"videoInfoRes": {"item_list": [aweme()]}}}}
    script = json.dumps(router).replace("/", "\\u002F")
    reading = DOUYIN.read([answer(f"<html><script>window._ROUTER_DATA = {script};</script></html>")])
    assert (reading.covers, reading.posts[0].text) == (ITEM, "通知")
    assert DOUYIN.read([answer(router)]).posts == reading.posts


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ("", 200, BLOCKED),
        ("blocked", 200, BLOCKED),
        ("<html><title>验证码中间页</title></html>", 200, BLOCKED),
        ({"status_code": 10000, "verify_center_decision_conf": "x"}, 200, BLOCKED),
        ({"status_code": 2483, "status_msg": "请先登录，再继续搜索吧"}, 200, WALL),
        ({"status_code": 5, "status_msg": "该账号因违规已封禁"}, 200, Outcome.GONE),
        ({"status_code": 5, "status_msg": "参数不合法"}, 200, BROKEN),
        ("", 403, BLOCKED),
        ("", 504, Outcome.NETWORK),
        ("<html><div id=root></div></html>", 200, BROKEN),
        ('{"status_code":0,"aweme_list":[{"aweme', 200, BROKEN),
    ],
)
def test_a_wall_is_not_silence(body: object, status: int, outcome: Outcome) -> None:
    reading = DOUYIN.read([answer(body, status=status)], HOME)
    assert reading.outcome is outcome
    assert reading.reason


def test_a_renamed_account_is_the_same_account() -> None:
    reading = DOUYIN.read([answer(posts(aweme()))], account("douyin", SEC_UID, "旧名"))
    assert (reading.outcome, reading.account.name if reading.account else None) == (OK, "某市发布")


def test_the_plan_lets_the_page_sign_its_own_requests() -> None:
    plan = DOUYIN.plan(HOME)
    assert (plan.page, plan.fetch) == (f"https://www.douyin.com/user/{SEC_UID}", ())


@pytest.mark.parametrize("bad", ["cctvnews", "66598046050", f"{SEC_UID}/../x", "MS4wLjAB"])
def test_a_wrong_id_is_refused_with_the_remedy(bad: str) -> None:
    with pytest.raises(InputError, match=r"某市发布.*sec_uid"):
        DOUYIN.plan(account("douyin", bad))


@needs_shared
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_cut_or_spoilt_answer_never_raises(name: str) -> None:
    for body in spoilt("douyin", name):
        never_raises(DOUYIN, body)


@settings(max_examples=150, deadline=None)
@given(
    hostile_json(
        "code data msg status_code status_msg aweme_list aweme_info aweme_detail item_list filter_list filter_detail "
        "filter_reason loaderData videoInfoRes same_list user nickname uid sec_uid unique_id aweme_count secret "
        "special_state_info title user_deleted share_info share_url aweme_id desc create_time is_top author "
        "author_user_id aweme_control comment_permission_info can_comment status allow_comment images promotions "
        "simple_promotions raw_ad_data has_more max_cursor"
    )
)
def test_hostile_json_never_raises(body: object) -> None:
    never_raises(DOUYIN, json.dumps(body).encode())


@pytest.mark.parametrize("body", [b"\x00\xff\xfe", b"[" * 100_000, b"window._ROUTER_DATA = " + b'{"a":' * 100_000])
def test_rubbish_never_raises(body: bytes) -> None:
    never_raises(DOUYIN, body)
