"""Where a text falls apart into words, and what the dictionary knows of them."""

import itertools
import math

import pytest
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
    assert segmenter.tag("路口交") is None


def test_a_word_is_found_by_all_of_it_and_by_nothing_else() -> None:
    number = segmenter.count("交通")
    assert number > 0
    for written in (
        "",
        " ",
        "交通 ",
        f"交通 {number}",
        f"交通 {number} n",
        "\n",
        "交",
        "\ud800",
        "交通\n",
        "\U0010ffff",
    ):
        assert segmenter.is_word(written) == (written == "交"), written


def test_what_is_looked_up_is_what_the_dictionary_says() -> None:
    rows = [row.split(" ") for row in segmenter._dictionary().decode("utf-8").splitlines()]
    assert dict(segmenter.words()) == {word: int(number) for word, number, _ in rows}
    for word, number, tag in rows[:100] + rows[-100:] + rows[::997]:
        assert (segmenter.count(word), segmenter.tag(word)) == (int(number), tag)


def test_shares_are_of_all_counts_together() -> None:
    total = sum(dict(segmenter.words()).values())
    assert segmenter.weight("交通") == pytest.approx(math.log(segmenter.count("交通") / total), rel=1e-12)


def test_no_pair_of_a_word_is_a_place_where_words_are_parted() -> None:
    for word, _ in itertools.islice(segmenter.words(), 0, None, 97):
        assert segmenter.stretch(word, 0, 1, len(word)) == (0, len(word)), word
    assert segmenter.stretch("的龘的", 1, 2, 3) == (1, 2)


def test_what_reads_well_is_likelier_than_what_does_not() -> None:
    assert segmenter.likelihood("降低成本") > segmenter.likelihood("降底成本")
