"""WeChat: whose page it is, what is opened, and hostile input."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.collector.platforms.wechat import WeChat
from shared.errors import InputError
from shared.events import Coverage, Kind, Outcome
from tests.collector.platforms.wechat_pages import BIZ, NUMBER, article, history, ledger, message, read


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
