"""An advertisement needs a way to buy beside an offer; what a public body gives, publishes or warns of is none."""

import itertools
import json
import re

import pytest

from services.analyzer.language.advert.against import AGAINST
from services.analyzer.language.advert.calls import CALLS
from services.analyzer.language.advert.kinds import Finder, with_whole_numbers
from services.analyzer.language.advert.offers import OFFERS
from services.analyzer.language.advert.reading import read_advert
from services.analyzer.language.advert.services import SERVICES
from services.analyzer.language.advert.shops import SHOPS
from services.analyzer.language.advert.talk import TALK
from services.analyzer.language.advert.trades import GOODS, PUSHES, TRADES
from services.analyzer.language.advert.ways import WAYS
from services.analyzer.language.text.folding import fold
from services.analyzer.objection import History
from services.analyzer.rules.commercial_ad import CommercialAd
from shared.events import Severity
from tests.analyzer.tables import texts_of
from tests.builders import NOW, a_post, an_account
from tests.paths import SHARED, needs_shared

_ADVERTS = texts_of("adverts")
_NOTICES = texts_of("notices")
_BY_PATTERN = [
    (kind, Finder([kind._replace(words=())]))
    for kind in (*WAYS, *CALLS, *OFFERS, *TALK, *TRADES, *SERVICES, *SHOPS, *GOODS, *PUSHES, *AGAINST)
    if kind.pattern is not None
]
_HISTORY = History(account=an_account(), watched_since=NOW)


@pytest.mark.parametrize("text", _ADVERTS)
def test_a_sale_is_found(text: str) -> None:
    (hit,) = CommercialAd().check_text(text)
    assert hit.severity is Severity.DEDUCTION
    assert text[hit.start : hit.end] == hit.text


@pytest.mark.parametrize("text", _NOTICES)
def test_what_an_office_prints_is_no_advertisement(text: str) -> None:
    assert list(CommercialAd().check_text(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "有需要的居民请联系社区，电话0571-12345678。",
        "欢迎关注微信公众号：qinghefabu，加群了解天气。",
        "景区人气火爆，赶紧来打卡吧！",
        "警惕！低价出售游戏账号均为骗局。",
        "银行账号：6222021234567890123",
        "账号6222021234567890123 开户行工商银行",
        "关注微信公众账号gongzuozhe，房号:20261234",
        "这款连衣裙面料柔软透气，收腰版型显瘦，优雅又时尚。",
        "",
        "\ud800\x00",
    ],
)
def test_contact_or_praise_alone_sells_nothing(text: str) -> None:
    assert list(CommercialAd().check_text(text)) == []


@pytest.mark.parametrize(
    "landmark", ["市政府", "实验小学", "人民医院", "幸福社区", "市图书馆", "县体育中心", "政务中心"]
)
def test_a_landmark_makes_no_office(landmark: str) -> None:
    text = f"紧邻{landmark}，建面约110㎡精装三房，首付15万起，到访有礼，售楼处电话0731-80001234。"
    assert len(list(CommercialAd().check_text(text))) == 1


@pytest.mark.parametrize(
    "words",
    [
        "温馨提示：解释权归本店",
        "谨防假冒",
        "明码标价无套路",
        "回馈广大市民",
        "店址：县财政局对面",
        "友情提示：周一店休",
        "县法院隔壁",
        "如有虚假包退",
        "开店三年零投诉",
    ],
)
def test_a_shop_may_speak_like_an_office(words: str) -> None:
    text = f"童装清仓，39元一件，满200减50，地址：新华街8号，欢迎到店选购。{words}。"
    assert len(list(CommercialAd().check_text(text))) == 1
    assert read_advert(fold(text).text).against == ()


def test_the_finding_lists_what_weighed_how_much_and_it_adds_up() -> None:
    (hit,) = CommercialAd().check_text(
        "记者探店：金桥火锅今日开业大酬宾，全场5折，凭此图到店送肥牛一份，地址：金桥路8号。"
    )
    reason = hit.reason or ""
    weights = [int(weight) for weight in re.findall(r"”([+-]\d+)", reason)]
    (total,) = re.findall(r"合计(\d+)分", reason)
    assert sum(weights) == int(total)
    assert "官方发布“记者”-3" in reason


@pytest.mark.parametrize("text", _ADVERTS)
def test_one_stretch_of_text_is_one_cue(text: str) -> None:
    cues = read_advert(fold(text).text).cues
    assert all(before.end <= after.start for before, after in itertools.pairwise(cues))


def test_what_an_office_does_is_taken_off_once_however_often_it_is_named() -> None:
    once = read_advert("记者从金桥路店获悉，全场5折，到店有礼。")
    often = read_advert("记者从金桥路店获悉，记者通报，全场5折，到店有礼。")
    assert once.score == often.score


@pytest.mark.parametrize("footer", ["—END—", "【推荐】", "编辑：小王", "▼ 今日好物 ▼"])
def test_an_article_does_not_hide_what_hangs_below_it(footer: str) -> None:
    article = "记者从市应急管理局获悉，我市召开防汛会议，要求防范风险。\n" * 20
    advert = "纯棉毛巾5条19.9元包邮，识别二维码抢购。"
    assert len(list(CommercialAd().check_text(f"{article}{footer}\n{advert}"))) == 1
    assert list(CommercialAd().check_text(f"{article}{footer}\n")) == []


def test_cues_far_apart_make_no_offer() -> None:
    parts = ("商品房均价9120元。", "详见售楼处公示栏。", "车展下月举行。", "全市门店8000家。")
    assert list(CommercialAd().check_text(("今日多云转晴，气温适宜。" * 60).join(parts))) == []


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
        ("url_struct.long_url=shop.taobao.com", "链接到购物网站（shop.taobao.com）"),
        ("source_url=shop.taobao.com", "“阅读原文”链接到购物网站（shop.taobao.com）"),
        ("href=item.jd.com", "链接到购物网站（item.jd.com）"),
        ("mp-common-miniprogram=好物商城", "挂有商城小程序（好物商城）"),
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
    assert len(objection.evidence) > 2


def test_title_and_body_are_one_offer() -> None:
    post = a_post(title="江湾府：首付15万起", text="营销中心：江湾路8号")
    (objection,) = CommercialAd().check_post(post, _HISTORY)
    assert "标题和正文疑似商业广告" in objection.sentence


@needs_shared
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("cctv_news_paragraphs", 0),
        ("statutes", 0),
        ("work_report_paragraphs", 0.0002),
        ("covid_official_bulletins", 0.0002),
        ("toutiao_titles", 0.001),
        ("thucnews_titles", 0.001),
    ],
)
def test_false_alarms_on_official_text_are_rare(name: str, most: float) -> None:
    lines = (SHARED / "datasets" / "gov" / f"{name}.dev.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    assert sum(bool(list(CommercialAd().check_text(text))) for text in texts) <= most * len(texts)


@pytest.mark.parametrize("text", [*_ADVERTS, *_NOTICES])
def test_an_expression_misses_nothing_by_being_tried_round_its_anchors_only(text: str) -> None:
    folded = fold(text).text + "\n"
    for kind, finder in _BY_PATTERN:
        assert kind.pattern is not None
        found = {(cue.start, cue.end) for cue in finder.find(folded)}
        whole = {with_whole_numbers(folded, *match.span()) for match in kind.pattern.finditer(folded)}
        assert whole <= found, kind.name


def test_news_of_a_sale_in_the_middle_of_an_article_is_no_advertisement() -> None:
    article = (
        "记者昨日走访发现，节日消费市场红火。\n在城东的百货商场，全场5折起，满300减100，凭小票到店还能领礼品，吸引不少人。\n"
        "商务部门介绍，全市零售额增长。\n下一步将完善夜间交通。\n各商圈延长营业时间。\n市民出行请错峰。\n"
    )
    assert list(CommercialAd().check_text(article)) == []


def test_the_last_lines_below_an_article_stand_for_themselves_without_a_mark() -> None:
    article = "记者从市教育局获悉，秋季学期9月1日开学，各校做好准备。\n请家长留意学校通知。\n\n"
    advert = "童装换季清仓\n羽绒马甲39元，满200减50\n识别二维码进店选购"
    assert len(list(CommercialAd().check_text(article + advert))) == 1


@pytest.mark.parametrize(
    ("text", "sells"),
    [
        ("国庆钜惠，羽绒服199元起，满300减50，买二送一！", True),
        ("年货大促，坚果礼盒第二件半价，原价128元，限时抢购", True),
        ("国庆特价，羽绒服199元起", False),
        ("猪肉价格下降，超市促销，满100减10", False),
    ],
)
def test_a_caption_may_leave_out_where_to_buy_if_it_offers_more_than_one_thing(text: str, sells: bool) -> None:
    assert bool(list(CommercialAd().check_text(text))) == sells
