"""How a short text sounds: pairs of characters that sellers write more than offices do, and the other way round.

Lists of words know what they list; the tone of a sale is in every clause. The weights are drawn by bench/tone.py from
texts of our own (tests/analyzer/texts), statutes, and words as frequent as they are in Chinese at large.
"""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text import later_re as re
from services.analyzer.language.text.glance import Numbers, code_points, pair_numbers

_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+|\[[a-z一-鿿]{1,5}\]")
"""Addresses of the web and signs for emoji have no tone."""

_NUMBER, _LATIN, _LINES, _BLANK = (re.compile(sign) for sign in ("[0-9]+", "[a-z]+", r"\n+", r"[^\S\n]+"))
_CLAUSE = re.compile(r"[^。,!！?？;；:：、\s]+")

Weights = npt.NDArray[np.float64]


class Tone(NamedTuple):
    """`pairs`: n sorted numbers of pairs; `weights`: n natural logarithms of odds; `bias`: that of any text."""

    pairs: Numbers
    weights: Weights
    bias: float

    def odds(self, folded: str) -> float:
        """Natural logarithm of the odds that a folded text, of some hundred code points at most, sounds so."""
        plain = plain_text(folded)
        return self._sum(plain) / float(np.sqrt(len(plain))) + self.bias

    def clause(self, folded: str, start: int, end: int, extreme: Callable[..., "Place"]) -> "Place":
        """The clause between two places that speaks most for it (`max`) or against it (`min`)."""
        places = [*_clauses(folded, start, end)] or [Place(start, end)]
        return extreme(places, key=lambda place: self._sum(plain_text(folded[place.start : place.end])))

    def _sum(self, plain: str) -> float:
        codes = code_points(plain)
        asked = pair_numbers(codes[:-1], codes[1:])
        found = self.pairs.searchsorted(asked).clip(max=len(self.pairs) - 1)
        return float(self.weights[found][self.pairs[found] == asked].sum())


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
    return Tone(numbers[order], weights[order], float(bias[1]))


def _clauses(folded: str, start: int, end: int) -> Iterator[Place]:
    for match in _CLAUSE.finditer(folded, start, end):
        yield Place(*match.span())
