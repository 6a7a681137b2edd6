"""Where a text does not fall apart into words: single characters beside which a neighbour hardly ever stands."""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.glance import glance
from services.analyzer.language.usage.usage import Codes, codes, usage

OTHER, UNKNOWN, _FIRST_KNOWN = 0, 1, 2
"""Numbers of what is no Chinese character, and of one beside which nothing is usual."""

_STANDS_ALONE = -7.0
"""Log share of all words from which a single character is a word of its own, and no crumb: 的, 在, 也, 能."""

_PAIR = 2
_COMMON_WORD = -15.3
"""Log share of all words from which two characters are taken for a word wherever they meet."""

_USUAL, _STRANGE, _WORD = 0, 1, 8
"""What stands beside each other. A crumb has one or two strange sides and no word: their sum is 1 or 2."""


class Crumbs(NamedTuple):
    """`places` of a folded text, in order. `numbers` of all its characters, as in `Pairs.numbers`."""

    places: Codes
    numbers: Codes


def crumbs(text: str) -> Crumbs:
    known = pairs()
    numbers = known.numbers.take(glance(text).codes, mode="clip")
    sides = np.zeros(len(text) + 1, dtype=np.uint8)
    sides[1:-1] = known.beside.take(numbers[:-1] * known.size + numbers[1:])
    places = (sides[:-1] + sides[1:] - _STRANGE < _STRANGE + _STRANGE).nonzero()[0]
    return Crumbs(places[known.may_be_crumb.take(numbers.take(places))], numbers)


def is_usual(first: str, second: str) -> bool:
    """Whether the second character usually stands after the first."""
    known = pairs()
    numbers = np.maximum(known.numbers[codes(first + second)], UNKNOWN)
    return bool(known.beside[numbers[0] * known.size + numbers[1]] != _STRANGE)


class Pairs:
    """`numbers` of all characters of the basic plane, below `size`; `beside`: what each two of them are."""

    def __init__(self) -> None:
        known = usage()
        characters = sorted(known.characters)
        self.characters = codes("\0\0" + "".join(characters))
        self.size = len(self.characters)
        self.numbers = np.full(0x10000, OTHER, dtype=np.int64)
        self.numbers[0x4E00:0xA000] = UNKNOWN
        self.numbers[self.characters[_FIRST_KNOWN:]] = np.arange(_FIRST_KNOWN, self.size)
        self.may_be_crumb = np.ones(self.size, dtype=bool)
        self.may_be_crumb[OTHER] = False
        ones, weights = known.words_of(1)
        alone = self.numbers[ones[weights > _STANDS_ALONE, 0]]
        self.may_be_crumb[alone[alone >= _FIRST_KNOWN]] = False
        self.beside = self._beside()

    def _beside(self) -> npt.NDArray[np.uint8]:
        known = usage()
        beside = np.full((self.size, self.size), _STRANGE, dtype=np.uint8)
        beside[OTHER] = beside[:, OTHER] = _USUAL
        usual = self.numbers[known.pairs]
        beside[usual[:, 0], usual[:, 1]] = _USUAL
        twos, weights = known.words_of(_PAIR)
        words = self.numbers[twos[weights >= _COMMON_WORD]]
        words = words[(words.min(axis=1) >= _FIRST_KNOWN) & (beside[words[:, 0], words[:, 1]] == _USUAL)]
        beside[words[:, 0], words[:, 1]] = _WORD
        return beside.ravel()


@functools.cache
def pairs() -> Pairs:
    return Pairs()
