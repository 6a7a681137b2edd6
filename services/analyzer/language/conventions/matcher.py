"""All conventions of a file in one pass over a text; dear work only where the pieces of one have been found."""

import bisect
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from services.analyzer.language.conventions.convention import Convention
from services.analyzer.language.conventions.pattern import LONGEST_GAP, Piece
from services.analyzer.language.text.boundary import is_whole_word
from services.analyzer.language.text.folding import Folded, fold, fold_word

_SELF_EVIDENT_LENGTH = 4
"""A piece this long does not come about by chance where two words meet."""

_MOST_FOR_A_TABLE = 5_000
"""Characters of all pieces: so many take a table of some 15 MB, four times as fast as what takes less."""

_SENTENCE_END = re.compile(r"[。!?;\n\r]")

_Span = tuple[int, int]
_Place = tuple[_Span, ...]
"""Where the pieces of one convention stand in the folded text."""


class Departure(NamedTuple):
    """A place that departs from a convention: code points of the text as given.

    `suggestion` replaces it exactly; null: advice only.
    """

    start: int
    end: int
    convention: Convention
    suggestion: str | None


class Conventions:
    """Build it once; finding is thread-safe. `version` tells which contents of its file these are."""

    def __init__(self, conventions: Iterable[Convention], name: str = "", version: str = "") -> None:
        self.name, self.version = name, version
        self._conventions = tuple(conventions)
        forms = {form: None for one in self._conventions for piece in one.pattern.pieces for form in piece}
        self._forms = list(forms)
        is_small = sum(map(len, forms)) <= _MOST_FOR_A_TABLE
        self._automaton = AhoCorasick(self._forms, implementation=Implementation.DFA if is_small else None)
        self._asked_by: dict[str, list[Convention]] = defaultdict(list)
        for one in self._conventions:
            for form in max(one.pattern.pieces, key=lambda piece: min(map(len, piece))):
                self._asked_by[form].append(one)

    def find(self, text: str) -> list[Departure]:
        """In order; of two that overlap the first and longest, of two at one place the row that stands first."""
        folded = fold(text)
        found = self._automaton.find_matches_as_indexes(folded.text, overlapping=True)
        if not found:
            return []
        spans: dict[str, list[_Span]] = defaultdict(list)
        for index, start, end in found:
            spans[self._forms[index]].append((start, end))
        asked = {one.row: one for form in spans for one in self._asked_by.get(form, ())}
        candidates = (candidate for one in asked.values() for candidate in _candidates(folded.text, one, spans))
        return list(_chosen(text, folded, candidates))


class _Candidate(NamedTuple):
    """In the order in which they are preferred: first, longest, upper row. Numbers count folded code points."""

    start: int
    minus_end: int
    row: int
    place: _Place
    convention: Convention


def _candidates(text: str, convention: Convention, spans: dict[str, list[_Span]]) -> Iterator[_Candidate]:
    pieces = [_spans_of(text, piece, spans, convention.exceptions) for piece in convention.pattern.pieces]
    for place in _places(text, pieces) if all(pieces) else ():
        yield _Candidate(place[0][0], -place[-1][1], convention.row, place, convention)


def _chosen(text: str, folded: Folded, candidates: Iterable[_Candidate]) -> Iterator[Departure]:
    """What lies inside one that counts is not even looked at, so that a long text costs little more than its length."""
    reach = 0
    for start, minus_end, _, place, convention in sorted(candidates):
        if start < reach:
            continue
        suggestion = _filled(text, folded, convention.suggestion, place)
        right = () if suggestion is None else (fold_word(suggestion),)
        if not _is_inside(folded.text, start, -minus_end, right) and _stands_alone(folded.text, place):
            reach = -minus_end
            yield Departure(*folded.span(start, reach), convention, suggestion)


def _spans_of(text: str, piece: Piece, spans: dict[str, list[_Span]], exceptions: tuple[str, ...]) -> list[_Span]:
    """By their beginnings, of those with the same the longest first."""
    found = [span for form in piece for span in spans.get(form, ()) if not _is_inside(text, *span, exceptions)]
    return sorted(found, key=lambda span: (span[0], -span[1]))


def _places(text: str, pieces: list[list[_Span]]) -> list[_Place]:
    """Each piece after the one before it, with the least gap, within a sentence. Linear but for sorting."""
    tails: list[_Place] = [(span,) for span in pieces[-1]]
    for spans in reversed(pieces[:-1]):
        starts = [tail[0][0] for tail in tails]
        heads: list[_Place] = []
        for start, end in spans:
            next_one = bisect.bisect_left(starts, end)
            if next_one == len(tails) or starts[next_one] > end + LONGEST_GAP:
                continue
            if not _SENTENCE_END.search(text, end, starts[next_one]):
                heads.append(((start, end), *tails[next_one]))
        tails = list(_nearest(heads))
    return tails


def _nearest(heads: list[_Place]) -> Iterator[_Place]:
    """Of two that end in the same piece the nearer: 我国…我国…总统 begins with the second."""
    for place, head in enumerate(heads):
        nearer = heads[place + 1] if place + 1 < len(heads) else None
        if nearer is None or nearer[1] != head[1] or nearer[0][0] < head[0][1]:
            yield head


def _filled(text: str, folded: Folded, suggestion: tuple[str, ...], place: _Place) -> str | None:
    """The suggestion with the text of each gap as it was written."""
    if not suggestion:
        return None
    given = [folded.span(*span) for span in place]
    gaps = [text[end:start] for (_, end), (start, _) in itertools.pairwise(given)]
    return "".join(part + gap for part, gap in zip(suggestion, [*gaps, ""], strict=True))


def _is_inside(text: str, start: int, end: int, phrases: Iterable[str]) -> bool:
    return any(text.find(phrase, max(0, end - len(phrase)), start + len(phrase)) >= 0 for phrase in phrases)


def _stands_alone(text: str, place: _Place) -> bool:
    """No piece is cut out of other words (中港 of 其中港口) or a longer number; one character beside a gap may be."""
    return all(_is_own(text, start, end, lone=len(place) == 1) for start, end in place)


def _is_own(text: str, start: int, end: int, *, lone: bool) -> bool:
    if _is_chinese(text[start]) and _is_chinese(text[end - 1]):
        long = end - start >= _SELF_EVIDENT_LENGTH
        return long or (end - start == 1 and not lone) or is_whole_word(text, start, end)
    return not (start and _runs_on(text[start - 1], text[start])) and not (
        end < len(text) and _runs_on(text[end - 1], text[end])
    )


def _is_chinese(character: str) -> bool:
    return "一" <= character <= "鿿"


def _runs_on(left: str, right: str) -> bool:
    """Both of one Latin word or of one number."""
    return (left.isdecimal() and right.isdecimal()) or (_is_latin(left) and _is_latin(right))


def _is_latin(character: str) -> bool:
    return character.isalpha() and character < "\u0370"
