"""Unmistakable words of two characters, one of which is written with another that sounds the same: 曾今 for 曾经.

Two characters hardly ever stand beside each other by chance that sound as such a word. Only crumbs are asked about, and
only where nothing draws either character to what stands outside.
"""

import functools
from collections.abc import Iterator, Mapping

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.ordinary.crumbs import Crumbs, is_usual
from services.analyzer.language.near_miss.ordinary.words import NUMERALS, SURNAMES
from services.analyzer.language.usage.likeness import Likeness, likeness
from services.analyzer.language.usage.reading import read
from services.analyzer.language.usage.usage import RIGHT_FORMS, lines, usage

_OF_ONE_SOUND = (Likeness.SOUND, Likeness.SOUND_AND_SHAPE)
_AROUND, _GAIN = 4, 5.0
"""How much likelier the right word must read, in natural logarithm."""

_COMMON_WORD = -13.0
"""Log share of all words of one that a character may belong to instead."""


def misses(text: str, crumbs: Crumbs) -> Iterator[Miss]:
    """Misses in a folded text at its crumbs."""
    known = _miswritten()
    starts = (start for place in crumbs.places.tolist() for start in (place - 1, place))
    for start in [start for start in starts if text[start : start + 2] in known]:
        right = known[text[start : start + 2]]
        place = start + (text[start] == right[0])
        like = likeness(text[place], right[place - start])
        if like in _OF_ONE_SOUND and place in crumbs.places and _stands(text, start, place, right):
            difference = Difference(Error.SUBSTITUTED, place, text[place], right[place - start])
            yield Miss(start, start + 2, right, Kind.WORD, difference, sure=True, likeness=like.value)


def _stands(text: str, start: int, place: int, right: str) -> bool:
    """Whether nothing outside draws either character to it."""
    is_first = place == start
    before, after = text[start - 1 : start], text[start + 2 : start + 3]
    beside, other = (before, after) if is_first else (after, before)
    written, kept = text[place], text[start + is_first]
    if _is_drawn(beside, written, is_first) or NUMERALS & {written, kept} or SURNAMES & {before, text[start]}:
        return False
    if not is_first and written in SURNAMES and "一" <= after <= "鿿":
        return False
    known = usage()
    if text[start : start + 2] in known.weights:  # 怡然, 徒然, 悸动, and names: 努里
        return False
    if known.weights.get(kept + other if is_first else other + kept, -99.0) >= _COMMON_WORD:
        return False
    first, last = text[max(0, start - _AROUND) : start], text[start + 2 : start + 2 + _AROUND]
    return read(first + right + last).likelihood - read(first + text[start : start + 2] + last).likelihood >= _GAIN


def _is_drawn(beside: str, written: str, is_first: bool) -> bool:
    if not "一" <= beside <= "鿿":
        return beside.isalnum()  # VCD机将
    return is_usual(beside, written) if is_first else is_usual(written, beside)


@functools.cache
def _miswritten() -> Mapping[str, str]:
    """By what sounds as such a word, one character aside: the word."""
    alike = {character: group for group in lines(RIGHT_FORMS / "sounds.txt") for character in group}
    words = dict.fromkeys(word for line in lines(RIGHT_FORMS / "unmistakable.txt") for word in line.split())
    known = usage().characters
    found = dict[str, str]()
    for word in words:
        for at, character in enumerate(word):
            for other in alike[character]:
                if other in known:
                    found[word[:at] + other + word[at + 1 :]] = word
    return {written: word for written, word in found.items() if written not in words}
