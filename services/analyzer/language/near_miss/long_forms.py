"""Right forms written almost right: names, formulas, places, titles of statutes.

A form with one error keeps one of its halves. All halves are looked for in one pass; beside each that is found the
rest of its form is compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick_rs

from services.analyzer.language.near_miss.difference import Difference, difference_after, difference_before
from services.analyzer.language.near_miss.forms import Form, Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.usage import usage
from services.analyzer.language.near_miss.verdict import Written, judge

_SHORTEST = 4
_SHORTEST_HALF = 2
_RARE_HALF = -12.6
"""Log share of all words below which two characters tell a form."""

_MOST_OF_ONE_HALF = 6


@dataclass(frozen=True)
class _Half:
    form: Form
    is_first: bool
    rest: str

    def may_differ(self, text: str, start: int, end: int) -> bool:
        """A quick no where the form is right, or where neither the next nor about the last of its characters is."""
        rest = self.rest
        length = len(rest)
        if self.is_first:
            if text.startswith(rest, end):
                return False
            if self.form.kind is Kind.COLLOCATION:
                return text.startswith(rest[-1], end + length - 1)
            return text.startswith(rest[0], end) or rest[-1] in text[end + length - 2 : end + length + 1] or length == 1
        begin = start - length
        if begin < 0 or text.startswith(rest, begin):
            return begin == -1
        if self.form.kind is Kind.COLLOCATION:
            return text[begin] == rest[0]
        return text[start - 1] == rest[-1] or rest[0] in text[max(0, begin - 1) : begin + 2] or length == 1


class LongForms:
    """Built once; looking costs a pass over the text and a comparison for each half that stands alone."""

    def __init__(self, forms: Iterable[Form]) -> None:
        halves = defaultdict(list)
        self._forms = {form.text for form in forms}
        for form in forms:
            middle = (len(form.text) + 1) // 2
            for text, is_first in ((form.text[:middle], True), (form.text[middle:], False)):
                if len(form.text) >= _shortest(form) and _anchors(text, form):
                    rest = form.text[middle:] if is_first else form.text[:middle]
                    halves[text].append(_Half(form, is_first, rest))
        self._halves = {text: _telling(found) for text, found in halves.items()}
        self._patterns = [text for text, found in self._halves.items() if found]
        self._automaton = ahocorasick_rs.AhoCorasick(self._patterns)
        self._longest = max(map(len, self._forms), default=0)

    def misses(self, text: str) -> Iterator[Miss]:
        """Misses in a squeezed text."""
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for half in self._halves[self._patterns[index]]:
                if not half.may_differ(text, start, end):
                    continue
                miss = self._compare(half, text, start, end)
                if miss is not None and not self._is_right(text, miss.difference):
                    yield miss

    def _compare(self, half: _Half, text: str, start: int, end: int) -> Miss | None:
        rest = half.rest
        if half.is_first:
            found = difference_after(rest, text, end, text[end - 1])
        else:
            found = difference_before(rest, text, start, text[start])
        if found is None:
            return None
        length = len(rest) + len(found.written) - len(found.right)
        first, last = (start, end + length) if half.is_first else (start - length, end)
        return judge(Written(half.form, found, text, first, last))

    def _is_right(self, text: str, found: Difference) -> bool:
        """Whether the written characters belong to another right form."""
        end = found.at + max(1, len(found.written))
        return any(
            text[first:last] in self._forms
            for first in range(max(0, end - self._longest), found.at + 1)
            for last in range(max(end, first + _SHORTEST), min(len(text), first + self._longest) + 1)
        )


def _telling(halves: list[_Half]) -> list[_Half]:
    """Without the collocations of a half that is part of many: it tells nothing of any of them."""
    collocations = [half for half in halves if half.form.kind is Kind.COLLOCATION]
    if len(collocations) <= _MOST_OF_ONE_HALF:
        return halves
    return [half for half in halves if half.form.kind is not Kind.COLLOCATION]


def _shortest(form: Form) -> int:
    return _SHORTEST - (form.kind is Kind.COUNTRY)


def _anchors(half: str, form: Form) -> bool:
    """Whether a half is looked for: those that stand everywhere would cost much and tell little."""
    if len(half) < _SHORTEST_HALF:
        return False
    if len(half) > _SHORTEST_HALF or form.kind in (Kind.STATE, Kind.ORGAN):
        return True
    return usage().weights.get(half, -99.0) < _RARE_HALF
