"""Folding keeps every place; a hit inside other words is no hit."""

from hypothesis import given
from hypothesis import strategies as st

from services.analyzer.language.text import fold, is_whole_word


def test_width_case_and_style_are_folded_without_moving_anything() -> None:
    folded = fold("ＡｂＣ１２３Ⓕ")
    assert folded.text == "abc123f"
    assert folded.span(0, 3) == (0, 3)


def test_hidden_characters_and_spaced_out_chinese_are_seen_through() -> None:
    assert fold("赌\u200b博").text == "赌博"
    folded = fold("买 六 合 彩 吧，今天 天气")
    assert folded.text == "买六合彩吧，今天 天气" or "六合彩" in folded.text
    start = folded.text.index("六合彩")
    assert folded.span(start, start + 3) == (2, 7)


def test_an_accent_written_apart_belongs_to_its_letter() -> None:
    folded = fold("x cafe\u0301 y")
    assert folded.span(folded.text.index("café"), folded.text.index("café") + 4) == (2, 7)


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_every_folded_place_leads_back_into_the_text(text: str) -> None:
    folded = fold(text)
    folded.text.encode()
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert 0 <= start < end <= len(text)


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
