"""Where a text falls apart into words, and what the dictionary knows of them."""

from hypothesis import given
from hypothesis import strategies as st

from services.analyzer.language.text import segmenter


def test_a_text_is_cut_where_words_meet() -> None:
    assert segmenter.cut("路口交通管理") == ["路口", "交通管理"]
    assert segmenter.spans("路口交通管理") == [(0, 2), (2, 6)]


def test_places_are_code_points_beyond_the_basic_plane_too() -> None:
    assert segmenter.spans("😀路口")[-1] == (1, 3)


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_words_follow_each_other_without_gaps(text: str) -> None:
    found = segmenter.spans(text)
    assert [start for start, _ in found] == [0, *(end for _, end in found[:-1])][: len(found)]
    assert (found[-1][1] if found else 0) == len(text)


def test_the_dictionary_tells_counts_and_tags() -> None:
    assert segmenter.count("交通") > segmenter.count("口交") > 0
    assert segmenter.count("路口交") == 0
    assert segmenter.is_word("再接再厉")
    assert segmenter.tag("再接再厉") == "i"
    assert "再接再厉" in segmenter.words_tagged("i")
    assert segmenter.tag("路口交") is None


def test_what_reads_well_is_likelier_than_what_does_not() -> None:
    assert segmenter.likelihood("降低成本") > segmenter.likelihood("降底成本")
