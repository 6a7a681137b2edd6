"""What stands in an account's list and cannot be read may be its newest post: then the list proves no silence."""

import json
from typing import Any

import pytest

from services.collector.capture import Reading
from shared.events import Coverage, Outcome
from tests.collector.platforms import test_douyin as douyin
from tests.collector.platforms import test_toutiao as toutiao
from tests.collector.platforms import wechat_pages as wechat
from tests.collector.platforms import weibo_answers as weibo
from tests.collector.platforms.facts import answer
from tests.collector.platforms.test_saved_files import SEC_UID, read, rendered

OTHER_USER = {"id": 99999, "screen_name": "别人"}
POST = weibo.mblog("4857881961438733")


def in_cards(element: object) -> Reading:
    body = weibo.cards(weibo.mblog("4857881961438732"), weibo.mblog("4857881961438731"))
    body["data"]["cards"].insert(0, element)
    return weibo.WEIBO.read([answer(body)], weibo.HOME)


def in_desk_list(element: object) -> Reading:
    listed = [element, weibo.mblog("4857881961438732"), weibo.mblog("4857881961438731")]
    return weibo.WEIBO.read([answer({"ok": 1, "data": {"list": listed, "total": 2}})], weibo.HOME)


def in_saved_list(element: object) -> Reading:
    return weibo.WEIBO.read([answer([weibo.mblog("4857881961438732"), element, weibo.mblog("4857881961438731")])])


def in_works(element: Any) -> Reading:
    listed = douyin.posts(element, douyin.aweme(), douyin.aweme("7331282358999584036"))
    return douyin.DOUYIN.read([answer(listed, douyin.POSTS_URL, 200)], douyin.HOME)


def in_saved_works(element: Any) -> Reading:
    return douyin.DOUYIN.read([answer([douyin.aweme(), element, douyin.aweme("7331282358999584036")])])


def in_feed(element: Any) -> Reading:
    listed = toutiao.feed(element, toutiao.cell(), toutiao.cell("6872991989982298628"))
    return toutiao.TOUTIAO.read([answer(listed)], toutiao.HOME)


def in_saved_feed(element: Any) -> Reading:
    return toutiao.TOUTIAO.read([answer([toutiao.cell(), element, toutiao.cell("6872991989982298628")])])


def in_history(element: object) -> Reading:
    listed = wechat.history(element, wechat.message())  # type: ignore[arg-type]
    return wechat.read(listed, account=wechat.ledger(wechat.BIZ))


def in_message_page(element: object) -> Reading:
    listed = json.dumps({"list": [element, wechat.message()]})
    page = f"<script>var __biz = {json.dumps(wechat.BIZ)}; var msgList = {listed};</script>"
    return wechat.read(page, account=wechat.ledger(wechat.BIZ))


def in_published(element: object) -> Reading:
    link = f"https://mp.weixin.qq.com/s?__biz={wechat.BIZ}&mid=2247500001&idx=1&sn=aa"
    article = {"aid": "2247500001_1", "title": "甲", "create_time": 1762747210, "link": link}
    entries = [element, {"publish_info": json.dumps({"appmsgex": [article]})}]
    page = json.dumps({"publish_list": entries})
    return wechat.read(json.dumps({"base_resp": {"ret": 0}, "publish_page": page}), account=wechat.ledger(wechat.BIZ))


def without(node: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in names}


EVERY: list[Any] = [in_cards, in_desk_list, in_saved_list, in_works, in_saved_works, in_feed, in_saved_feed]
ODD: list[object] = [None, "x", 7, [], {}, {"x": 1}]
UNREAD: list[tuple[Any, object]] = [
    *((read, odd) for read in EVERY for odd in ODD),
    (in_cards, {"card_type": 9, "mblog": without(POST, "reposts_count")}),
    (in_cards, {"card_type": 9, "mblog": without(POST, "id", "mid")}),
    (in_cards, {"card_type": 9, "mblog": without(POST, "created_at")}),
    (in_cards, {"card_type": 9, "mblog": None}),
    (in_cards, {"card_type": 195, "data": {"status": POST}}),
    (in_cards, {"card_type": 195, "title": "新卡片"}),
    (in_cards, {"card_type": 58, "data": {"status": POST}}),
    (in_cards, {"card_type": 4, "scheme": "https://m.weibo.cn/status/MoBmq5Aqd"}),
    (in_cards, {"card_type": 11, "card_group": [{"card_type": 9, "mblog": without(POST, "id", "mid")}]}),
    (in_cards, {"card_type": 11, "card_group": [None]}),
    (in_cards, {"card_type": 11, "card_group": [], "data": {"status": POST}}),
    (in_cards, {"card_type": 11, "card_group": [{"card_type": 11, "card_group": [{"card_type": 9, "mblog": POST}]}]}),
    (in_desk_list, without(POST, "reposts_count")),
    (in_desk_list, without(POST, "id", "mid")),
    (in_works, without(douyin.aweme("7331282358999584099"), "aweme_id")),
    (in_feed, {"cell_type": 32, "thread_id": "7399", "content": "新微头条", "create_time": 1795000000}),
    (in_feed, {"cell_type": 49, "raw_data": {"item_id": "7399", "title": "小视频", "create_time": 1795000000}}),
]  # fmt: skip
NO_POST: list[tuple[Any, object]] = [
    (in_cards, {"card_type": 9, "mblog": POST | {"title": {"text": "他赞过这条"}}}),
    (in_cards, {"card_type": 9, "mblog": POST | {"user": OTHER_USER, "title": {"text": "他赞过的微博"}}}),
    (in_cards, {"card_type": 9, "mblog": POST | {"user": OTHER_USER, "promotion": {"type": "ad"}}}),
    (in_cards, {"card_type": 9, "mblog": {"id": "1", "deleted": "1", "created_at": "", "text": "此微博已被删除"}}),
    (in_cards, {"card_type": 42, "desc": "全部微博"}),
    (in_cards, {"card_type": 11, "card_group": []}),
    (in_cards, {"card_type": 58, "desc": "仅展示近半年的微博"}),
    (in_cards, {"card_type": 11, "card_group": [{"card_type": 42, "desc": "推荐"}, {"card_type": 10, "user": OTHER_USER}]}),
    (in_desk_list, POST | {"user": OTHER_USER, "title": {"text": "她赞过的微博"}}),
    (in_desk_list, POST | {"deleted": "1"}),
]  # fmt: skip


@pytest.mark.parametrize(("read", "element"), UNREAD)
def test_an_element_that_is_not_known_takes_the_proof_and_leaves_the_posts(read: Any, element: object) -> None:
    reading = read(element)
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.ITEM, 2)
    assert reading.reason == "列表中有未能识别的内容，不能据此认定没有更新"


@pytest.mark.parametrize(("read", "element"), NO_POST)
def test_what_is_surely_no_post_of_the_account_does_not_matter(read: Any, element: object) -> None:
    reading = read(element)
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 2)
    assert reading.reason is None


PUSHED = wechat.message()
DELETED = {"title": "", "content_url": "", "del_flag": 4, "multi_app_msg_item_list": []}
UNREAD_PUSHES: list[tuple[Any, object]] = [
    *((read, odd) for read in (in_history, in_message_page) for odd in ODD),
    *((in_published, odd) for odd in ODD[:4]),
    (in_history, {"new_msg_info": {}}),
    (in_history, PUSHED | {"app_msg_ext_info": {"new_title": "甲", "new_url": "https://mp.weixin.qq.com/s/x"}}),
    (in_history, PUSHED | {"app_msg_ext_info": DELETED | {"del_flag": 1}}),
    (in_history, PUSHED | {"app_msg_ext_info": without(DELETED, "del_flag")}),
    (in_published, {"publish_info": "{"}),
    (in_published, {"publish_info": '{"articles": [{}]}'}),
    (in_published, {"publish_info": '{"appmsgex": [null]}'}),
]


@pytest.mark.parametrize(("read", "element"), UNREAD_PUSHES)
def test_a_push_of_wechat_that_is_not_known_takes_the_proof_and_leaves_the_posts(read: Any, element: object) -> None:
    reading = read(element)
    assert (reading.outcome, reading.covers) == (Outcome.OK, Coverage.ITEM)
    assert reading.posts
    assert reading.reason == "列表中有未能识别的内容，不能据此认定没有更新"


@pytest.mark.parametrize(
    ("read", "element"),
    [
        (in_history, PUSHED | {"app_msg_ext_info": DELETED}),
        (in_history, {"comm_msg_info": PUSHED["comm_msg_info"] | {"type": 1, "content": "停水通知"}}),
        (in_published, {"publish_info": ""}),
        (in_published, {"publish_type": 101}),
    ],
)
def test_what_was_taken_back_or_is_a_mere_text_leaves_wechats_list_one(read: Any, element: object) -> None:
    reading = read(element)
    assert (reading.outcome, reading.covers, reading.reason) == (Outcome.OK, Coverage.LIST, None)


def test_a_clean_copy_of_wechats_list_does_not_make_good_what_another_shows() -> None:
    bodies = [wechat.history(PUSHED), wechat.history(None, PUSHED)]  # type: ignore[arg-type]
    for both in (bodies, bodies[::-1]):
        assert wechat.read(*both, account=wechat.ledger(wechat.BIZ)).covers is Coverage.ITEM


def test_a_list_of_nothing_but_the_unknown_is_not_empty() -> None:
    body = weibo.cards(total=0)
    body["data"]["cards"] = [{"card_type": 195}]
    reading = weibo.WEIBO.read([answer(weibo.profile(total=0)), answer(body)], weibo.HOME)
    assert (reading.outcome, reading.reason) == (Outcome.PARSE_ERROR, "列表中有未能识别的内容，不能据此认定没有更新")


def test_a_later_page_with_the_unknown_does_not_undo_the_first() -> None:
    first = answer(douyin.posts(douyin.aweme()), douyin.POSTS_URL, 200)
    more: Any = douyin.posts(douyin.aweme("7331282358999584036"))
    more["aweme_list"].append(None)
    later = answer(more, douyin.POSTS_URL.replace("max_cursor=0", "max_cursor=9"), 200)
    reading = douyin.DOUYIN.read([first, later], douyin.HOME)
    assert (reading.covers, len(reading.posts)) == (Coverage.LIST, 2)


def test_a_clean_copy_does_not_make_good_what_another_copy_shows() -> None:
    clean, odd = douyin.posts(douyin.aweme()), douyin.posts(douyin.aweme())
    odd["aweme_list"].insert(0, None)
    captures = [answer(body, douyin.POSTS_URL, 200) for body in (clean, odd)]
    assert douyin.DOUYIN.read(captures, douyin.HOME).covers is Coverage.ITEM


def test_a_rendered_page_with_the_unknown_proves_no_silence() -> None:
    user = {"secUid": SEC_UID, "nickname": "某市公安", "awemeCount": 12}
    work = {"awemeId": "7590000000000000001", "desc": "x", "createTime": 1767180000}
    page = rendered({"41": {"user": {"user": user}, "post": {"data": [None, work], "hasMore": 1}}})
    assert read("douyin", page).covers is Coverage.ITEM
