"""The lists that are drawn: what is stored is what its sources say, and what is read is what is stored."""

import gzip
import json

import pytest

from bench import right_forms
from services.analyzer.language.usage.likeness import Likeness, alike, likeness, sound_groups
from services.analyzer.language.usage.likes import likes
from services.analyzer.language.usage.usage import RIGHT_FORMS, codes, distinct, keys_of, lines, usage
from tests.paths import SHARED, needs_shared

_STATUTES = SHARED / "datasets" / "gov" / "statutes.build.jsonl.gz"


def test_which_characters_are_alike_is_what_sounds_and_shapes_tell() -> None:
    assert list(lines(RIGHT_FORMS / "likes.txt")) == list(right_forms.likes())


def test_which_characters_sound_alike_is_what_their_readings_tell() -> None:
    assert list(lines(RIGHT_FORMS / "sounds.txt")) == ["".join(group) for group in sound_groups()]


@pytest.mark.parametrize("character", "签订厉竣像")
def test_those_like_a_character_are_read_with_whether_they_are_very_like_it(character: str) -> None:
    known = likes()
    begin, end = known.begins[ord(character)], known.begins[ord(character) + 1]
    others = [*map(chr, known.others[begin:end].tolist())]
    assert others == sorted(alike(character))
    very = [likeness(character, other) is Likeness.SOUND_AND_SHAPE for other in others]
    assert known.very[begin:end].tolist() == very


def test_a_character_that_no_pair_holds_has_none_like_it() -> None:
    known = likes()
    assert all(known.begins[code] == known.begins[code + 1] for code in (0, ord("a"), ord("，"), 0xFFFF))


def test_words_are_of_the_kind_that_the_dictionary_tells() -> None:
    for each in usage().words:
        assert {right_forms._kind(word) for word in each.spaced.split(" ")} == {each.kind}
        assert {len(word) for word in each.spaced.split(" ")} == {each.length}


def test_no_word_stands_in_two_groups() -> None:
    words = [word for each in usage().words for word in each.spaced.split(" ")]
    assert len(words) == len({*words}) > 300_000


def test_words_are_weighed_by_their_group_and_newer_ones_as_such() -> None:
    known = usage()
    assert all(known.weights[each.spaced.split(" ")[0]] >= each.weight for each in known.words)
    assert min(known.weights[word] for word in known.newer) == pytest.approx(-12.5)
    assert "守株待兔" in known.idioms
    assert "守株待兔" not in known.names


@pytest.mark.parametrize("length", range(1, 7))
def test_words_of_a_length_come_with_their_weights_the_most_frequent_first(length: int) -> None:
    rows, weights = usage().words_of(length)
    words = ["".join(map(chr, row)) for row in rows.tolist()]
    assert {word for word in usage().weights if len(word) == length} == {*words}
    assert weights.tolist() == sorted(weights.tolist(), reverse=True)
    first = dict(reversed([*zip(words, weights.tolist(), strict=True)]))
    assert first == {word: usage().weights[word] for word in words}


@pytest.mark.parametrize(("length", "least"), [(2, -12.6), (2, -10.0), (1, -7.0), (4, -99.0)])
def test_frequent_words_are_those_that_are_weighed_so_much(length: int, least: float) -> None:
    right = {word: weight for word, weight in usage().weights.items() if len(word) == length and weight >= least}
    assert usage().frequent(length, least) == right


def test_every_three_characters_of_a_word_are_a_known_run_and_no_others_are_counted_as_nought() -> None:
    spaced = " ".join(each.spaced for each in usage().words)
    within = codes(spaced)
    threes = keys_of(within[:-2], within[1:-1], within[2:])
    blank = within == ord(" ")
    inside = set(threes[~(blank[:-2] | blank[1:-1] | blank[2:])].tolist())
    known, numbers = usage().threes
    assert inside <= set(known.tolist())
    assert set(known[numbers == 0].tolist()) <= inside


def test_stored_runs_are_sorted_and_none_is_stored_twice() -> None:
    for runs in (usage().threes, usage().fours):
        assert runs.known.tolist() == distinct(runs.known).tolist()
        assert len(runs.known) == len(runs.numbers)


@needs_shared
def test_runs_stand_as_often_as_statutes_have_them() -> None:
    with gzip.open(_STATUTES, "rt", encoding="utf-8") as rows:
        whole = "\n".join(json.loads(row)["text"] for row in rows)
    for run, number in [*usage().runs.items()][::4001]:
        standing = sum(whole.startswith(run, at) for at in _places(whole, run))
        assert right_forms._rounded(standing) == number, run


def _places(text: str, run: str) -> list[int]:
    places, at = [], text.find(run)
    while at >= 0:
        places.append(at)
        at = text.find(run, at + 1)
    return places
