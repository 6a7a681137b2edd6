"""An advertisement needs several cues that agree; official business is none."""

import json

import pytest

from services.analyzer.objection import History
from services.analyzer.rules.commercial_ad import CommercialAd
from shared.events import Severity
from tests.builders import NOW, a_post, an_account
from tests.paths import SHARED, needs_shared

_HISTORY = History(account=an_account(), watched_since=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "【限时特惠】家具城五一大促，全场5折起，满1000减200，订购热线见图，先到先得！",
        "原价199元，现仅需99元，扫码下单，包邮到家。",
        "碧水云天二期盛大开盘，均价8000元/㎡，看房热线400-000-0000。",
        "大量现货白酒，量大从优，有意者联系微信：jiu88888。",
        "今日天气晴，注意防晒。\n\n双十一爆款低至99元，点击下方链接抢购，优惠券先到先得！",
    ],
)
def test_a_sale_is_seen(text: str) -> None:
    (hit,) = CommercialAd().check_text(text)
    assert hit.severity is Severity.DEDUCTION
    assert text[hit.start : hit.end] == hit.text


@pytest.mark.parametrize(
    "text",
    [
        "我市发放第二轮汽车消费券，满100减20，先到先得。",
        "免费疫苗接种，预约电话12345，名额有限。",
        "有需要的居民请联系社区，电话0571-12345678。",
        "家电以旧换新补贴，最高立减2000元，抓紧申领！",
        "欢迎关注微信公众号：qinghefabu，加群了解天气。",
        "景区人气火爆，赶紧来打卡吧！",
        "警惕！低价出售游戏账号均为骗局。",
        "",
        "\ud800\x00",
    ],
)
def test_official_business_is_no_advertisement(text: str) -> None:
    assert not list(CommercialAd().check_text(text))


def test_praise_of_goods_without_a_way_to_buy_only_reminds() -> None:
    (hit,) = CommercialAd().check_text("这款连衣裙面料柔软透气，收腰版型显瘦，优雅又时尚。")
    assert hit.severity is Severity.REMINDER


def test_the_platforms_own_mark_is_enough_alone() -> None:
    (objection,) = CommercialAd().check_post(a_post(text="晴", ad_signals=("is_ad=1",)), _HISTORY)
    assert objection.severity is None
    assert "标有广告推广" in objection.sentence
    assert objection.measured == "平台标记：标有广告推广"


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        ("status.with_goods=true", "标有带货"),
        ("promotions=2", "挂有商品"),
        ("window_product_list", "挂有商品橱窗"),
        ("mp-common-shopprofile", "挂有店铺"),
        ("mp-common-cpsad", "标有佣金推广"),
        ("url_struct.long_url=shop.taobao.com", "链接到购物网站"),
        ("is_feed_ad=true", "标有广告推广"),
    ],
)
def test_an_official_reads_words_and_no_field_names(signal: str, words: str) -> None:
    post = a_post(text="原价199元，现仅需99元，下单包邮，加微信13800001234", ad_signals=(signal,))
    (objection,) = CommercialAd().check_post(post, _HISTORY)
    assert objection.measured == f"平台标记：{words}"
    assert signal not in objection.model_dump_json()
    assert [place.title for place in objection.evidence] == ["青禾要闻"] * len(objection.evidence)
    assert len(objection.evidence) > 1


def test_a_post_gets_one_objection_without_the_telephone_number() -> None:
    post = a_post(text="原价199元，现仅需99元，下单包邮，加微信13800001234")
    (objection,) = CommercialAd().check_post(post, _HISTORY)
    assert objection.subject == post.id
    assert "13800001234" not in objection.model_dump_json()


@needs_shared
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("cctv_news_paragraphs", 0.002),
        ("work_report_paragraphs", 0.002),
        ("covid_official_bulletins", 0.002),
        ("toutiao_titles", 0.01),
        ("thucnews_titles", 0.01),
    ],
)
def test_false_alarms_on_official_text_are_rare(name: str, most: float) -> None:
    lines = (SHARED / "datasets" / "gov" / f"{name}.dev.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    assert sum(bool(list(CommercialAd().check_text(text))) for text in texts) <= most * len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "银行账号：6222021234567890123",
        "账号6222021234567890123 开户行工商银行",
        "收款账号：6222020200112233445",
        "关注微信公众账号gongzuozhe，房号:20261234",
    ],
)
def test_a_bank_account_or_a_number_of_anything_is_no_trade(text: str) -> None:
    assert list(CommercialAd().check_text(text)) == []
