"""How characters sound and what they are made of."""

import pytest

from services.analyzer.language.text import shapes, sounds


def test_a_character_has_its_readings_without_tones_the_usual_one_first() -> None:
    assert sounds.syllables("行")[:2] == ("xing", "hang")
    assert sounds.syllable("绿") == "lv"
    assert sounds.syllable("a") is None


def test_the_readings_are_those_that_pypinyin_tells() -> None:
    from pypinyin.constants import PINYIN_DICT

    assert sounds._readings() == PINYIN_DICT


def test_the_readings_are_the_same_where_pypinyin_keeps_them_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "_TABLE", "moved.json")
    assert sounds._readings.__wrapped__() == sounds._readings()


def test_characters_of_one_sound_have_one_that_stands_for_them() -> None:
    stands_for = sounds.same_sound()
    assert stands_for[ord("赌")] == stands_for[ord("读")] != stands_for[ord("博")]


def test_a_character_falls_apart_into_its_parts() -> None:
    assert shapes.parts("赌") == ("贝", "者")
    assert shapes.parts("a") == ()
