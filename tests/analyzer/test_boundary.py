"""A hit inside other words is no hit."""

from services.analyzer.language.boundary import is_whole_word


def _alone(text: str, word: str) -> bool:
    return is_whole_word(text, text.index(word), text.index(word) + len(word))


def test_a_word_where_two_others_meet_is_none() -> None:
    assert not _alone("路口交通不畅", "口交")
    assert not _alone("降低制度性交易成本", "性交")
    assert not _alone("惹了大麻烦", "大麻")


def test_a_word_inside_another_one_is_none_unless_the_topic_is_the_same() -> None:
    assert not _alone("她是处女座", "处女")
    assert _alone("修订反洗钱法", "洗钱")
    assert _alone("捣毁贩毒集团", "贩毒")


def test_a_word_that_the_dictionary_does_not_know_can_still_be_one() -> None:
    assert _alone("网上刷单子怎么刷", "刷单")
