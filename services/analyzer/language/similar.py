"""Whether two texts are the same one, a little changed: by the runs of characters and the figures they share.

A text's sketch is small and needs no text beside it: the smallest hashes of its runs of characters (bottom-k MinHash)
and its figures, each with the words round it. Tomorrow's bulletin shares nearly all words with today's; its dates and
figures stand in the same words and differ.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from services.analyzer.language.folding import fold

Hashes = NDArray[np.uint64]

SAME = 0.6
"""Score from which two texts are the same: so much of the shorter one is in the other."""
MARKS = 12
_RUN, _APART = 4, 2
_MOST_RUNS = 512
_AGREE = 0.8
"""Share of the figures standing in the same words that must be the same."""
_COUNTS = "年月日号期次届批轮周天"
"""What stands behind a number that tells one day, issue or meeting from the next."""

_NO_LETTER = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")
_BEFORE, _AFTER = 4, 2
_MIX, _FINISH, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(29)
_NOTHING: Hashes = np.zeros(0, np.uint64)


@dataclass(frozen=True, eq=False)
class Sketch:
    """`letters`: letters and digits of the text. `runs`: the smallest hashes of its runs, ascending, all or 512.

    `marks`: at most 12 hashes; texts that are the same share some of them. `figures`, `counts`: `words << 32 | value`.
    """

    letters: int
    marks: Hashes
    runs: Hashes
    figures: Hashes
    counts: Hashes

    def to_bytes(self) -> bytes:
        parts = (self.marks, self.runs, self.figures, self.counts)
        head = np.array([self.letters, *map(len, parts)], np.uint64)
        return np.concatenate([head, *parts]).astype("<u8").tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Sketch":
        """What `to_bytes` gave."""
        values = np.frombuffer(raw, "<u8").astype(np.uint64, copy=False)
        letters, *lengths = (int(value) for value in values[:5])
        return cls(letters, *np.split(values[5:], np.cumsum(lengths)[:-1]))


@dataclass(frozen=True)
class Likeness:
    """Shares from 0 to 1: of the first text that is in the second, and of the second that is in the first."""

    of_first: float
    of_second: float
    figures_agree: bool

    @property
    def score(self) -> float:
        """From 0 to 1, of the shorter text; halved where the figures tell of another day or matter."""
        return max(self.of_first, self.of_second) * (1 if self.figures_agree else 0.5)

    @property
    def is_same(self) -> bool:
        return self.score >= SAME


def sketch_of(text: str) -> Sketch:
    """The sketch of a text of any length; punctuation, width and case are nothing to it."""
    letters = _NO_LETTER.sub("", fold(text).text)
    codes = np.frombuffer(letters.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
    hashes = _hashes(codes)
    # A run of six characters is two of four: rarer than one of four, and as good as free.
    marks = _distinct(hashes[:-_APART] * _MIX + hashes[_APART:])[:MARKS]
    figures, counts = _figures(letters)
    return Sketch(len(codes), marks, _distinct(hashes)[:_MOST_RUNS], figures, counts)


def likeness(first: Sketch, second: Sketch) -> Likeness:
    """How much of each is in the other. Of long texts it is an estimate from equal samples of both."""
    limits = [one.runs[-1] for one in (first, second) if len(one.runs) == _MOST_RUNS]
    own, other = (one.runs if not limits else one.runs[one.runs <= min(limits)] for one in (first, second))
    common = len(np.intersect1d(own, other, assume_unique=True))
    return Likeness(common / max(len(own), 1), common / max(len(other), 1), _figures_agree(first, second))


def similarity(a: str, b: str) -> float:
    """The score of two texts; texts too short to have runs are the same when they are equal."""
    first, second = sketch_of(a), sketch_of(b)
    if min(first.letters, second.letters) < _RUN:
        return float(fold(a).text.strip() == fold(b).text.strip())
    return likeness(first, second).score


def _hashes(codes: Hashes) -> Hashes:
    """A hash of each run of characters."""
    count = len(codes) - _RUN + 1
    if count <= 0:
        return _NOTHING
    mixed = np.zeros(count, np.uint64)
    for place in range(_RUN):
        mixed *= _MIX
        mixed += codes[place : place + count]
        mixed ^= mixed >> _SHIFT
    mixed *= _FINISH
    return mixed ^ (mixed >> _SHIFT)


def _distinct(values: Hashes) -> Hashes:
    """Ascending, each once; `numpy.unique` takes seven times as long."""
    values = np.sort(values)
    return values[np.concatenate(([True], values[1:] != values[:-1]))] if len(values) else values


def _figures(letters: str) -> tuple[Hashes, Hashes]:
    """Every number with the words round it, and those that count days and issues with what they count."""
    figures, counts = set(), set()
    pieces = _NUMBER.split(letters)
    for place, number in enumerate(_NUMBER.findall(letters), start=1):
        value, follow = crc32(number.encode()), pieces[place][:_AFTER]
        before = "#".join(pieces[max(place - 3, 0) : place])[-_BEFORE:]
        figures.add(crc32(f"{before}#{follow}".encode()) << 32 | value)
        if follow and follow[0] in _COUNTS:
            counts.add(ord(follow[0]) << 32 | value)
    return _packed(figures), _packed(counts)


def _packed(values: set[int]) -> Hashes:
    return np.array(sorted(values), np.uint64) if values else _NOTHING


def _figures_agree(first: Sketch, second: Sketch) -> bool:
    counted = [agrees for _, agrees in _compared(first.counts, second.counts)]
    stated = [agrees for _, agrees in _compared(first.figures, second.figures)]
    return all(counted) and sum(stated) >= _AGREE * len(stated)


def _compared(first: Hashes, second: Hashes) -> Iterator[tuple[int, bool]]:
    """Of what both texts give a figure for: whether they share one."""
    if not len(first) or not len(second):
        return
    own, other = _by_words(first), _by_words(second)
    for words in own.keys() & other.keys():
        yield words, bool(own[words] & other[words])


def _by_words(figures: Hashes) -> dict[int, set[int]]:
    values: dict[int, set[int]] = defaultdict(set)
    for figure in figures.tolist():
        values[figure >> 32].add(figure & 0xFFFFFFFF)
    return values
