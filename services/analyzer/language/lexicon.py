"""Lexicons: CSV files `word,tag[,suggestion]` in one automaton; a longer allowed phrase protects what is inside."""

import bisect
import csv
import functools
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from services.analyzer.language.boundary import is_whole_word
from services.analyzer.language.folding import Folded, Folding, fold, fold_word
from shared.decoding import decoded
from shared.errors import InputError

ALLOW = "allow"
_BUILT_IN = Path(__file__).parent / "lexicons"
_BENIGN = _BUILT_IN / "benign.csv"
_SELF_EVIDENT_LENGTH = 4
"""A word this long does not come about by chance where two others meet."""


class Word(NamedTuple):
    word: str
    tag: str
    suggestion: str | None = None


class Match(NamedTuple):
    """`start` and `end` are code points of the text as given; `folded_start` and `folded_end` of its folded form."""

    start: int
    end: int
    folded_start: int
    folded_end: int
    word: Word


class Lexicon:
    """Words to find and phrases to leave alone. Build it once; finding is thread-safe."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._words: dict[str, Word] = {}
        self._allowed: set[str] = set()
        for entry in words:
            key = fold_word(entry.word)
            if entry.tag == ALLOW:
                self._allowed.add(key)
            elif key:
                self._words[key] = entry
        self._keys = sorted({*self._words, *self._allowed} - {""})
        self._automaton = AhoCorasick(self._keys)

    def find(self, text: str, skip_symbols: bool = False) -> Iterator[Match]:
        """Every place of every word, in order; a place inside a longer one of the same text is not named again."""
        yield from self.find_in(text, fold(text, Folding(skip_symbols=skip_symbols)))

    def find_in(self, text: str, folded: Folded) -> Iterator[Match]:
        """As `find`, for a text that is folded already."""
        found = self._automaton.find_matches_as_indexes(folded.text, overlapping=True)
        spans = [(start, end, self._keys[index]) for index, start, end in found]
        covered = _Cover((start, end) for start, end, key in spans if key in self._allowed)
        real = [
            (start, end, key)
            for start, end, key in spans
            if key in self._words and not covered.holds(start, end) and _stands_alone(text, folded, start, end)
        ]
        for start, end, key in _longest(real):
            place = folded.span(start, end)
            yield Match(place[0], place[1], start, end, self._words[key])


@functools.cache
def load_lexicon(paths: tuple[str, ...] = ()) -> Lexicon:
    """The built-in words, or those of the given files in their place; ordinary phrases stay protected either way.

    Read once per process. Raises InputError naming file, row and remedy.
    """
    files = [Path(path) for path in paths] or sorted(set(_BUILT_IN.glob("*.csv")) - {_BENIGN})
    words = [word for file in files for word in read_words(file)]
    named = {fold_word(word.word) for word in words}
    benign = [word for word in read_words(_BENIGN) if fold_word(word.word) not in named]
    return Lexicon([*words, *benign])


@functools.cache
def built_in(name: str) -> frozenset[str]:
    """The folded words of one built-in file, for example `topics`."""
    return frozenset(fold_word(word.word) for word in read_words(_BUILT_IN / f"{name}.csv"))


def read_words(path: Path) -> list[Word]:
    """The rows of a lexicon file, its columns by their headers, UTF-8 or GB18030 (as Excel saves).

    Raises InputError naming file, row and remedy.
    """
    table = csv.reader(io.StringIO(_text_of(path), newline=""))
    try:
        rows = list(enumerate(table, start=1))
    except csv.Error as error:
        raise InputError(f"{path}:{table.line_num}", f"无法按 CSV 读取（{error}）；请另存为 CSV 文件") from error
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if not {"word", "tag"} <= set(header):
        raise InputError(f"{path}:1", "首行应为表头 word,tag；请补上")
    cells = [
        (number, dict(zip(header, (cell.strip() for cell in row), strict=False)))
        for number, row in rows[1:]
        if any(cell.strip() for cell in row)
    ]
    return [_word(path, number, cell) for number, cell in cells]


def _word(path: Path, number: int, row: Mapping[str, str]) -> Word:
    word, tag, suggestion = (row.get(name, "") for name in ("word", "tag", "suggestion"))
    if not fold_word(word):
        raise InputError(f"{path}:{number}", "word 列为空；请填写词语或删除该行")
    if not tag:
        raise InputError(f"{path}:{number}", f"“{word}”的 tag 列为空；请填写标签，例如 custom")
    return Word(word, tag, suggestion or None)


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"无法读取（{error.strerror}）；请给出可读的 CSV 文件") from error
    text = decoded(raw)
    if text is None:
        raise InputError(str(path), "既不是 UTF-8 也不是 GB18030 编码；请另存为 CSV UTF-8")
    return text


class _Cover:
    """The allowed phrases of one text, asked for thousands of places in a long one."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(itertools.accumulate((end for _, end in ordered), max))

    def holds(self, start: int, end: int) -> bool:
        at = bisect.bisect_right(self._starts, start)
        return at > 0 and self._reach[at - 1] >= end


def _stands_alone(text: str, folded: Folded, start: int, end: int) -> bool:
    """Latin words and numbers need their own edges (ass in grass, 69 in 695); Chinese ones must not be cut across."""
    first, last = folded.span(start, end)
    if _runs_on(folded.text[start], text[first - 1 : first]) or _runs_on(folded.text[end - 1], text[last : last + 1]):
        return False
    word = folded.text[start:end]
    if len(word) >= _SELF_EVIDENT_LENGTH or not ("一" <= word[0] <= "鿿" and "一" <= word[-1] <= "鿿"):
        return True
    return is_whole_word(folded.text, start, end)


def _runs_on(edge: str, neighbour: str) -> bool:
    """True when the word's edge and its neighbour belong to one Latin word or one number."""
    beside = fold_word(neighbour)
    if edge.isdigit():
        return beside.isdigit()
    return _is_latin(edge) and _is_latin(beside)


def _is_latin(character: str) -> bool:
    return character.isalpha() and character < "\u0370"


def _longest(spans: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Spans in order, without those inside a longer one."""
    reach = 0
    for start, end, key in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reach:
            yield start, end, key
        reach = max(reach, end)
