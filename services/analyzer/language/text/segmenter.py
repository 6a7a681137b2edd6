"""Words of Chinese: where a text falls apart into words, and what jieba's dictionary knows of each of them."""

import bisect
import functools
import importlib.util
import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPREAD, _PAIR_MASK = 8191, 0x3FFFFF
"""Where a pair of code points is noted in a table of four million."""

_UNKNOWN_COUNT = 1
"""How often jieba takes a single character to occur that its dictionary does not hold."""

_LOG_TOTAL = math.log(60_101_964)
"""Of all counts together: adding them up takes longer than checking a text."""


class _Known(NamedTuple):
    """What the dictionary tells of a word."""

    occurs: int
    tag: str


def spans(text: str, *, guess: bool = False) -> list[tuple[int, int]]:
    """Start and end, in code points, of every word of the likeliest cut; they follow each other without gaps.

    `guess` lets the hidden Markov model join characters to words that the dictionary does not hold (names, mostly).
    """
    return [(start, end) for _, start, end in _cutter().tokenize(harmless(text), hmm=guess)]


def cut(text: str, *, guess: bool = False) -> list[str]:
    """The words of the likeliest cut; joined they are the text, but for lone surrogates."""
    words: list[str]
    try:
        words = _cutter().cut(text, hmm=guess)
    except UnicodeEncodeError:
        words = _cutter().cut(harmless(text), hmm=guess)
    return words


def count(word: str) -> int:
    """How often the word occurs in the corpus behind jieba's dictionary; 0: not in the dictionary."""
    known = _known(word)
    return known.occurs if known else 0


def is_word(word: str) -> bool:
    """Whether the dictionary holds it."""
    return _known(word) is not None


def weight(word: str, unknown: int = _UNKNOWN_COUNT) -> float:
    """Natural logarithm of the word's share in the corpus; one not in the dictionary as `unknown` times."""
    return math.log(count(word) or unknown) - _LOG_TOTAL


def likelihood(text: str) -> float:
    """Sum of the weights of the words of the likeliest cut: the higher, the more ordinary the text reads."""
    return sum(weight(word) for word in cut(text))


def tag(word: str) -> str | None:
    """Part of speech of the dictionary (`n`, `v`, `i` idiom, `nr` person, `ns` place, `nt` organ...); null: no word."""
    known = _known(word)
    return known.tag if known else None


def words() -> Iterator[tuple[str, int]]:
    """All words of the dictionary with their counts, in no order that means anything."""
    for line in _lines():
        word, number, _ = line.decode("utf-8").split(" ")
        yield word, int(number)


def stretch(text: str, start: int, end: int, reach: int) -> tuple[int, int]:
    """The least around `text[start:end]`, at most `reach` more on either side, whose ends no word can lie across.

    Two characters that stand side by side in no word of the dictionary are parted in every cut, so that what lies
    beyond changes nothing within.
    """
    pairs = _pairs()
    first, last = start, end
    least = start - reach if start > reach else 0
    most = end + reach if end + reach < len(text) else len(text)
    while first > least and pairs[(ord(text[first - 1]) * _SPREAD + ord(text[first])) & _PAIR_MASK]:
        first -= 1
    while last < most and pairs[(ord(text[last - 1]) * _SPREAD + ord(text[last])) & _PAIR_MASK]:
        last += 1
    return first, last


def harmless(text: str) -> str:
    """The text, as long as before, without lone surrogates: what reads UTF-8 (cutter, automata) raises at them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text)
    return text


@functools.cache
def _cutter() -> ModuleType:
    """Importing it loads its dictionary, which takes a tenth of a second: not every text is cut."""
    import rjieba  # noqa: PLC0415

    return rjieba


@functools.lru_cache(maxsize=32768)
def _known(word: str) -> _Known | None:
    own, lines = word.encode("utf-8", "surrogatepass"), _lines()
    place = bisect.bisect_left(lines, own + b" ")
    cells = lines[place].split(b" ") if place < len(lines) else []
    return _Known(int(cells[1]), cells[2].decode("utf-8")) if cells and cells[0] == own else None


@functools.cache
def _lines() -> list[bytes]:
    """Word, count and tag, sorted. Taking them apart only when asked for one saves a fifth of a second at the start."""
    return sorted(_dictionary().splitlines())


@functools.cache
def _pairs() -> bytes:
    """1 where two characters stand side by side in some word, or others of the same slot do: that only widens.

    Two ASCII characters always count as a pair: so counts and tags, which stand between the words, change nothing.
    """
    codes = np.frombuffer(_dictionary().decode("utf-8").encode("utf-32-le"), dtype=np.uint32)
    keys = codes[:-1] * np.uint32(_SPREAD)
    keys += codes[1:]
    keys &= np.uint32(_PAIR_MASK)
    is_blank = codes <= ord(" ")
    slots = np.zeros(_PAIR_MASK + 1, dtype=np.uint8)
    slots[keys[~(is_blank[:-1] | is_blank[1:])]] = 1
    ascii_codes = np.arange(0x80, dtype=np.uint32)
    slots[(ascii_codes[:, None] * np.uint32(_SPREAD) + ascii_codes) & _PAIR_MASK] = 1
    return slots.tobytes()


def _dictionary() -> bytes:
    """jieba lends its file alone: importing and loading it takes a second more."""
    package = importlib.util.find_spec("jieba")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("jieba")
    return Path(package.origin).with_name("dict.txt").read_bytes()
