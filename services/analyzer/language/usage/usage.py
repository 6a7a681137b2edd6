"""What stands beside what in Chinese as officials and the news write it: drawn once, read on first use."""

import csv
import functools
import gzip
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
"""Code points, or what is made of several of them."""

Weights = npt.NDArray[np.float64]

RIGHT_FORMS = Path(__file__).parents[1] / "right_forms"
_LEXICONS = Path(__file__).parents[1] / "lexicon" / "lists"
_LISTED = ("trades", "topics", "drugs", "gambling", "fraud", "obscene", "lures")
"""Lists of words that are looked for: 招嫖 in a police notice is what was meant, not 招标."""

_LONGEST_LISTED = 4

UNKNOWN_WEIGHT = -18.3
"""The natural logarithm of the share of a character that is no word by itself."""

_NEW = -12.5
"""The same of a newer word, which no count knows."""

_BITS, _CODE = 16, 0xFFFF
"""Of a code point of the basic plane: three of them make a number."""


class Words(NamedTuple):
    """Words of one kind and length that are equally frequent, with spaces between them.

    `kind`: `word`, `idiom` or `name`. `weight`: natural logarithm of the share of each of all words.
    """

    kind: str
    length: int
    weight: float
    spaced: str


class Runs(NamedTuple):
    """Sorted keys of all runs of one length, and how often statutes have each; 0: they stand only inside of words."""

    known: Codes
    numbers: npt.NDArray[np.int32]

    @property
    def counted(self) -> Codes:
        """Keys of those that statutes have."""
        return self.known[self.numbers > 0]

    def counts(self, length: int) -> dict[str, int]:
        """How often each of those stands there that statutes have."""
        counted = self.counted
        characters = [counted >> by & _CODE for by in reversed(range(0, length * _BITS, _BITS))]
        rows = np.column_stack([*characters, np.full_like(counted, ord(" "))])
        runs = rows.astype(np.uint16).tobytes().decode("utf-16-le").split()
        return dict(zip(runs, self.numbers[self.numbers > 0].tolist(), strict=True))


@dataclass(frozen=True)
class Usage:
    """`pairs`: first and second character of what usually stands beside each other, as rows of code points.
    `newer`: newer words, which no count knows. What few texts ask for is put together at the first question.
    """

    pairs: Codes
    words: tuple[Words, ...]
    newer: frozenset[str]
    threes: Runs
    fours: Runs

    @functools.cached_property
    def characters(self) -> frozenset[str]:
        return frozenset(map(chr, distinct(self.pairs.ravel()).tolist()))

    @functools.cached_property
    def weights(self) -> Mapping[str, float]:
        """Natural logarithm of a word's share of all words."""
        return self._weights(self.words, self.newer)

    @functools.cached_property
    def runs(self) -> Mapping[str, int]:
        """How often three or four characters stand together in statutes."""
        runs = self.threes.counts(3)
        runs |= self.fours.counts(4)
        return runs

    @functools.cached_property
    def idioms(self) -> frozenset[str]:
        return self._of_kind("idiom")

    @functools.cached_property
    def names(self) -> frozenset[str]:
        return self._of_kind("name")

    def frequent(self, length: int, least: float) -> Mapping[str, float]:
        """Those `weights` of words of so many characters that are as great as this; few, and so put together sooner."""
        words = [each for each in self.words if each.length == length and each.weight >= least]
        return self._weights(words, (word for word in self.newer if len(word) == length and least <= _NEW))

    def words_of(self, length: int) -> tuple[Codes, Weights]:
        """All words of so many characters, as rows of code points, and the weight of each; the most frequent first.

        A newer word that is counted too comes twice: its weight is that of the first.
        """
        newer = " ".join(word for word in self.newer if len(word) == length)
        groups = [(each.weight, each.spaced) for each in self.words if each.length == length]
        groups = sorted([*groups, *([(_NEW, newer)] if newer else [])], reverse=True)
        numbers = [(len(spaced) + 1) // (length + 1) for _, spaced in groups]
        rows = codes("".join(spaced for _, spaced in groups).replace(" ", "")).reshape(-1, length)
        return rows, np.repeat([weight for weight, _ in groups], numbers)

    def _weights(self, groups: Iterable[Words], newer: Iterable[str]) -> dict[str, float]:
        weights = dict[str, float]()
        for each in groups:
            weights.update(zip(each.spaced.split(" "), itertools.repeat(each.weight)))
        weights |= {word: max(weights.get(word, _NEW), _NEW) for word in newer}
        return weights

    def _of_kind(self, kind: str) -> frozenset[str]:
        return frozenset(word for each in self.words if each.kind == kind for word in each.spaced.split(" "))


@functools.cache
def usage() -> Usage:
    newer = frozenset(lines(RIGHT_FORMS / "vocabulary.txt")) | frozenset(_listed())
    pairs = np.column_stack(firsts_and_others(list(lines(RIGHT_FORMS / "pairs.txt"))))
    return Usage(pairs, tuple(_words()), newer, *_runs())


def _words() -> Iterator[Words]:
    for line in lines(RIGHT_FORMS / "words.txt.gz"):
        kind, length, weight, spaced = line.split(" ", 3)
        yield Words(kind, int(length), float(weight), spaced)


def _runs() -> tuple[Runs, Runs]:
    with np.load(RIGHT_FORMS / "runs.npz", allow_pickle=False) as stored:
        threes, fours = (Runs(stored[f"keys_of_{name}"], stored[f"numbers_of_{name}"]) for name in ("three", "four"))
    return threes, fours


def codes(text: str) -> Codes:
    """The code points of a text; what lies beyond the basic plane is taken for a space."""
    units = np.frombuffer(text.encode("utf-16-le", "replace"), dtype=np.uint16)
    if len(units) != len(text):  # characters beyond take two units each
        return codes("".join(each if each < "\U00010000" else " " for each in text))
    return units.astype(np.int64)


def keys_of(*characters: Codes) -> Codes:
    """One number for the characters that stand in the same place of each."""
    keys = characters[0]
    for following in characters[1:]:
        keys = keys << _BITS | following
    return keys


def distinct(numbers: Codes) -> Codes:
    """Each number once, sorted; np.unique takes twenty times as long."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def firsts_and_others(rows: Sequence[str]) -> tuple[Codes, Codes]:
    """Of rows of a character and those that go with it: the character beside each of the others, and the others."""
    lengths, joined = np.array([len(row) for row in rows]), codes("".join(rows))
    begins = np.cumsum(lengths) - lengths
    return np.repeat(joined[begins], lengths - 1), np.delete(joined, begins)


def _listed() -> Iterator[str]:
    for name in _LISTED:
        with (_LEXICONS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from (row["word"] for row in csv.DictReader(file) if len(row["word"]) <= _LONGEST_LISTED)


def lines(path: Path) -> Iterator[str]:
    """The lines of a list, without its comments."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
