"""Other ways in which a word may be written: with digits for numerals, written apart, of one sound, with wildcards."""

import functools
import itertools
import math
import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.shapes import parts
from services.analyzer.language.text.sounds import same_sound

_NUMERALS = "零一二三四五六七八九"
_WRITTEN_OUT = "零壹贰叁肆伍陆柒捌玖"
_TO_DIGIT = str.maketrans(_NUMERALS + "〇", "0123456789" + "0")
_TO_WRITTEN_OUT = str.maketrans(_NUMERALS, _WRITTEN_OUT)
_ANY_NUMERAL = str.maketrans(_NUMERALS + "〇" + _WRITTEN_OUT, "0123456789" + "0" + "0123456789")
_FROM_DIGIT = [str.maketrans("0123456789", to) for to in (_NUMERALS, "〇" + _NUMERALS[1:], _WRITTEN_OUT)]
_NUMERAL = re.compile(f"[{_NUMERALS}〇]")
_DIGIT = re.compile(r"[0-9]")
_MOST_FORMS = 64
"""Literal forms of one wildcard word that are searched for; what lies beside them is compared where one is found."""

Position = frozenset[str] | None
"""The characters that may stand at one place; null: any."""


def with_digits(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Those with a numeral, each with other ways to write it: 下三滥 as 下3滥 and 下叁滥.

    Not of words that are nothing but numerals (三, 一一): they would be any number.
    """
    concerned = list(_lines_with(_NUMERAL, words))
    digits, written_out = (_translated(concerned, table) for table in (_TO_DIGIT, _TO_WRITTEN_OUT))
    mixed = [not word.isdigit() for word in digits]
    for others in (digits, written_out):
        yield from itertools.compress(zip(concerned, others, strict=True), mixed)


def with_numerals(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Those with a digit, each with other ways to write it: 0售 as 零售, 〇售."""
    concerned = list(_lines_with(_DIGIT, words))
    for table in _FROM_DIGIT:
        yield from zip(concerned, _translated(concerned, table), strict=True)


def as_digits(text: str) -> str:
    """As long as the text: every numeral as a digit, 9二肆五 as 9245."""
    return text.translate(_ANY_NUMERAL)


def _translated(words: list[str], table: dict[int, int]) -> list[str]:
    """All at once, which is much faster; no word holds a line's end."""
    return "\n".join(words).translate(table).split("\n") if words else []


def _lines_with(characters: re.Pattern[str], words: Iterable[str]) -> Iterator[str]:
    """Of many words those with one of the characters: one pass over all of them at once."""
    joined = "\n".join(words)
    reached = -1
    for match in characters.finditer(joined):
        if match.start() > reached:
            end = joined.find("\n", match.start())
            reached = len(joined) if end < 0 else end
            yield joined[joined.rfind("\n", 0, match.start()) + 1 : reached]


def written_apart(word: str) -> Iterator[str]:
    """赌博 as 贝者博, and with every character apart that can be; single characters have too many other readings."""
    if len(word) < 2:
        return
    apart = ["".join(parts(character)) or character for character in word]
    for place, pieces in enumerate(apart):
        if pieces != word[place]:
            yield word[:place] + pieces + word[place + 1 :]
    yield "".join(apart)


def sound_of(text: str) -> str:
    """As long as the text: each Chinese character replaced by the one that stands for its sound."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return _sounds()[codes].tobytes().decode("utf-32-le", "surrogatepass")


@functools.cache
def _sounds() -> npt.NDArray[np.uint32]:
    codes = np.arange(0x110000, dtype=np.uint32)
    codes[list(same_sound())] = list(same_sound().values())
    return codes


def wildcard(word: str) -> list[Position] | None:
    """`.[中美]国` place by place; null for a word without wildcards, or with a bracket left open."""
    if not re.search(r"\.|\[", word) or not re.fullmatch(r"(?:\[[^\[\]]+\]|[^\[\]])+", word):
        return None
    places = re.findall(r"\[[^\[\]]+\]|.", word, re.DOTALL)
    return [None if place == "." else frozenset(place.strip("[]") if len(place) > 1 else place) for place in places]


def literals(positions: list[Position]) -> tuple[int, list[str]]:
    """Where the longest stretch of a wildcard word begins that few enough literal forms can be, and those forms."""
    stretches = [(first, last) for first in range(len(positions)) for last in range(first + 1, len(positions) + 1)]
    countable = [(last - first, first) for first, last in stretches if _few(positions[first:last])]
    if not countable:
        return 0, []
    length, first = max(countable, key=lambda stretch: (stretch[0], -stretch[1]))
    sets = [sorted(one or ()) for one in positions[first : first + length]]
    return first, ["".join(form) for form in itertools.product(*sets)]


def _few(sets: list[Position]) -> bool:
    return math.prod(len(one) if one else _MOST_FORMS + 1 for one in sets) <= _MOST_FORMS
