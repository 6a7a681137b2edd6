"""How a piece of text reads: the likeliest way in which it falls apart into words."""

import functools
import math
from dataclasses import dataclass

from services.analyzer.language.usage.usage import UNKNOWN_WEIGHT, usage

_LONGEST_WORD = 5


@dataclass(frozen=True)
class Reading:
    """`before` and `after`: natural logarithm of the likelihood of what stands before and after each seam.

    `words`: start and end of each word, in order.
    """

    text: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    words: tuple[tuple[int, int], ...]

    @property
    def likelihood(self) -> float:
        return self.after[0]

    def word_at(self, place: int) -> tuple[int, int]:
        """Start and end of the word that holds the character at `place`."""
        return next(word for word in self.words if word[0] <= place < word[1])

    def with_other(self, place: int, character: str) -> tuple[float, int, int]:
        """The likelihood with another character at `place`, and start and end of the word that then holds it."""
        text, weight = self.text[:place] + character + self.text[place + 1 :], usage().weights.get
        best = weight(character, UNKNOWN_WEIGHT) + self.before[place] + self.after[place + 1], place, place + 1
        for start in range(max(0, place - _LONGEST_WORD + 1), place + 1):
            for end in range(max(place + 1, start + 2), min(len(text), start + _LONGEST_WORD) + 1):
                own = weight(text[start:end])
                if own is not None and own + self.before[start] + self.after[end] > best[0]:
                    best = own + self.before[start] + self.after[end], start, end
        return best


def most_gained(text: str, place: int, other: str) -> float:
    """How much likelier the text can read at most with another character in a word of several; -inf: there is none.

    Told from the word alone: what is written reads at least as likely as its pieces on either side one by one.
    """
    weight, corrected = usage().weights.get, text[:place] + other + text[place + 1 :]
    most = -math.inf
    for start, end in _spans(place, len(text)):
        own = weight(corrected[start:end])
        if own is not None:
            most = max(most, own - _in_pieces(text, start, place, end))
    return most


@functools.lru_cache(maxsize=1024)
def _spans(place: int, length: int) -> tuple[tuple[int, int], ...]:
    """Starts and ends of words of several characters that may hold the one at `place`."""
    return tuple(
        (start, end)
        for start in range(max(0, place - _LONGEST_WORD + 1), place + 1)
        for end in range(max(place + 1, start + 2), min(length, start + _LONGEST_WORD) + 1)
    )


def _in_pieces(text: str, start: int, place: int, end: int) -> float:
    """How likely it reads at least: one character by itself, and what stands before and after it."""
    weight = usage().weights.get
    sides = (text[start:place], text[place + 1 : end])
    alone = (sum(weight(character, UNKNOWN_WEIGHT) for character in side) for side in sides)
    whole = sum(max(weight(side, -math.inf), one) for side, one in zip(sides, alone, strict=True))
    return weight(text[place], UNKNOWN_WEIGHT) + whole


@functools.lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """The likeliest reading of a short piece."""
    length, weight = len(text), usage().weights.get
    found = [
        (start, end, own)
        for start in range(length)
        for end in range(start + 1, min(length, start + _LONGEST_WORD) + 1)
        if (own := weight(text[start:end], UNKNOWN_WEIGHT if end == start + 1 else None)) is not None
    ]
    before = [0.0] + [-1e9] * length
    for start, end, own in found:
        before[end] = max(before[end], before[start] + own)
    after, ends = [-1e9] * length + [0.0], [0] * length
    for start, end, own in reversed(found):
        if own + after[end] > after[start]:
            after[start], ends[start] = own + after[end], end
    words, start = [], 0
    while start < length:
        words.append((start, ends[start]))
        start = ends[start]
    return Reading(text, tuple(before), tuple(after), tuple(words))
