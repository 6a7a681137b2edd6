"""A word accuses where somebody offers the thing; what offices write about the same things accuses nobody."""

import pytest

from services.analyzer.rules.commercial_ad import CommercialAd
from services.analyzer.rules.sensitive_word import SensitiveWord
from tests.analyzer.tables import texts_of


def _accused(text: str) -> list[str]:
    return [hit.text for hit in SensitiveWord().check_text(text) if hit.severity.accuses]


def _sells(text: str) -> bool:
    return any(True for _ in CommercialAd().check_text(text))


@pytest.mark.parametrize("text", texts_of("hijacked"))
def test_what_a_hijacked_account_posts_is_accused(text: str) -> None:
    assert _accused(text) or _sells(text)


@pytest.mark.parametrize("text", texts_of("abuse"))
def test_abuse_of_people_is_accused(text: str) -> None:
    assert _accused(text)


@pytest.mark.parametrize("text", texts_of("police"))
def test_what_offices_write_of_the_same_things_is_not(text: str) -> None:
    assert not _accused(text)
    assert not _sells(text)


def test_the_reason_names_what_solicits() -> None:
    (hit, *_) = SensitiveWord().check_text("真人荷官在线，注册送88元")
    assert hit.reason == "赌博招揽，同句有招揽“注册送”"


def test_a_contact_that_follows_belongs_to_the_offer_and_one_far_away_does_not() -> None:
    assert _accused("需要代开发票吗？加微信kp9988") == ["代开发票"]
    assert not _accused("代开发票怎样办理？请看下图。" + "办理流程共三步。" * 8 + "加微信群交流。")


def test_a_matter_of_the_news_is_a_mention_whatever_stands_beside_it() -> None:
    hits = list(SensitiveWord().check_text("走私 加微信abc12345"))
    assert [hit.severity.value for hit in hits] == ["mention"]


def test_coarse_slang_is_only_a_hint() -> None:
    assert [hit.severity.value for hit in SensitiveWord().check_text("这个店很有逼格")] == ["hint"]


def test_a_word_that_only_lures_is_not_told_of_without_an_offer() -> None:
    assert not list(SensitiveWord().check_text("窃贼翻墙入院，民警用手机定位找到了他"))
    assert _accused("翻墙软件 免费vpn 加微信abc123") != []


def test_signs_between_characters_hide_nothing_and_keep_their_place() -> None:
    (hit,) = SensitiveWord().check_text("他骂道傻*逼，走了")
    assert hit.text == "傻*逼"
    assert not _accused("南京·傻瓜相机展；A-B-C；一.总则")


@pytest.mark.parametrize(
    "text",
    [
        "发展生产性服务业",
        "有性交史的女性",
        "好汉用蒙汗药",
        "自然人代开发票指南",
        "成人电影的历史",
        "宝宝爱放屁",
        "口交感染风险",
    ],
)
def test_words_with_an_ordinary_use_are_not_even_mentioned(text: str) -> None:
    assert not list(SensitiveWord().check_text(text))
