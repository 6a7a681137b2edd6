"""WeChat: what an article page tells of its item, its comments and its commerce."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events import Comments, Coverage, Kind, Outcome
from tests.collector.platforms.wechat_pages import BIZ, article, read


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
