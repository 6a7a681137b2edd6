"""How characters sound and what they are made of."""

from services.analyzer.language.text import shapes, sounds


def test_a_character_has_its_readings_without_tones_the_usual_one_first() -> None:
    assert sounds.syllables("行")[:2] == ("xing", "hang")
    assert sounds.syllable("绿") == "lv"
    assert sounds.syllable("a") is None


def test_characters_of_one_sound_have_one_that_stands_for_them() -> None:
    stands_for = sounds.same_sound()
    assert stands_for[ord("赌")] == stands_for[ord("读")] != stands_for[ord("博")]


def test_a_character_falls_apart_into_its_parts() -> None:
    assert shapes.parts("赌") == ("贝", "者")
    assert shapes.parts("a") == ()
