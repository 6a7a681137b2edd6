"""Right forms written almost right: names, formulas, places, titles of statutes.

A form with one error keeps one of its halves. All halves are looked for in one pass; beside each that is found the
rest of its form is compared.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick_rs

from services.analyzer.language.near_miss.difference import Difference, difference_after, difference_before
from services.analyzer.language.near_miss.forms import Form, Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.usage import usage
from services.analyzer.language.near_miss.verdict import judge
from services.analyzer.language.near_miss.written import Written

_SHORTEST = 4
_AROUND = 6
"""Characters on either side that a comparison may ask for."""

_SHORTEST_HALF = 2
_COMMON_HALF, _USUAL_HALF, _RARE_HALF = -8.3, -10.0, -12.6
"""Log share of all words below which two characters tell a form."""

_MOST_OF_ONE_HALF, _SHORTEST_OF_DRAWN = 6, 6
_DRAWN = frozenset({Kind.COLLOCATION, Kind.STATUTE, Kind.PLACE})
_STATE = "中华人民共和国"


@dataclass(frozen=True, eq=False, slots=True)
class _Half:
    """One half of a form is looked for; `rest` is the other one, of `length` characters.

    `slack`: by how many places its outer character may have moved. Each is itself alone: hashing a form is dear.
    """

    form: Form
    is_first: bool
    rest: str
    length: int
    slack: int


class _Beside(NamedTuple):
    """What a glance asks of a half, and the characters of the rest that are `near` to it and `far` from it."""

    half: _Half
    is_first: bool
    rest: str
    length: int
    slack: int
    near: str
    far: str


class LongForms:
    """Built once; looking costs a pass over the text and a comparison for each half that stands alone."""

    def __init__(self, forms: Iterable[Form]) -> None:
        halves = defaultdict(list)
        known = {_named(form): form for form in forms}
        for text, form in known.items():
            middle = (len(text) + 1) // 2
            for half, rest in ((text[:middle], text[middle:]), (text[middle:], text[:middle])):
                if len(text) >= _shortest(form) and _anchors(half, form):
                    named = Form(text, form.kind, form.fixed)
                    halves[half].append(
                        _Half(named, text.startswith(half + rest), rest, len(rest), form.kind is not Kind.COLLOCATION)
                    )
        telling = {half: _telling(found) for half, found in halves.items()}
        self._halves = [[*map(_beside, found)] for found in telling.values() if found]
        self._automaton = ahocorasick_rs.AhoCorasick([half for half, found in telling.items() if found])
        self._forms = frozenset(known)
        self._longest = max(map(len, self._forms), default=0)

    def misses(self, text: str) -> Iterator[Miss]:
        """Misses in a squeezed text."""
        for half, start, end in self._standing_alone(text):
            first = max(0, start - half.length - _AROUND)
            piece = text[first : end + half.length + _AROUND]
            miss = _compare(half, piece, start - first, end - first)
            if miss is not None and not self._is_right(text, (moved := miss.moved(first)).difference):
                yield moved

    def _standing_alone(self, text: str) -> Iterator[tuple[_Half, int, int]]:
        """Halves beside which the rest is not right but may be meant, told at a glance."""
        halves, starts_with = self._halves, text.startswith
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for half, is_first, rest, length, slack, near, far in halves[index]:
                if is_first:
                    place, outer, begins = end, end + length - 1, end
                else:
                    place, outer, begins = start - 1, start - length, start - length
                if place >= 0 and starts_with(near, place):
                    if begins >= 0 and starts_with(rest, begins):
                        continue
                    if slack:
                        yield half, start, end
                        continue
                if length == 1 or far in text[max(0, outer - slack) : max(0, outer + slack + 1)]:
                    yield half, start, end

    @functools.cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(form[:_SHORTEST] for form in self._forms)

    def _is_right(self, text: str, found: Difference) -> bool:
        """Whether the written characters, or those beside what is missing, belong to another right form."""
        start, end = found.at - (not found.written), found.at + max(1, len(found.written))
        return any(
            text[first:last] in self._forms
            for first in range(max(0, end - self._longest), start + 1)
            if text[first : first + _SHORTEST] in self._beginnings
            for last in range(max(end, first + _SHORTEST), min(len(text), first + self._longest) + 1)
        )


@functools.lru_cache(maxsize=16384)
def _compare(half: _Half, text: str, start: int, end: int) -> Miss | None:
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


def _beside(half: _Half) -> _Beside:
    near, far = (half.rest[0], half.rest[-1]) if half.is_first else (half.rest[-1], half.rest[0])
    return _Beside(half, half.is_first, half.rest, half.length, half.slack, near, far)


def _named(form: Form) -> str:
    """Titles without the name of the state, which is a form of its own and begins most of them."""
    if form.kind in _DRAWN:
        return form.text.removeprefix(_STATE)
    return form.text


def _telling(halves: list[_Half]) -> list[_Half]:
    """Without the drawn forms of a half that is part of many: it tells nothing of any of them."""
    drawn = sum(half.form.kind in _DRAWN for half in halves)
    return halves if drawn <= _MOST_OF_ONE_HALF else [half for half in halves if half.form.kind not in _DRAWN]


def _shortest(form: Form) -> int:
    return _SHORTEST - (form.kind is Kind.COUNTRY)


def _anchors(half: str, form: Form) -> bool:
    """Whether a half is looked for: those that stand everywhere would cost much and tell little."""
    if len(half) < _SHORTEST_HALF:
        return False
    if len(half) > _SHORTEST_HALF or form.fixed or form.kind in (Kind.STATE, Kind.PERSON):
        return True
    if form.kind is Kind.ORGAN and len(form.text) < _SHORTEST_OF_DRAWN:
        return True
    often = _COMMON_HALF if form.kind in (Kind.FORMULA, Kind.ORGAN) else _RARE_HALF
    often = _USUAL_HALF if form.kind is Kind.TERM else often
    return _frequent().get(half, -99.0) < often


@functools.cache
def _frequent() -> Mapping[str, float]:
    return usage().frequent(_SHORTEST_HALF, _RARE_HALF)
