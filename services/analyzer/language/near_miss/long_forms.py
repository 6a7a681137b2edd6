"""Right forms written almost right: names, formulas, places, titles of statutes.

A form with one error keeps one of its halves. All halves are looked for in one pass; beside each that is found the
rest of its form is compared.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick_rs

from services.analyzer.language.near_miss.difference import Difference, Error, difference_after, difference_before
from services.analyzer.language.near_miss.forms import Form, Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.possible import may_be_miswritten
from services.analyzer.language.near_miss.verdict import judge
from services.analyzer.language.near_miss.written import Written
from services.analyzer.language.usage.usage import usage

_SHORTEST = 4
_NEVER = "\1"
_SLACK = 2
"""Characters more than the rest has that a comparison asks for."""

_SHORTEST_HALF = 2
_COMMON_HALF, _USUAL_HALF, _RARE_HALF = -8.3, -10.0, -12.6
"""Log share of all words below which two characters tell a form."""

_MOST_OF_ONE_HALF, _SHORTEST_OF_DRAWN = 6, 6
_DRAWN = frozenset({Kind.COLLOCATION, Kind.STATUTE, Kind.PLACE})
_LONG_REST = 7
"""From so many characters on what follows two that are missing tells the form by itself."""

_STATE = "中华人民共和国"


@dataclass(frozen=True, eq=False, slots=True)
class _Half:
    """One half of a form is looked for; `rest` is the other one, `beside` the character next to it.

    Each is itself alone: hashing a form is dear.
    """

    form: Form
    is_first: bool
    rest: str
    beside: str


class _Glance(NamedTuple):
    """What is asked first beside a half, with places counted from its inner edge.

    Of the rest either the character `near` to the half or the one `far` from it must be right; of whole forms, but not
    of collocations, the latter may have moved by one place.
    """

    half: _Half
    is_first: bool
    near: str
    near_at: int
    far: str
    far_from: int
    far_to: int
    rest: str
    rest_from: int
    rest_to: int


class _Side(NamedTuple):
    """Which half of a form is looked for."""

    form: Form
    is_first: bool


class _Glances(dict[int, list[_Glance]]):
    """By the number of a half. Put together when it is first found: of ten thousand most texts hold a handful."""

    def __init__(self, sides: Iterable[Sequence[_Side]]) -> None:
        super().__init__()
        self._sides = list(sides)

    def __missing__(self, number: int) -> list[_Glance]:
        self[number] = [_glance(_half(side)) for side in self._sides[number]]
        return self[number]


class LongForms:
    """Built once; looking costs a pass over the text and a comparison for each half that stands alone."""

    def __init__(self, forms: Iterable[Form]) -> None:
        halves = defaultdict(list)
        known = {_named(form): form for form in forms}
        for form in (Form(text, form.kind, form.fixed) for text, form in known.items() if len(text) >= _shortest(form)):
            for half, is_first in zip(_in_two(form.text), (True, False), strict=True):
                if _anchors(half, form):
                    halves[half].append(_Side(form, is_first))
        telling = {half: found for half, every in halves.items() if (found := _telling(every))}
        self._halves = _Glances(telling.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(telling))
        self._forms = frozenset(known)
        self._pad = "\0" * (max(map(len, self._forms), default=0) + _SLACK)
        self._longest = max(map(len, self._forms), default=0)

    def misses(self, text: str) -> Iterator[Miss]:
        """Misses in a squeezed text."""
        for half, start, end in self._standing_alone(text):
            miss = judge(written) if (written := _written(half, text, start, end)) else None
            if miss is not None and not self._is_right(text, miss.difference):
                yield miss

    def _standing_alone(self, text: str) -> Iterator[tuple[_Half, int, int]]:
        """Halves beside which the rest is not right but may be meant."""
        halves, pad = self._halves, len(self._pad)
        padded = self._pad + text
        has = padded.startswith
        for number, start, end in self._automaton.find_matches_as_indexes(padded, overlapping=True):
            for half, is_first, near, near_at, far, far_from, far_to, rest, rest_from, rest_to in halves[number]:
                at = end if is_first else start
                if (
                    (has(near, at + near_at) or far in padded[at + far_from : at + far_to])
                    and not has(rest, at + rest_from)
                    and _may_be_meant(half, padded[at + rest_from - (not is_first and _SLACK) : at + rest_to])
                ):
                    yield half, start - pad, end - pad

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


@functools.lru_cache(maxsize=65536)
def _may_be_meant(half: _Half, piece: str) -> bool:
    """Whether what stands beside a half differs from the rest by no more than an error, wherever it stands.

    Most of what is written beside a half is meant so, and stands there in many texts.
    """
    found = _difference(half, piece, 0 if half.is_first else len(piece))
    return found is not None and not _leaves_nothing(half, found, piece) and may_be_miswritten(half.form, found)


def _leaves_nothing(half: _Half, found: Difference, piece: str) -> bool:
    """Whether two characters are wrong, and the rest has no other; or two are missing right beside the half."""
    if len(found.right) == 1 or found.error not in (Error.SUBSTITUTED, Error.MISSING):
        return False
    beside = found.at == (0 if half.is_first else len(piece))
    if found.error is Error.MISSING:
        return beside and not (half.form.fixed and len(half.rest) > _LONG_REST)
    return len(found.right) == len(half.rest)


def _difference(half: _Half, text: str, place: int) -> Difference | None:
    if half.is_first:
        return difference_after(half.rest, text, place, half.beside)
    return difference_before(half.rest, text, place, half.beside)


def _written(half: _Half, text: str, start: int, end: int) -> Written | None:
    found = _difference(half, text, end if half.is_first else start)
    if found is None:
        return None
    length = len(half.rest) + len(found.written) - len(found.right)
    first, last = (start, end + length) if half.is_first else (start - length, end)
    return Written(half.form, found, text, first, last)


def _in_two(text: str) -> tuple[str, str]:
    middle = (len(text) + 1) // 2
    return text[:middle], text[middle:]


def _half(side: _Side) -> _Half:
    first, second = _in_two(side.form.text)
    return _Half(side.form, True, second, first[-1]) if side.is_first else _Half(side.form, False, first, second[0])


def _glance(half: _Half) -> _Glance:
    rest, length = half.rest, len(half.rest)
    near, far = (rest[0], rest[-1]) if half.is_first else (rest[-1], rest[0])
    moved = 1
    if half.form.kind is Kind.COLLOCATION:
        near, moved = _NEVER, 0
    elif length == 1:
        far = ""
    nearest, farthest = max(0, length - 1 - moved), length + moved
    if half.is_first:
        return _Glance(half, True, near, 0, far, nearest, farthest, rest, 0, length + _SLACK)
    return _Glance(half, False, near, -1, far, -farthest, -nearest, rest, -length, 0)


def _named(form: Form) -> str:
    """Titles without the name of the state, which is a form of its own and begins most of them."""
    if form.kind in _DRAWN:
        return form.text.removeprefix(_STATE)
    return form.text


def _telling(sides: list[_Side]) -> list[_Side]:
    """Without the drawn forms of a half that is part of many: it tells nothing of any of them."""
    if len(sides) <= _MOST_OF_ONE_HALF:
        return sides
    others = [side for side in sides if side.form.kind not in _DRAWN]
    return sides if len(sides) - len(others) <= _MOST_OF_ONE_HALF else others


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
