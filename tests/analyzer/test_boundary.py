"""A hit inside other words is no hit."""

import itertools

from hypothesis import assume, given
from hypothesis import strategies as st

from services.analyzer.language.text import segmenter
from services.analyzer.language.text.boundary import is_whole_among, is_whole_word
from services.analyzer.language.text.folding import fold


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


_COMMON = sorted(word for word, count in segmenter.words() if count > 2000 and "一" <= word[0] <= "鿿")


@given(st.lists(st.sampled_from([*_COMMON, "，", "a", "3", "𠮷", "\ud800"]), max_size=40), st.data())
def test_what_is_said_of_a_place_is_what_a_cut_of_the_whole_text_says(words: list[str], data: st.DataObject) -> None:
    """Not of 偷偷偷, which has two cuts of exactly the same likelihood: either may be taken."""
    text = fold("".join(words) + "的").text
    assume(all(one != other for one, other in itertools.pairwise(text)))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 3)))
    assert is_whole_word(text, start, end) == is_whole_among(segmenter.cut(text), text, start, end)


def test_other_words_that_hold_or_touch_a_listed_one() -> None:
    """Written for this test: none of them stands in a list of exceptions."""
    assert not _alone("会议要求全会所有代表", "会所")
    assert not _alone("在医院当下流程很快", "下流")
    assert not _alone("出口活跃", "口活")
    assert not _alone("提供精细服务", "供精")
    assert not _alone("台风形成人员伤亡", "成人")
    assert not _alone("节日结束后", "日结")
    assert not _alone("促进共同性爱好交流", "性爱")
    assert not _alone("他在大麻子街", "大麻")
    assert not _alone("调研枪杆子诗作", "枪")
    assert _alone("有人兜售大麻和冰毒", "大麻")
    assert _alone("查封涉黄会所", "会所")
    assert _alone("内容十分下流", "下流")
