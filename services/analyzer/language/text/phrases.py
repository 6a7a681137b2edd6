"""Some thousands of phrases looked for in one text at a fraction of the cost of an automaton.

Each is known by the rarest of its pairs of characters. One array operation tells where the text has such a pair; only
there the phrase itself is compared. An automaton reads every byte of the text through tables of megabytes instead,
which the tables of the next rule drive out of the processor's cache.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from services.analyzer.language.text.glance import Numbers, code_points, glance, pair_numbers

_FREQUENT_PAIRS = Path(__file__).parents[1] / "right_forms" / "frequent_pairs.txt"
_PAIR = 2
_ROOM = 7
"""The table has 2 ** 7 places for each pair: of 100 places of a text less than one is looked at in vain."""


class Occurrence(NamedTuple):
    """`number`: of the phrase, as given. `start` and `end`: code points of the text."""

    number: int
    start: int
    end: int


class _Shape(NamedTuple):
    """Phrases of one `length` that begin `before` code points before their pair, with their numbers."""

    before: int
    length: int
    numbers: dict[str, list[int]]


class Phrases:
    """Built once; thread-safe. Empty phrases are never found."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._single: dict[str, list[int]] = {}
        self._shapes: dict[str, list[_Shape]] = {}
        shaped: dict[tuple[str, int, int], dict[str, list[int]]] = defaultdict(dict)
        for number, phrase in enumerate(phrases):
            if len(phrase) >= _PAIR:
                at = _rarest(phrase)
                shaped[phrase[at : at + _PAIR], at, len(phrase)].setdefault(phrase, []).append(number)
            elif phrase:
                self._single.setdefault(phrase, []).append(number)
        for (pair, before, length), numbers in shaped.items():
            self._shapes.setdefault(pair, []).append(_Shape(before, length, numbers))
        self._lower_bits = (1 << len(self._shapes).bit_length() + _ROOM) - 1
        self._pairs = np.zeros(self._lower_bits + 1, dtype=bool)
        self._pairs[_numbers(self._shapes) & self._lower_bits] = True
        singles = code_points("".join(self._single))
        self._singles = np.zeros(int(singles.max(initial=0)) + 2, dtype=bool)
        self._singles[singles] = True

    def find(self, text: str) -> list[Occurrence]:
        """Every place of every phrase, those that overlap included; in the order of the text, the longest first."""
        looked_at, found = glance(text), []
        for place in self._pairs.take(looked_at.pairs & self._lower_bits).nonzero()[0].tolist():
            for before, length, known in self._shapes.get(text[place : place + _PAIR], ()):
                start = place - before
                numbers = known.get(text[start : start + length]) if start >= 0 else None
                if numbers is not None:
                    found += [(start, -start - length, number) for number in numbers]
        if self._single:
            for place in self._singles.take(looked_at.codes, mode="clip").nonzero()[0].tolist():
                found += [(place, -place - 1, number) for number in self._single[text[place]]]
        found.sort()
        return [Occurrence(number, start, -end) for start, end, number in found]


def _numbers(pairs: Iterable[str]) -> Numbers:
    codes = code_points("".join(pairs)).reshape(-1, _PAIR)
    return pair_numbers(codes[:, 0], codes[:, 1])


def _rarest(phrase: str) -> int:
    """Where the rarest pair begins; whatever has a digit in it is frequent."""
    frequency, others = _ranks(), len(_ranks())
    pairs = [phrase[at : at + _PAIR] for at in range(len(phrase) - 1)]
    ranks = [-1 if any(map(str.isdigit, pair)) else frequency.get(pair, others) for pair in pairs]
    return ranks.index(max(ranks))


@functools.cache
def _ranks() -> dict[str, int]:
    _, *lines = _FREQUENT_PAIRS.read_text(encoding="utf-8").splitlines()
    together = "".join(lines)
    pairs = (together[at : at + _PAIR] for at in range(0, len(together), _PAIR))
    return {pair: rank for rank, pair in enumerate(pairs)}
