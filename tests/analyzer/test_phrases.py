"""Phrases are found wherever an automaton finds them."""

import random

import pytest
from ahocorasick_rs import AhoCorasick

from services.analyzer.language.text.phrases import Phrases

CHARACTERS = "甲乙丙的人条ab1，😀"


def made_up(chance: random.Random, longest: int) -> str:
    return "".join(chance.choices(CHARACTERS, k=chance.randint(1, longest)))


@pytest.mark.parametrize("seed", range(20))
def test_what_an_automaton_finds_is_found_in_the_order_of_the_text(seed: int) -> None:
    chance = random.Random(seed)
    phrases = [made_up(chance, 6) for _ in range(60)]
    text = made_up(chance, 400)
    expected = AhoCorasick(phrases).find_matches_as_indexes(text, overlapping=True)
    found = Phrases(phrases).find(text)
    assert sorted(found) == sorted(expected)
    assert [place.start for place in found] == sorted(place.start for place in found)


def test_of_phrases_that_begin_together_the_longest_comes_first() -> None:
    assert [place.number for place in Phrases(["人民", "人民政府"]).find("市人民政府")] == [1, 0]


def test_a_phrase_given_twice_is_found_twice() -> None:
    assert [tuple(place) for place in Phrases(["签定", "签定"]).find("已签定")] == [(0, 1, 3), (1, 1, 3)]


@pytest.mark.parametrize("text", ["", "签", "\ud800签定"])
def test_texts_without_a_pair_and_lone_surrogates_are_read(text: str) -> None:
    assert len(Phrases(["签定", "签"]).find(text)) == text.count("签定") + text.count("签")


def test_nothing_is_found_of_no_phrases_and_of_empty_ones() -> None:
    assert Phrases([]).find("签定协议") == []
    assert Phrases([""]).find("签定协议") == []


@pytest.mark.parametrize("seed", range(5))
def test_many_phrases_of_one_character_are_found_where_they_stand_above_all_others(seed: int) -> None:
    chance = random.Random(seed)
    phrases = ["旁", "店", "📞", "馆", "1", "二十日", "10日", "2日游", "日游"]
    text = "".join(chance.choices("旁店📞馆1二十0日2游，", k=300))
    expected = AhoCorasick(phrases).find_matches_as_indexes(text, overlapping=True)
    assert sorted(Phrases(phrases).find(text)) == sorted(expected)
