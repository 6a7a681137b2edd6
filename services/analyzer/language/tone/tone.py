"""How a short text sounds: pairs of characters that sellers write more than offices do, and the other way round.

Lists of words know what they list; the tone of a sale is in every clause. The weights are drawn by bench/tone.py from
texts of our own (tests/analyzer/texts), statutes, and words as frequent as they are in Chinese at large.
"""

import functools
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.glance import Numbers, code_points, pair_numbers

_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+|\[[a-z一-鿿]{1,5}\]")
"""Addresses of the web and signs for emoji have no tone."""

_NUMBER, _LATIN, _LINES, _BLANK = (re.compile(sign) for sign in ("[0-9]+", "[a-z]+", r"\n+", r"[^\S\n]+"))
_CLAUSE = re.compile(r"[^。,!！?？;；:：、\s]+")

Weights = npt.NDArray[np.float64]


class Tone(NamedTuple):
    """`pairs`: n sorted numbers of pairs; `weights`: n natural logarithms of odds; `bias`: that of any text.

    The last is greater than any number of a pair, so that every pair has one at its place or after it.
    """

    pairs: Numbers
    weights: Weights
    bias: float

    def odds(self, folded: str) -> float:
        """Natural logarithm of the odds that a folded text, of some hundred code points at most, sounds so."""
        asked = _pairs_of(folded)
        return self._sum(asked) / math.sqrt(len(asked) + 1) + self.bias

    def clause(self, folded: str, start: int, end: int, extreme: Callable[..., "Place"]) -> "Place":
        """The clause between two places that speaks most for it (`max`) or against it (`min`)."""
        places = [*_clauses(folded, start, end)] or [Place(start, end)]
        return extreme(places, key=lambda place: self._sum(_pairs_of(folded[place.start : place.end])))

    def _sum(self, asked: Numbers) -> float:
        found = self.pairs.searchsorted(asked)
        return float(self.weights.take(found)[self.pairs.take(found) == asked].sum())


class Place(NamedTuple):
    """Code points of a folded text."""

    start: int
    end: int


def plain_text(folded: str) -> str:
    """A folded text as pairs are read from it: one sign for any number, Latin word, line feed, and end."""
    plain = _ADDRESS.sub("", folded)
    for sign, stands_for in ((_NUMBER, "0"), (_LATIN, "a"), (_BLANK, ""), (_LINES, "^")):
        plain = sign.sub(stands_for, plain)
    return f"^{plain}^"


@functools.lru_cache(maxsize=2)
def _pairs_of(folded: str) -> Numbers:
    """The numbers of the pairs, one fewer than the code points of the plain text. Two tones are read from one text."""
    codes = code_points(plain_text(folded))
    return pair_numbers(codes[:-1], codes[1:])


@functools.cache
def read_tone(name: str) -> Tone:
    """One of the drawn tables: `selling`, `luring`."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    bias, *rows = (line.split(" ") for line in lines if not line.startswith("# "))
    pairs = "".join("".join(row[1:]) for row in rows)
    weights = np.repeat([float(row[0]) for row in rows], [len(row) - 1 for row in rows])
    codes = code_points(pairs)
    numbers = pair_numbers(codes[::2], codes[1::2])
    order = numbers.argsort()
    pairs_in_order = np.append(numbers[order], np.iinfo(np.int64).max)
    return Tone(pairs_in_order, np.append(weights[order], 0.0), float(bias[1]))


def _clauses(folded: str, start: int, end: int) -> Iterator[Place]:
    for match in _CLAUSE.finditer(folded, start, end):
        yield Place(*match.span())
