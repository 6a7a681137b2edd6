"""Where a text does not fall apart into words: single characters beside which a neighbour hardly ever stands."""

import functools

import numpy as np
import numpy.typing as npt

from services.analyzer.language.near_miss.usage import Codes, codes, usage

_Bits = npt.NDArray[np.uint8]

_OTHER, _UNKNOWN, _FIRST_KNOWN = 0, 1, 2
"""Numbers of what is no Chinese character, and of one beside which nothing is usual."""

_STANDS_ALONE = -7.0
"""Log share of all words from which a single character is a word of its own, and no crumb: 的, 在, 也, 能."""

_PAIR = 2
_COMMON_WORD = -15.3
"""Log share of all words from which two characters are taken for a word wherever they meet."""


def crumbs(text: str) -> list[int]:
    """Places of the crumbs of a folded text, in order."""
    if not text:
        return []
    table = _table()
    numbers = table.numbers[codes(text)]
    keys = numbers[:-1] * table.size + numbers[1:]
    strange = np.zeros(len(text) + 1, dtype=bool)
    strange[1:-1] = ~_holds(table.usual, keys)
    word = np.zeros(len(text) + 1, dtype=bool)
    word[1:-1] = _holds(table.words, keys)
    found = (strange[:-1] | strange[1:]) & ~(word[:-1] | word[1:]) & table.may_be_crumb[numbers]
    places: list[int] = np.flatnonzero(found).tolist()
    return places


def pair_numbers(characters: Codes) -> Codes:
    """What `pair_holds` is asked with; nothing is usual beside what is no Chinese character."""
    numbers = _table().numbers[characters]
    return np.maximum(numbers, _UNKNOWN)


def pair_holds(firsts: Codes, seconds: Codes) -> npt.NDArray[np.bool_]:
    """Whether each pair of characters usually stands beside each other."""
    table = _table()
    return _holds(table.usual, firsts * table.size + seconds)


def is_usual(first: str, second: str) -> bool:
    """Whether the second character usually stands after the first."""
    return bool(pair_holds(*(pair_numbers(codes(each)) for each in (first, second)))[0])


class _Table:
    """Each pair of characters is one bit: `usual` beside each other; `words` of two characters."""

    def __init__(self) -> None:
        known = usage()
        characters = sorted(known.characters)
        self.size = len(characters) + _FIRST_KNOWN
        self.numbers = np.zeros(0x10000, dtype=np.int64)
        self.numbers[0x4E00:0xA000] = _UNKNOWN
        for number, character in enumerate(characters, start=_FIRST_KNOWN):
            self.numbers[ord(character)] = number
        self.may_be_crumb = np.ones(self.size, dtype=bool)
        self.may_be_crumb[_OTHER] = False
        alone = [place for place, one in enumerate(characters) if known.weights.get(one, -99.0) > _STANDS_ALONE]
        self.may_be_crumb[np.array(alone, dtype=np.int64) + _FIRST_KNOWN] = False
        usual = self._bits(known.pairs)
        beside_others = np.arange(self.size)
        for keys in (beside_others, beside_others * self.size):
            np.bitwise_or.at(usual, keys >> 3, (1 << (keys & 7)).astype(np.uint8))
        self.usual = usual
        common = [word for word, weight in known.weights.items() if len(word) == _PAIR and weight >= _COMMON_WORD]
        words = self._bits(codes("".join(common)).reshape(-1, _PAIR))
        self.words = words & self._bits(known.pairs)

    def _bits(self, pairs: Codes) -> _Bits:
        bits = np.zeros(self.size * self.size // 8 + 1, dtype=np.uint8)
        keys = self.numbers[pairs[:, 0]] * self.size + self.numbers[pairs[:, 1]]
        np.bitwise_or.at(bits, keys >> 3, (1 << (keys & 7)).astype(np.uint8))
        return bits


@functools.cache
def _table() -> _Table:
    return _Table()


def _holds(bits: _Bits, keys: Codes) -> npt.NDArray[np.bool_]:
    held: npt.NDArray[np.bool_] = (bits[keys >> 3] >> (keys & 7).astype(np.uint8) & 1).astype(bool)
    return held
