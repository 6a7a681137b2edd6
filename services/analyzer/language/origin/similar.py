"""Whether two texts are the same one, a little changed: by the runs of characters and the figures they share.

A text's sketch is small and needs no text beside it: the smallest hashes of its runs of characters (bottom-k MinHash)
and its figures, each with the words round it. Tomorrow's bulletin shares nearly all words with today's; its dates and
figures stand in the same words and differ.
"""

import functools
import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from services.analyzer.language.text.folding import fold

Hashes = NDArray[np.uint64]
_Whole = TypeVar("_Whole", np.uint32, np.uint64)

SAME = 0.6
"""Score from which two texts are the same: so much of the shorter one is in the other."""
WHOLE = 0.95
MARKS = 23
_RUN, _APART = 4, 2
_MOST_RUNS = 512
_AGREE = 0.8
"""Share of the figures standing in the same words that must be the same."""
_COUNTS = "年月日号期次届批轮周天"
"""What stands behind a number that tells one day, issue or meeting from the next."""

_END_OF_LETTERS = 0x32000
"""Behind the last plane of Chinese characters."""
_NUMBER = re.compile(r"\d+")
_BEFORE, _AFTER = 4, 2
_MIX, _FINISH, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(29)
_HALF, _SIGN = np.uint64(32), np.uint64(1)
"""A database's whole numbers have one."""
_HEAD = 2
_NOTHING: Hashes = np.zeros(0, np.uint64)


@dataclass(frozen=True, eq=False)
class Sketch:
    """`runs`: the smallest hashes of the text's runs, of 32 bits, ascending, all or 512.

    `figures`, `counts`: `words << 32 | value`; of a figure that counts days or issues the words are odd.
    """

    runs: NDArray[np.uint32]
    figures: Hashes
    counts: Hashes

    def to_bytes(self) -> bytes:
        parts = (self.figures, self.counts)
        head = np.array([len(part) for part in parts], np.uint64)
        return np.concatenate([head, *parts]).astype("<u8").tobytes() + self.runs.astype("<u4").tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Sketch":
        """What `to_bytes` gave."""
        figures, counts = struct.unpack_from("<2Q", raw)
        values = np.frombuffer(raw, "<u8", _HEAD + figures + counts).astype(np.uint64, copy=False)
        runs = np.frombuffer(raw, "<u4", offset=values.nbytes).astype(np.uint32, copy=False)
        return cls(runs, values[_HEAD : _HEAD + figures], values[_HEAD + figures :])


@dataclass(frozen=True)
class Likeness:
    """Shares from 0 to 1: of the first text that is in the second, and of the second that is in the first."""

    of_first: float
    of_second: float
    figures_agree: bool

    @property
    def score(self) -> float:
        """From 0 to 1, of the shorter text; halved where it is the same but for figures of another day or matter."""
        return max(self.of_first, self.of_second) * (1 if self.figures_agree else 0.5)

    @property
    def is_same(self) -> bool:
        return self.score >= SAME

    @property
    def is_whole(self) -> bool:
        """Both are the same text from beginning to end, but for the editor's name."""
        return min(self.of_first, self.of_second) >= WHOLE and self.figures_agree


def letters_of(text: str) -> str:
    """Letters and digits of a text, folded: punctuation, width and case are nothing to what is the same."""
    codes = np.frombuffer(fold(text).text.encode("utf-32-le", "replace"), "<u4")
    letters: bytes = codes[_is_letter()[np.minimum(codes, _END_OF_LETTERS - 1)]].tobytes()
    return letters.decode("utf-32-le")


def sketch_of(letters: str) -> Sketch:
    """The sketch of a text of any length, given by its letters."""
    figures, counts = _figures(letters)
    return Sketch(_distinct((_hashes(letters) >> _HALF).astype(np.uint32))[:_MOST_RUNS], figures, counts)


def marks_of(letters: str) -> tuple[int, ...]:
    """At most 23 numbers of 63 bits. Texts that are the same have some in common, with one sentence in common hardly.

    They are neighbours among the smallest hashes of longer runs, taken together.
    """
    hashes = _hashes(letters)
    # A run of six characters is two of four: rarer than one of four, and as good as free.
    smallest = _distinct(hashes[:-_APART] * _MIX + hashes[_APART:])[: MARKS + 1]
    return tuple(((smallest[:-1] * _MIX + smallest[1:]) >> _SIGN).tolist())


def likeness(first: Sketch, second: Sketch) -> Likeness:
    """How much of each is in the other. Of long texts it is an estimate from equal samples of both."""
    limits = [one.runs[-1] for one in (first, second) if len(one.runs) == _MOST_RUNS]
    own, other = (one.runs if not limits else one.runs[one.runs <= min(limits)] for one in (first, second))
    common = _common(own, other)
    of_first, of_second = common / max(len(own), 1), common / max(len(other), 1)
    agree = max(of_first, of_second) < SAME or _figures_agree(first, second)
    return Likeness(of_first, of_second, agree)


def similarity(a: str, b: str) -> float:
    """The score of two texts; texts too short to have runs are the same when they are equal."""
    first, second = letters_of(a), letters_of(b)
    if min(len(first), len(second)) < _RUN:
        return float(fold(a).text.strip() == fold(b).text.strip())
    return likeness(sketch_of(first), sketch_of(second)).score


def _common(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> int:
    """How many values both hold; each holds a value once, ascending."""
    few, many = sorted((first, second), key=len)
    if not len(few):
        return 0
    places = np.minimum(many.searchsorted(few), len(many) - 1)
    return int(np.count_nonzero(many[places] == few))


@functools.cache
def _is_letter() -> NDArray[np.bool_]:
    """By code point; a table is ten times as fast as a regular expression over a post."""
    return np.fromiter((chr(code).isalnum() for code in range(_END_OF_LETTERS)), np.bool_, _END_OF_LETTERS)


@functools.lru_cache(maxsize=64)
def _hashes(letters: str) -> Hashes:
    """A hash of each run of characters."""
    codes = np.frombuffer(letters.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
    count = len(codes) - _RUN + 1
    if count <= 0:
        return _NOTHING
    mixed = np.zeros(count, np.uint64)
    for place in range(_RUN):
        mixed *= _MIX
        mixed += codes[place : place + count]
        mixed ^= mixed >> _SHIFT
    mixed *= _FINISH
    mixed ^= mixed >> _SHIFT
    mixed.flags.writeable = False
    return mixed


def _distinct(values: NDArray[_Whole]) -> NDArray[_Whole]:
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
        is_count = bool(follow) and follow[0] in _COUNTS
        words = crc32(f"{before}#{follow}".encode()) & ~1 | is_count
        figures.add(words << 32 | value)
        if is_count:
            counts.add(ord(follow[0]) << 32 | value)
    return _packed(figures), _packed(counts)


def _packed(values: set[int]) -> Hashes:
    return np.array(sorted(values), np.uint64) if values else _NOTHING


def _figures_agree(first: Sketch, second: Sketch) -> bool:
    stated = [*_compared(first.figures, second.figures)]
    if sum(agrees for _, agrees in stated) < _AGREE * len(stated):
        return False
    # Another date in other words may be the same one with a slip of the pen; in the same words it is another day.
    is_recounted = any(words & 1 and not agrees for words, agrees in stated)
    return not is_recounted or all(agrees for _, agrees in _compared(first.counts, second.counts))


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
