"""What stands beside what in Chinese as officials and the news write it: drawn once, read on first use."""

import csv
import functools
import gzip
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
"""Code points, or what is made of several of them."""

RIGHT_FORMS = Path(__file__).parents[1] / "right_forms"
_LEXICONS = Path(__file__).parents[1] / "lexicon" / "lists"
_LISTED = ("trades", "topics", "drugs", "gambling", "fraud", "obscene", "lures")
"""Lists of words that are looked for: 招嫖 in a police notice is what was meant, not 招标."""

_LONGEST_LISTED = 4

UNKNOWN_WEIGHT = -18.3
"""The natural logarithm of the share of a character that is no word by itself."""

_NEW = -12.5
"""The same of a newer word, which no count knows."""

_RUN = 3
_BITS = 16
"""Of a code point of the basic plane: three of them make a number."""


@dataclass(frozen=True)
class Usage:
    """`pairs`: first and second character of what usually stands beside each other, as rows of code points.
    `weights`: natural logarithm of a word's share of all words; `newer`, `idioms` and `names` are those of a kind.
    `runs`: how often three or four characters stand together in statutes.
    """

    pairs: Codes
    weights: Mapping[str, float]
    newer: frozenset[str]
    idioms: frozenset[str]
    names: frozenset[str]
    runs: Mapping[str, int]
    threes: "Threes"

    @functools.cached_property
    def characters(self) -> frozenset[str]:
        return frozenset(map(chr, np.unique(self.pairs).tolist()))


class _Runs(NamedTuple):
    """Runs of one length that stand equally often, one after the other."""

    length: int
    number: int
    joined: str


class Threes(NamedTuple):
    """Sorted keys of runs of three, those inside of words too; `counted`: of those that statutes have."""

    known: Codes
    counted: Codes


@functools.cache
def usage() -> Usage:
    weights, kinds = dict[str, float](), defaultdict[str, list[str]](list)
    for kind, length, weight, joined in _rows("words.txt.gz"):
        words = _cut(joined, int(length))
        weights.update(zip(words, itertools.repeat(float(weight))))
        kinds[kind] += words
    newer = frozenset(lines(RIGHT_FORMS / "vocabulary.txt")) | frozenset(_listed())
    weights.update((word, max(weights.get(word, _NEW), _NEW)) for word in newer)
    idioms, names = frozenset(kinds["idiom"]), frozenset(kinds["name"])
    runs = [_Runs(int(length), int(number), joined) for length, number, joined in _rows("runs.txt.gz")]
    return Usage(_pairs(), weights, newer, idioms, names, _counts(runs), _threes(runs))


def _pairs() -> Codes:
    rows = [codes(line) for line in lines(RIGHT_FORMS / "pairs.txt")]
    firsts = np.repeat([row[0] for row in rows], [len(row) - 1 for row in rows])
    return np.column_stack([firsts, np.concatenate([row[1:] for row in rows])])


def _counts(runs: Sequence[_Runs]) -> dict[str, int]:
    counts = dict[str, int]()
    for length, number, joined in runs:
        if number:
            counts.update(zip(_cut(joined, length), itertools.repeat(number)))
    return counts


def _threes(runs: Sequence[_Runs]) -> Threes:
    def keys(least: int) -> Codes:
        joined = "".join(joined for length, number, joined in runs if length == _RUN and number >= least)
        return np.sort(keys_of(*codes(joined).reshape(-1, _RUN).T))

    return Threes(keys(0), keys(1))


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


def _listed() -> Iterator[str]:
    for name in _LISTED:
        with (_LEXICONS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from (row["word"] for row in csv.DictReader(file) if len(row["word"]) <= _LONGEST_LISTED)


def _rows(name: str) -> Iterator[list[str]]:
    return map(str.split, lines(RIGHT_FORMS / name))


def lines(path: Path) -> Iterator[str]:
    """The lines of a list, without its comments."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _cut(joined: str, length: int) -> list[str]:
    return [joined[at : at + length] for at in range(0, len(joined), length)]
