"""WeChat: hand-written pages and answers for states nobody saved, identity, plans and hostile input."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.collector.capture import Capture, Reading
from services.collector.platforms.wechat import WeChat
from shared.account import Account
from shared.errors import InputError
from shared.events import Comments, Coverage, Kind, Outcome

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
BIZ, NUMBER = "MzIyNjMxOTY0NA==", "3226319644"


def capture(body: str | bytes, url: str | None = None, status: int | None = None) -> Capture:
    return Capture(url=url, status=status, body=body.encode() if isinstance(body, str) else body, at=NOW)


def read(*bodies: str | bytes, account: Account | None = None, url: str | None = None) -> Reading:
    return WeChat().read([capture(body, url) for body in bodies], account)


def ledger(own_id: str = "gh_0123456789ab", name: str = "某市发布", url: str | None = None) -> Account:
    return Account(platform="wechat", id=own_id, name=name, unit="某市政府办", url=url)


def script(value: object) -> str:
    """A value as WeChat's pages write it: `JsDecode('…')` and `'1' * 1`."""
    if isinstance(value, dict):
        return "{" + "".join(f"{key}: {script(item)}," for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(script(item) for item in value) + "]"
    if isinstance(value, str):
        escaped = "".join(f"\\x{ord(sign):02x}" if sign in "&\"'<>\n\\" else sign for sign in value)
        return f"JsDecode('{escaped}')"
    return f"'{value}' * 1"


def article(body: str = "<p>正文</p>", **changes: object) -> str:
    facts: dict[str, Any] = {
        "user_name": "gh_0123456789ab",
        "nick_name": "某市发布",
        "bizuin": BIZ,
        "mid": 2247500001,
        "idx": 1,
        "title": "通知 & 公告",
        "link": "https://mp.weixin.qq.com/s?__biz=" + BIZ + "&amp;mid=2247500001&amp;idx=1&amp;sn=ab&amp;chksm=cd#rd",
        "ori_create_time": 1762747210,
        "svr_time": 1762926209,
        "copyright_info": {"copyright_stat": 0},
        "user_info": {"appmsg_bar_data": {}},
        "rt_biz_info": {"elected_comment_total_cnt": 0},
        "advertisement_info": [],
    } | changes
    return (
        '<html><head><title></title></head><body><div id="js_article"><div id="js_content" style="opacity: 0">'
        f"{body}</div></div><div id='js_top_ad_area'></div><script>var biz = null; var tags = 'mpcps mp-common-product';"
        f"window.cgiDataNew = {script(facts)};</script></body></html>"
    )


def weui(words: str) -> str:
    return f'<html><head><title></title></head><body><div class="weui-msg"><h2 class="weui-msg__title">{words}</h2></div></body></html>'


def test_an_article_page_is_one_item_and_not_a_list() -> None:
    reading = read(article())
    post = reading.posts[0]
    assert (reading.outcome, reading.covers) == (Outcome.OK, Coverage.ITEM)
    assert post.url == f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2247500001&idx=1&sn=ab"
    assert (post.id, post.title, post.text) == ("2247500001_1", "通知 & 公告", "正文")
    assert (post.comments, post.kind, post.pinned, post.ad_signals) == (Comments.UNKNOWN, Kind.UNKNOWN, None, ())


@pytest.mark.parametrize(
    ("facts", "comments"),
    [
        ({"user_info": {"appmsg_bar_data": {"get_data_succ": 1, "comment_enabled": 0}}}, Comments.CLOSED),
        ({"user_info": {"appmsg_bar_data": {"get_data_succ": 1, "comment_enabled": 1}}}, Comments.OPEN),
        ({"user_info": {"appmsg_bar_data": {"get_data_succ": 0, "comment_enabled": 0}}}, Comments.UNKNOWN),
        ({"user_info": {"appmsg_bar_data": {"get_data_succ": 1}}}, Comments.UNKNOWN),
        ({"comment_id": "0", "show_comment": 0}, Comments.UNKNOWN),
        ({"rt_biz_info": {"elected_comment_total_cnt": 3}}, Comments.OPEN),
    ],
)
def test_comments_are_closed_only_where_a_logged_in_page_proves_it(facts: dict[str, Any], comments: Comments) -> None:
    assert read(article(**facts)).posts[0].comments is comments


def test_only_cards_inside_the_article_and_filled_lists_are_ad_signals() -> None:
    body = '<p>买</p><mp-common-product data-cardtype="1"></mp-common-product><mp-common-miniprogram></mp-common-miniprogram>'
    post = read(
        article(body, window_product_list=[{"id": 1}], picture_page_info_list=[{"cps_ad_info": [{"a": 1}]}])
    ).posts[0]
    assert post.ad_signals == ("mp-common-product", "window_product_list", "cps_ad_info")
    assert read(article("<mp-common-miniprogram></mp-common-miniprogram>")).posts[0].ad_signals == ()


@pytest.mark.parametrize(
    ("body", "source_url", "signals"),
    [
        ("<p>晴</p>", "https://shop1.taobao.com/?x=1&amp;y=2", ("source_url=shop1.taobao.com",)),
        ('<a href="https://item.jd.com/1.html">茶</a>', "", ("href=item.jd.com",)),
        ('<a href="https://sf.taobao.com/x">司法拍卖</a>', "https://paimai.jd.com/1", ()),
        ("<p>晴</p>", "https://www.gov.cn/?from=taobao.com", ()),
        ("<p>晴</p>", "//[", ()),
        (
            '<mp-common-miniprogram data-miniprogram-nickname="拼多多"></mp-common-miniprogram>',
            "",
            ("mp-common-miniprogram=拼多多",),
        ),
        ('<mp-common-miniprogram data-miniprogram-nickname="政务服务"></mp-common-miniprogram>', "", ()),
    ],
)
def test_a_link_to_a_shop_is_an_ad_signal_and_a_court_auction_is_none(
    body: str, source_url: str, signals: tuple[str, ...]
) -> None:
    assert read(article(body, source_url=source_url)).posts[0].ad_signals == signals


@pytest.mark.parametrize(
    "facts",
    [{"copyright_info": {"copyright_stat": 2}}, {"copyright_info": {"copyright_stat": 0, "source_username": "gh_x"}}],
)
def test_a_source_card_makes_a_reprint(facts: dict[str, Any]) -> None:
    assert read(article(**facts)).posts[0].kind is Kind.REPOST


def test_an_article_that_quotes_status_sentences_is_still_an_article() -> None:
    reading = read(article("<p>该内容已被发布者删除。当前环境异常，完成验证后即可继续访问。此帐号已自主注销。</p>"))
    assert (reading.outcome, len(reading.posts)) == (Outcome.OK, 1)


def test_code_quoted_in_an_article_is_not_taken_for_the_page_s_own() -> None:
    body = '<pre>var ct = "1500000000"; var nickname = "别人"; window.cgiDataNew = {user_name: "gh_x"}</pre>'
    reading = read(article(body))
    assert reading.account is not None
    assert reading.account.name == "某市发布"
    assert reading.posts[0].published_at == datetime(2025, 11, 10, 4, 0, 10, tzinfo=UTC)


def test_a_rendered_relative_time_is_only_the_last_resort() -> None:
    page = (
        '<div id="js_content">x</div><em id="publish_time">昨天</em><h2 id="activity-name">旧文</h2>'
        '<script>var biz = ""||"MzIyNjMxOTY0NA=="; var svr_time = "1581604666" * 1;</script>'
    )
    assert read(page).posts[0].published_at == datetime(2020, 2, 11, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("page", "outcome", "covers", "words"),
    [
        (weui("当前环境异常，完成验证后即可继续访问。"), Outcome.BLOCKED, Coverage.NOTHING, "访问验证"),
        ("<html><body><script>var poc_token = '';</script></body></html>", Outcome.BLOCKED, Coverage.NOTHING, "访问验证"),
        ("<html><title>验证</title><body>请在微信客户端打开链接。</body></html>", Outcome.LOGIN_WALL, Coverage.NOTHING, "微信客户端"),
        (weui("此帐号已被屏蔽, 内容无法查看"), Outcome.GONE, Coverage.PROFILE, "账号已被屏蔽"),
        (weui("此账号已自主注销，内容无法查看"), Outcome.GONE, Coverage.PROFILE, "账号已注销"),
        (weui("该公众号已迁移"), Outcome.GONE, Coverage.PROFILE, "账号已迁移"),
        (weui("此帐号已申请公众号帐号迁移流程，被冻结"), Outcome.GONE, Coverage.PROFILE, "冻结"),
        (weui("The content has been deleted by the author."), Outcome.GONE, Coverage.NOTHING, "发布者删除"),
        (weui("此內容因違規無法查看"), Outcome.GONE, Coverage.NOTHING, "违规"),
        (weui("此内容被投诉且经审核涉嫌侵权，无法查看。"), Outcome.GONE, Coverage.NOTHING, "投诉"),
        (weui("系统出错"), Outcome.PARSE_ERROR, Coverage.NOTHING, "系统出错"),
        ("<html><body>欢迎</body></html>", Outcome.PARSE_ERROR, Coverage.NOTHING, "无法识别"),
        ("", Outcome.PARSE_ERROR, Coverage.NOTHING, "内容为空"),
    ],
)  # fmt: skip
def test_a_status_page_says_what_it_is_about(page: str, outcome: Outcome, covers: Coverage, words: str) -> None:
    reading = read(page)
    assert (reading.outcome, reading.covers) == (outcome, covers)
    assert words in (reading.reason or "")


def message(time: int = 1762747210, mid: int = 2247500001, **changes: object) -> dict[str, Any]:
    def item(idx: int, stat: int) -> dict[str, Any]:
        url = f"http:\\/\\/mp.weixin.qq.com\\/s?__biz={BIZ}&amp;mid={mid}&amp;idx={idx}&amp;sn=aa&amp;chksm=bb#wechat_redirect"
        return {
            "title": f"第{idx}条&amp;quot;",
            "content_url": url,
            "copyright_stat": stat,
            "author": "甲",
            "del_flag": 1,
        }

    others = [item(2, 101), item(3, 201)]
    about = {"id": 1000000001, "type": 49, "datetime": time, "fakeid": NUMBER, "status": 2, "content": ""} | changes
    return {
        "comm_msg_info": about,
        "app_msg_ext_info": item(1, 11) | {"is_multi": 1, "multi_app_msg_item_list": others},
    }


def history(*messages: dict[str, Any], **changes: object) -> str:
    body = {"ret": 0, "errmsg": "ok", "msg_count": len(messages), "can_msg_continue": 1}
    return json.dumps(body | {"general_msg_list": json.dumps({"list": messages})} | changes)


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


@pytest.mark.parametrize(
    "words",
    [
        "此帐号处于帐号迁移流程中，内容暂时无法查看",
        "该公众号正在进行迁移",
        "该帐号已申请注销，处于冷静期",
        "此帐号注销申请审核中",
        "This account is being migrated",
    ],
)
def test_an_end_that_is_under_way_is_no_end(words: str) -> None:
    reading = read(weui(words))
    assert (reading.outcome, reading.covers) == (Outcome.PARSE_ERROR, Coverage.NOTHING)


def test_the_end_of_another_account_is_not_this_one_s() -> None:
    reading = read(weui("该文章的投诉方帐号已注销，投诉已失效。内容恢复中，暂时无法查看"))
    assert reading.covers is not Coverage.PROFILE
    assert not reading.outcome.is_evidence


@pytest.mark.parametrize(
    "words", ["此帐号已被暂时屏蔽，内容暂时无法查看", "此帐号已冻结", "该公众号因违规暂时无法查看"]
)
def test_an_account_that_is_hidden_for_a_time_is_neither_gone_nor_a_removed_article(words: str) -> None:
    assert read(weui(words)).outcome is Outcome.PARSE_ERROR


@pytest.mark.parametrize("kind", ["5", "7", "8", "10"])
def test_an_old_page_that_shares_a_picture_or_a_film_is_an_article(kind: str) -> None:
    facts = {"title": "防火短片", "biz": BIZ, "mid": "2247480011", "idx": "1", "sn": "ab", "ct": "1795140000"}
    lines = "".join(
        f"d.{name} = xml ? getXmlValue('{name}.DATA') : '{value}' || '';\n" for name, value in facts.items()
    )
    page = (
        '<meta property="og:description" content="全长两分钟"/><body class="page_share_img"><div id="img_swiper"></div>'
        f"<script>window.item_show_type = '{kind}' || '';\n{lines}"
        "d.user_name = xml ? getXmlValue('user_name.DATA') : 'gh_0123456789ab';\n"
        "d.nick_name = (xml ? getXmlValue('nick_name.DATA') : '某市发布').html(false);</script></body>"
    )
    reading = read(page)
    assert (reading.outcome, reading.covers) == (Outcome.OK, Coverage.ITEM)
    assert reading.account is not None
    assert (reading.account.id, reading.account.name) == ("gh_0123456789ab", "某市发布")
    post = reading.posts[0]
    assert (post.id, post.title, post.text) == ("2247480011_1", "防火短片", "全长两分钟")
    assert post.published_at == datetime(2026, 11, 20, 2, tzinfo=UTC)


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


def test_document_and_answers_of_one_look_are_put_together() -> None:
    reading = read(article(), history(message()), '{"base_resp": {"ret": -6}}', account=ledger())
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 3)
    assert (reading.posts[0].text, reading.posts[0].kind) == ("正文", Kind.ORIGINAL)
    assert reading.account is not None
    assert reading.account.id == "gh_0123456789ab"


@pytest.mark.parametrize("own_id", ["gh_0123456789ab", BIZ, NUMBER, "MP_WXS_" + NUMBER])
def test_any_of_an_account_s_ids_proves_whose_page_it_is_even_after_a_rename(own_id: str) -> None:
    assert read(article(nick_name="某市融媒"), account=ledger(own_id)).outcome is Outcome.OK


def test_another_account_s_page_is_no_evidence() -> None:
    reading = read(article(), account=ledger("gh_ffffffffffff"))
    assert (reading.outcome, reading.posts) == (Outcome.PARSE_ERROR, ())
    assert "页面属于其他账号" in (reading.reason or "")


def test_search_results_are_no_one_s_list() -> None:
    row = '<li><div class="txt-box"><h3><a href="/link?url=x">甲</a></h3><div class="s-p" t="1762747210"></div></div></li>'
    page = f'<html><ul class="news-list">{row}</ul></html>'
    reading = read(page)
    assert (reading.outcome, reading.covers, reading.account) == (Outcome.OK, Coverage.TIMELINE, None)
    assert read(page, account=ledger()).outcome is Outcome.PARSE_ERROR


def test_the_history_is_opened_by_biz_and_fetched_from_inside_the_warm_page() -> None:
    plan = WeChat().plan(ledger(NUMBER))
    assert plan.page == f"https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz={BIZ}&scene=124"
    assert plan.fetch == (
        f"https://mp.weixin.qq.com/mp/profile_ext?action=getmsg&__biz={BIZ}&scene=124&f=json&offset=0&count=10",
    )
    assert WeChat().plan(ledger(url=plan.page)) == plan


def test_an_album_of_the_ledger_is_opened_as_it_is() -> None:
    url = f"https://mp.weixin.qq.com/mp/appmsgalbum?action=getalbum&__biz={BIZ}&album_id=42"
    plan = WeChat().plan(ledger(url=url))
    assert plan.page == url
    assert "album_id=42" in plan.fetch[0]


@pytest.mark.parametrize(
    ("own_id", "url"), [("gh_0123456789ab", None), (BIZ, "https://example.com/x"), (BIZ, "file:///etc/passwd")]
)
def test_a_row_that_cannot_be_opened_tells_what_to_fill_in(own_id: str, url: str | None) -> None:
    with pytest.raises(InputError, match="请填写"):
        WeChat().plan(ledger(own_id, url=url))


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_any_bytes_are_read_without_raising(body: bytes) -> None:
    for wrapped in (body, b"<div id=js_content>" + body, b"<script>var msgList = {" + body, b'{"ret":0,"x":' + body):
        assert read(wrapped, account=ledger()).outcome.is_evidence is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = """comm_msg_info app_msg_ext_info general_msg_list publish_page app_msg_list getalbum_resp base_resp ret list
    appmsgid aid link title user_name mid user_info copyright_info picture_page_info_list content_noencode"""
NAMES = st.sampled_from(FIELDS.split())


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON, max_size=3), max_size=6))
def test_known_fields_of_unknown_types_are_read_without_raising(answer: dict[str, Any]) -> None:
    assert read(json.dumps(answer)).outcome in Outcome


def test_a_quote_that_never_closes_is_not_read_again_at_each_other_quote() -> None:
    page = "<html><script>var msgList = '" + "\\'" * 300_000 + "</script></html>"
    assert read(page).outcome is Outcome.PARSE_ERROR
