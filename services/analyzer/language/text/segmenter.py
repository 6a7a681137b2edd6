"""Words of Chinese: where a text falls apart into words, and what jieba's dictionary knows of each of them."""

import functools
import importlib.util
import math
import re
import sys
from pathlib import Path

import numpy as np
import rjieba

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPREAD, _PAIR_MASK = 8191, 0x3FFFFF
"""Where a pair of code points is noted in a table of four million."""

_UNKNOWN_COUNT = 1
"""How often jieba takes a single character to occur that its dictionary does not hold."""


def spans(text: str, *, guess: bool = False) -> list[tuple[int, int]]:
    """Start and end, in code points, of every word of the likeliest cut; they follow each other without gaps.

    `guess` lets the hidden Markov model join characters to words that the dictionary does not hold (names, mostly).
    """
    return [(start, end) for _, start, end in rjieba.tokenize(harmless(text), hmm=guess)]


def cut(text: str, *, guess: bool = False) -> list[str]:
    """The words of the likeliest cut; joined they are the text, but for lone surrogates."""
    words: list[str]
    try:
        words = rjieba.cut(text, hmm=guess)
    except UnicodeEncodeError:
        words = rjieba.cut(harmless(text), hmm=guess)
    return words


def count(word: str) -> int:
    """How often the word occurs in the corpus behind jieba's dictionary; 0: not in the dictionary."""
    return _counts().get(word, 0)


def is_word(word: str) -> bool:
    """Whether the dictionary holds it."""
    return word in _counts()


def weight(word: str, unknown: int = _UNKNOWN_COUNT) -> float:
    """Natural logarithm of the word's share in the corpus; one not in the dictionary as `unknown` times."""
    return math.log(_counts().get(word) or unknown) - _log_total()


def likelihood(text: str) -> float:
    """Sum of the weights of the words of the likeliest cut: the higher, the more ordinary the text reads."""
    return sum(weight(word) for word in cut(text))


def tag(word: str) -> str | None:
    """Part of speech of the dictionary (`n`, `v`, `i` idiom, `nr` person, `ns` place, `nt` organ...); null: no word."""
    return _tags().get(word)


@functools.cache
def words_tagged(*tags: str) -> frozenset[str]:
    """All words of the dictionary with one of these tags: `words_tagged("i", "l")` are idioms and set phrases."""
    return frozenset(word for word, its_tag in _tags().items() if its_tag in tags)


def words() -> frozenset[str]:
    """All words of the dictionary."""
    return frozenset(_counts())


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
def _counts() -> dict[str, int]:
    own, numbers, _ = _columns()
    return dict(zip(own, map(int, numbers), strict=True))


@functools.cache
def _pairs() -> bytes:
    """1 where two characters stand side by side in some word, or others of the same slot do: that only widens."""
    codes = np.frombuffer("\n".join(_counts()).encode("utf-32-le"), dtype=np.uint32)
    left, right = codes[:-1], codes[1:]
    within = (left != ord("\n")) & (right != ord("\n"))
    slots = np.zeros(_PAIR_MASK + 1, dtype=np.uint8)
    slots[(left[within] * np.uint32(_SPREAD) + right[within]) & _PAIR_MASK] = 1
    ascii_codes = np.arange(0x80, dtype=np.uint32)
    slots[(ascii_codes[:, None] * np.uint32(_SPREAD) + ascii_codes) & _PAIR_MASK] = 1
    return slots.tobytes()


@functools.cache
def _log_total() -> float:
    return math.log(sum(_counts().values()))


@functools.cache
def _tags() -> dict[str, str]:
    own, _, its_tags = _columns()
    return dict(zip(own, map(sys.intern, its_tags), strict=True))


def _columns() -> tuple[list[str], list[str], list[str]]:
    """Words, occurrences, tags. jieba lends its file alone: importing and loading it takes a second more."""
    package = importlib.util.find_spec("jieba")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("jieba")
    cells = Path(package.origin).with_name("dict.txt").read_text(encoding="utf-8").split()
    return cells[0::3], cells[1::3], cells[2::3]
