"""WeChat: lists of what an account published, and what they cannot prove."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events import Coverage, Kind, Outcome
from tests.collector.platforms.wechat_pages import BIZ, NUMBER, history, ledger, message, read


def test_every_article_of_a_message_is_a_post_and_shares_its_time() -> None:
    reading = read(history(message(1762740000, 2247500000), message()))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 6)
    assert [post.kind for post in reading.posts[:3]] == [Kind.ORIGINAL, Kind.REPOST, Kind.UNKNOWN]
    assert {post.published_at for post in reading.posts[3:]} == {datetime(2025, 11, 10, 4, 0, 10, tzinfo=UTC)}
    assert (reading.posts[5].id, reading.posts[5].title) == ("2247500001_3", '第3条"')
    assert reading.posts[5].url == f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2247500001&idx=3&sn=aa"


def test_a_pushed_text_without_an_article_counts_as_a_post() -> None:
    text = {"comm_msg_info": {"id": 7, "type": 1, "datetime": 1762747210, "fakeid": NUMBER, "content": "停水通知"}}
    post = read(history(text)).posts[0]
    assert (post.id, post.text) == ("msg-7", "停水通知")


def test_a_later_page_of_the_history_cannot_prove_what_is_newest() -> None:
    address = f"https://mp.weixin.qq.com/mp/profile_ext?action=getmsg&__biz={BIZ}&offset=10"
    assert read(history(message()), url=address).covers is Coverage.ITEM


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"ret": -3, "errmsg": "no session"}, Outcome.LOGIN_WALL),
        ({"ret": -6, "errmsg": "unknown error"}, Outcome.BLOCKED),
        ({"base_resp": {"ret": 200003, "err_msg": "invalid session"}}, Outcome.LOGIN_WALL),
        ({"base_resp": {"ret": 200040}}, Outcome.LOGIN_WALL),
        ({"base_resp": {"ret": 200013, "err_msg": "freq control"}}, Outcome.BLOCKED),
        ({"ret": 1}, Outcome.PARSE_ERROR),
        ({"ret": 0, "general_msg_list": '{"list":['}, Outcome.PARSE_ERROR),
        ({"ret": 0, "general_msg_list": '{"list":[{"new_msg_info":{}}]}'}, Outcome.PARSE_ERROR),
        ({"base_resp": {"ret": 0}, "getalbum_resp": {}}, Outcome.PARSE_ERROR),
        ({"base_resp": {"ret": 0}, "app_msg_list": []}, Outcome.PARSE_ERROR),
    ],
)
def test_an_answer_without_a_list_is_no_evidence(answer: dict[str, Any], outcome: Outcome) -> None:
    reading = read(json.dumps(answer))
    assert (reading.outcome, reading.posts) == (outcome, ())
    assert reading.reason


def test_an_empty_history_proves_nothing_of_the_account() -> None:
    address = f"https://mp.weixin.qq.com/mp/profile_ext?action=getmsg&__biz={BIZ}"
    page = f'<script>var __biz = "{BIZ}"; var nickname = "某市发布"; var msgList = \'{{"list":[]}}\';</script>'
    for body in (history(), page):
        reading = read(body, account=ledger(BIZ), url=address)
        assert (reading.outcome, reading.covers) == (Outcome.PARSE_ERROR, Coverage.NOTHING)
        assert "不能据此认定账号没有内容" in (reading.reason or "")


@pytest.mark.parametrize("refused_first", [True, False])
def test_all_answers_of_a_file_are_read_and_a_refusal_hides_none(refused_first: bool) -> None:
    refusal = '{"base_resp": {"ret": 200013}}'
    older, newer = (
        f'{{"base_resp": {{"ret": 0}}, "app_msg_list": [{{"aid": "224750000{n}_1", "title": "甲", "create_time": 176274721{n},'
        f' "link": "https://mp.weixin.qq.com/s?__biz={BIZ}&mid=224750000{n}&idx=1&sn=a"}}]}}'
        for n in (1, 2)
    )
    answers = [refusal, older, newer] if refused_first else [older, newer, refusal]
    for between in ("\n", "\r\n\r\n", " "):
        reading = read(between.join(answers))
        assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 2)
    assert read("\n".join([refusal, history()])).outcome is Outcome.BLOCKED


def test_the_backend_s_nested_json_text_is_read() -> None:
    item = {
        "aid": "2247500001_1",
        "title": "甲",
        "link": "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv",
        "create_time": 1762747210,
        "copyright_stat": 1,
        "copyright_type": 1,
    }
    info = json.dumps({"appmsgex": [item, item | {"aid": "2247500001_2", "is_deleted": True}]})
    page = json.dumps({"total_count": 2, "publish_list": [{"publish_info": info}, {"publish_info": ""}]})
    reading = read(json.dumps({"base_resp": {"ret": 0}, "publish_page": page}))
    assert [(post.id, post.kind) for post in reading.posts] == [("2247500001_1", Kind.ORIGINAL)]
    assert reading.covers is Coverage.LIST


@pytest.mark.parametrize("several", [True, False])
def test_an_album_proves_activity_but_never_the_account_s_silence(several: bool) -> None:
    item = {"msgid": "2247500001", "itemidx": "1", "title": "甲", "create_time": "1762747210"}
    item["url"] = f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=2247500001&idx=1&sn=aa"
    album = {
        "article_list": [item] if several else item,
        "base_info": {"nickname": "某市发布", "username": "gh_0123456789ab"},
    }
    reading = read(json.dumps({"base_resp": {"ret": 0}, "getalbum_resp": album}), account=ledger())
    assert (reading.outcome, reading.covers, reading.posts[0].id) == (Outcome.OK, Coverage.ITEM, "2247500001_1")


def test_the_history_page_inside_wechat_holds_its_list_as_escaped_text() -> None:
    text = json.dumps({"list": [message()]}).replace("\\", "\\\\").replace('"', "&quot;")
    page = f"<html><body><script>var nickname = '某市发布' || ''; var __biz = '{BIZ}'; var msgList = '{text}';</script></body></html>"
    reading = read(page, account=ledger(BIZ))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 3)
