"""Original, repost or unknown, by what the platform marks and the text says."""

import pytest

from services.analyzer.language.origin.kind import is_declared, kind_of_post, kind_of_text, source_of
from shared.events import Kind
from tests.builders import a_post, an_account

BODY = "11月25日，青禾县召开河湖长制工作推进会，部署冬季河道清理。"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "转发微博",
        "轉發微博。",
        "转发微博~ 说得好",
        "快转微博",
        "转发",
        "[赞][赞]",
        "👍👍",
        "@青禾发布 @青禾交警",
        "说得好！//@青禾发布：今天停水",
        "支持／／＠青禾发布:今天停水",
        "RT @qinghe: 今天停水",
        "转：今天城东停水",
        "Repost",
    ],
)
def test_a_mark_of_forwarding_is_a_repost(text: str) -> None:
    assert kind_of_text(text) is Kind.REPOST


@pytest.mark.parametrize(
    "text",
    [
        f"来源：新华社\n{BODY}",
        f"{BODY}\n来源丨人民日报客户端\n编辑：王某",
        f"{BODY}（来源：央视新闻）",
        f"{BODY}\n▲ 稿源：省融媒体中心",
        f"（转自《人民日报》）{BODY}",
        f"转载自 中国政府网\n{BODY}",
        f"{BODY}\n信息来源：综合新华社、央视新闻",
        f"{BODY}\n來源：新華社",
        f"【{BODY}】（来源：新华网）",
    ],
)
def test_a_source_line_is_a_repost(text: str) -> None:
    assert kind_of_text(text) is Kind.REPOST


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        ".",
        "！！！",
        "转发省政府办公厅关于做好春耕工作的通知",
        f"{BODY}转载请注明来源：青禾发布",
        "项目资金来源：财政拨款。",
        "要查清污水来源：一是工业，二是生活。",
        "请广大网友转发扩散",
        "文章转自网络的，一律不予采用。",
        "家住城东//城西的居民请注意",
        "说得好@青禾发布",
    ],
)
def test_without_a_mark_nothing_is_known(text: str) -> None:
    assert kind_of_text(text) is Kind.UNKNOWN


@pytest.mark.parametrize("source", ["青禾发布", "青禾县政府办", "本报记者", "本网", "原创", "青禾县政府办 青禾发布"])
def test_a_source_that_is_the_account_itself_is_no_repost(source: str) -> None:
    post = a_post(text=f"{BODY}\n来源：{source}")
    assert kind_of_post(post, an_account()) is Kind.ORIGINAL
    assert not is_declared(post, an_account())


def test_the_platforms_mark_goes_first_and_a_declared_source_is_still_declared() -> None:
    post = a_post(text=f"{BODY}（来源：新华社）", kind="original")
    assert kind_of_post(post, an_account()) is Kind.ORIGINAL
    assert is_declared(post, an_account())


def test_an_empty_text_of_a_post_may_stand_under_a_video() -> None:
    assert kind_of_post(a_post(text=""), an_account()) is Kind.UNKNOWN
    assert kind_of_post(a_post(text="[赞][赞]"), an_account()) is Kind.UNKNOWN
    assert kind_of_post(a_post(text=None), an_account()) is Kind.UNKNOWN


def test_the_source_is_told_as_written() -> None:
    assert source_of(f"{BODY}\n来源：《青禾日报》") == "青禾日报"


def test_a_text_of_nothing_but_claims_ends() -> None:
    assert kind_of_text("来源：" * 20_000) in Kind
    assert kind_of_text("//@" * 20_000) is Kind.UNKNOWN
    assert kind_of_text("[" * 20_000 + "@" * 20_000) is Kind.UNKNOWN
