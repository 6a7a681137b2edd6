"""Idioms and fixed phrases of four characters, one of which is written with another that sounds the same.

Four characters that sound as such a phrase are hardly ever anything else, words of their own inside or not (苦笑不得).
One array operation over the text tells where four sound so; only there the characters are compared.
"""

import functools
import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.ordinary.words import FOREIGN, FUNCTION, is_variant
from services.analyzer.language.text.glance import glance
from services.analyzer.language.usage.likeness import Likeness, likeness
from services.analyzer.language.usage.reading import read
from services.analyzer.language.usage.usage import RIGHT_FORMS, Words, codes, lines, usage

_LENGTH, _AROUND = 4, 4
_LEAST_WEIGHT = -16.0
"""Log share of all words of the rarest phrase looked for: rarer ones are variants of others (阖家团圆, 合家团圆)."""

_COMMONEST = -12.5
"""The same of the most frequent one that is no idiom: more frequent ones stand everywhere, and are met as words."""

_GAIN, _GAIN_OF_WORDS, _GAIN_OF_IDIOM, _GAIN_BY_ROUGH_SOUND = 12.5, 11.5, 4.0, 1.5
"""How much likelier the right phrase must read than what is written, in natural logarithm; the last is added."""

_COMMON = -14.0
"""Log share of all words from which two characters are a word that may be meant."""

_KNOWN_OUTSIDE = -15.0
"""The same, where one of them stands outside the phrase."""

_MUCH_RARER = 3.0
"""By how much, in natural logarithm, what is counted too must be rarer than the right phrase: the news has slips."""

_ROOM, _SHIFT = 20, 12
_MIX, _MIX_AGAIN = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_Numbers = npt.NDArray[np.uint32]
_NUMERALS = frozenset("一二三四五六七八九十百千万亿零〇两几")
_POINTING = frozenset("某各每该本此")
"""总参某部: these may stand before anything."""
_STAND_BESIDE = FUNCTION | frozenset("上下里中前后内外时")
_OPENING, _CLOSING = frozenset("《“‘「『"), frozenset("》”’」』")


def misses(text: str) -> Iterator[Miss]:
    """Misses in a folded text."""
    for start, right in _echoes(text):
        written = text[start : start + _LENGTH]
        differing = [at for at, character in enumerate(right) if written[at] != character]
        if len(differing) == 1 and (miss := _judge(text, start, right, differing[0])) is not None:
            yield miss


def _echoes(text: str) -> Iterator[tuple[int, str]]:
    """Where four characters sound as a phrase, but are none, and the phrase."""
    known = _phrases()
    keys = _keys(known.sounds.take(glance(text).codes, mode="clip"))
    for start in known.marks.take(keys >> _SHIFT).nonzero()[0].tolist():
        if text[start : start + _LENGTH] not in known.right:
            for right in known.by_key.get(keys.item(start), ()):
                yield start, right


def _judge(text: str, start: int, right: str, at: int) -> Miss | None:
    known, written = usage(), text[start : start + _LENGTH]
    if written in known.newer or written in known.runs:
        return None
    if known.weights.get(written, -99.0) > known.weights[right] - _MUCH_RARER:
        return None
    if _may_be_either(written[at], right[at]) or _is_named(text, start):
        return None
    if _belongs_outside(text, start, at):
        return None
    first, end = max(0, start - _AROUND), start + _LENGTH
    before, after = text[first:start], text[end : end + _AROUND]
    gain = read(before + right + after).likelihood - read(before + written + after).likelihood
    like = likeness(written[at], right[at])
    if like is None or gain < _gain_needed(written, right, at, like):
        return None
    kind = Kind.IDIOM if right in known.idioms else Kind.WORD
    difference = Difference(Error.SUBSTITUTED, start + at, written[at], right[at])
    return Miss(start, end, right, kind, difference, sure=True, likeness=like.value)


def _is_named(text: str, start: int) -> bool:
    """Whether it stands between marks: there a pun may be meant (“粽”横四海, 《声临其境》)."""
    return text[start - 1 : start] in _OPENING and text[start + _LENGTH : start + _LENGTH + 1] in _CLOSING


def _belongs_outside(text: str, start: int, at: int) -> bool:
    """这样的花|市, 一切都使|人: the first or last character makes a word with what stands beside the phrase."""
    pieces = {0: text[max(0, start - 1) : start + 1], _LENGTH - 1: text[start + _LENGTH - 1 : start + _LENGTH + 1]}
    return usage().weights.get(pieces.get(at, ""), -99.0) >= _KNOWN_OUTSIDE


def _may_be_either(one: str, other: str) -> bool:
    return bool(_NUMERALS & {one, other}) or one in _POINTING or is_variant(one, other)


def _gain_needed(written: str, right: str, at: int, like: Likeness) -> float:
    """What makes a word with its neighbour, or leaves one, may be meant: 打开眼界, 为成年人."""
    known = usage()
    pieces = [written[first : first + 2] for first in (at - 1, at) if 0 <= first < _LENGTH - 1]
    if written[at] in _STAND_BESIDE:
        pieces += [written[1:]] * (at == 0) + [written[:-1]] * (at == _LENGTH - 1)
    begins_apart = at == 0 and written[at] in _STAND_BESIDE
    makes_words = begins_apart or any(known.weights.get(piece, -99.0) >= _COMMON for piece in pieces)
    is_idiom, is_rough = right in known.idioms, like is Likeness.ROUGH_SOUND
    if not is_idiom and (is_rough or len(FOREIGN & {*right}) >= _LENGTH - 1):
        return math.inf
    if makes_words:
        return _GAIN + _GAIN_BY_ROUGH_SOUND * is_rough
    return (_GAIN_OF_IDIOM if is_idiom else _GAIN_OF_WORDS) + _GAIN_BY_ROUGH_SOUND * is_rough


class _Phrases(NamedTuple):
    """`sounds`: a number for each code point of the basic plane, the same for those that sound alike.
    `right`: the phrases; `by_key`: of their sounds. `marks`: whether any has a key with these upper bits.
    """

    sounds: _Numbers
    right: frozenset[str]
    by_key: dict[int, list[str]]
    marks: npt.NDArray[np.bool_]


@functools.cache
def _phrases() -> _Phrases:
    sounds = np.arange(0x10000, dtype=np.uint32) * _MIX
    for group in lines(RIGHT_FORMS / "sounds.txt"):
        sounds[codes(group)] = sounds[ord(group[0])]
    counted = [each for each in usage().words if each.length == _LENGTH and _is_sought(each)]
    words = {phrase for each in counted for phrase in each.spaced.split(" ")}
    right = sorted(words | {word for word in usage().newer if len(word) == _LENGTH})
    keys = _keys(sounds[codes("".join(right))])[::_LENGTH]
    marks = np.zeros(1 << _ROOM, dtype=bool)
    marks[keys >> _SHIFT] = True
    by_key = defaultdict[int, list[str]](list)
    for key, phrase in zip(keys.tolist(), right, strict=True):
        by_key[key].append(phrase)
    return _Phrases(sounds, frozenset(right), by_key, marks)


def _is_sought(words: Words) -> bool:
    return words.weight >= _LEAST_WEIGHT and (words.kind == "idiom" or words.weight <= _COMMONEST)


def _keys(numbers: _Numbers) -> _Numbers:
    """One well mixed number for each four that follow each other."""
    pairs = numbers[:-1] * _MIX + numbers[1:]
    return pairs[:-2] * _MIX_AGAIN + pairs[2:]
