"""Folding keeps every place; a hit inside other words is no hit."""

from hypothesis import given
from hypothesis import strategies as st

from services.analyzer.language.text.folding import Folding, fold, fold_words


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


_HOW = st.builds(
    Folding,
    case_sensitive=st.booleans(),
    styles=st.booleans(),
    skip_spaces=st.booleans(),
    skip_symbols=st.booleans(),
    collapse_repeats=st.booleans(),
)


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60), _HOW)
def test_every_folded_place_leads_back_into_the_text(text: str, how: Folding) -> None:
    folded = fold(text, how)
    folded.text.encode()
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert 0 <= start < end <= len(text)


def test_a_heap_of_accents_takes_no_longer_than_as_much_text() -> None:
    assert fold("e" + "\u0301" * 200_000 + "x").text == "éx"
    assert fold("\u0301\u0301好\u0301").text == "好"


def test_traditional_characters_become_simplified_one_by_one_and_right_words_stay() -> None:
    assert fold("臺灣國際後裡").text == "台湾国际后里"
    assert fold("乾坤未定，哪吒与魏徵食蒜薹").text == "乾坤未定,哪吒与魏徵食蒜薹"
    assert fold("瞭望慰藉著名").text == "瞭望慰藉著名"


def test_digits_and_letters_of_any_style_are_plain_ones_unless_styles_are_kept() -> None:
    assert fold("①⑴⒈❶1️⃣１𝟙㈠").text == "1111111一"
    assert fold("Ⓐ⒜🄰🅰Ａ𝐀").text == "aaaaaa"
    assert fold("①Ａ", Folding(styles=False)).text == "①a"


def test_case_counts_where_asked() -> None:
    assert fold("ＡbC", Folding(case_sensitive=True)).text == "AbC"


def test_spaces_symbols_and_chosen_characters_are_left_out_where_asked() -> None:
    symbols = fold("傻@冒。", Folding(skip_symbols=True))
    assert (symbols.text, symbols.span(0, 2)) == ("傻冒", (0, 3))
    assert fold("bad  word!", Folding(skip_spaces=True)).text == "badword!"
    assert fold("中]国[", Folding(skip_characters="]")).text == "中国["


def test_repeats_collapse_to_one_that_knows_how_many_it_was() -> None:
    folded = fold("傻傻傻逼a", Folding(collapse_repeats=True))
    assert folded.text == "傻逼a"
    assert folded.span(0, 2) == (0, 4)
    assert folded.runs is not None
    assert list(folded.runs) == [3, 1, 1]


@given(st.lists(st.text(max_size=8), max_size=6), _HOW)
def test_many_words_fold_as_each_alone(words: list[str], how: Folding) -> None:
    assert fold_words(words, how) == [fold(word, how).text for word in words]


def test_a_text_is_folded_once_whether_or_not_its_folding_is_named() -> None:
    text = "甲乙①" * 40
    assert fold(text) is fold(text, Folding())
