"""What is known of numbered characters and their neighbours, as bits and keys: for all crumbs of a text at once."""

import functools
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.near_miss.ordinary.crumbs import UNKNOWN, pairs
from services.analyzer.language.usage.keys import Keys
from services.analyzer.language.usage.likes import likes
from services.analyzer.language.usage.usage import UNKNOWN_WEIGHT, Codes, Weights, codes, distinct, usage

Rows = npt.NDArray[np.uint64]
"""A bit for each numbered character, 64 to a word."""

WORD = 64
OF_TWO = 1 << 48
"""Tells keys of two characters from those of three."""


class Tables(NamedTuple):
    """`after` and `before`: what usually stands after and before a character. `like` and `very` as in `Likes`.

    `runs`: of three characters, and words of two. `longer`: runs of three inside of words. `words`: of two, with their
    weights; `ones`: the weight of each character.
    """

    after: Rows
    before: Rows
    like: Rows
    very: Rows
    runs: Keys
    longer: Keys
    words: Keys
    ones: Weights


@functools.cache
def tables() -> Tables:
    known, numbers, size = usage(), pairs().numbers, pairs().size
    first, second = numbers[known.pairs].T
    like = likes()
    written = numbers.take(np.repeat(np.arange(len(like.begins) - 1), np.diff(like.begins)))
    other, very = numbers.take(like.others), like.very
    threes = _keys(np.stack([known.threes.known >> by & 0xFFFF for by in (32, 16, 0)], axis=1))
    of_two, weights_of_two = known.words_of(2)
    words = _keys(of_two)
    return Tables(
        _rows(first, second, size),
        _rows(second, first, size),
        _rows(written, other, size),
        _rows(written[very], other[very], size),
        Keys(np.concatenate((threes, words | OF_TWO))),
        Keys(_inside()),
        Keys(words, weights_of_two),
        _ones(),
    )


def _ones() -> Weights:
    """Of each numbered character the weight as a word of its own."""
    ones = np.full(pairs().size, UNKNOWN_WEIGHT)
    characters, weights = usage().words_of(1)
    numbers = pairs().numbers.take(characters[::-1, 0])
    ones[numbers] = weights[::-1]
    ones[: UNKNOWN + 1] = UNKNOWN_WEIGHT
    return ones


def _inside() -> Codes:
    """Runs of three inside of words."""
    lengths = {each.length for each in usage().words} | {*map(len, usage().newer)}
    words = [usage().words_of(length)[0] for length in lengths]
    return distinct(_keys(np.concatenate([rows[:, at : at + 3] for rows in words for at in range(rows.shape[1] - 2)])))


def _keys(characters: Codes) -> Codes:
    """One number for the two or three characters of each row."""
    numbers = pairs().numbers.take(characters)
    return numbers @ pairs().size ** np.arange(numbers.shape[1])[::-1]


def _rows(row: Codes, bit: Codes, count: int) -> Rows:
    rows = np.zeros((count, -(-pairs().size // WORD)), dtype=np.uint64)
    np.bitwise_or.at(rows, (row, bit // WORD), np.uint64(1) << (bit % WORD).astype(np.uint64))
    rows[:, 0] &= ~np.uint64(3)
    return rows


@functools.lru_cache(maxsize=4096)
def row(character: str, likes_of: Callable[[str], Iterable[str]]) -> Rows:
    """Of a character that no pair holds: it is in no table."""
    found = pairs().numbers[codes("".join(likes_of(character)))]
    only: Rows = _rows(np.zeros_like(found), found, 1)[0]
    return only


def set_bits(rows: Rows) -> tuple[Codes, Codes]:
    """The rows and the places in them that are set, row by row. Hardly any word of 64 bits holds one."""
    words = rows.ravel()
    filled = (words != 0).nonzero()[0]
    bits = np.unpackbits(words.take(filled).view(np.uint8), bitorder="little").view(np.bool_).nonzero()[0]
    word = filled.take(bits // WORD)
    row = word // rows.shape[1]
    return row, (word - row * rows.shape[1]) * WORD + bits % WORD
