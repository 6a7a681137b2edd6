"""Right forms written almost right: names, formulas, places, titles of statutes.

A form with one error keeps one of its halves. All halves are looked for in one pass; beside each that is found the
rest of its form is compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick_rs

from services.analyzer.language.near_miss.difference import Difference, Error, difference_after, difference_before
from services.analyzer.language.near_miss.forms import Form, Kind
from services.analyzer.language.near_miss.likeness import likeness
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.reading import Reading, read
from services.analyzer.language.near_miss.usage import usage

_SHORTEST = 4
_SHORTEST_HALF = 2
_LONG = 7
"""From so many characters on a fixed form is known by the others, whatever stands in the place of one."""

_RARE_HALF = 60.0
_AROUND = 4
_LEAST_GAIN, _GREAT_GAIN = 3.0, 6.0
_NUMERALS = frozenset("0123456789一二三四五六七八九十百千万亿零〇两")
_MAY_BE_LEFT_OUT = frozenset("的和与及或在为了之各市县区省镇乡村等新大")
_LEVELS = frozenset("省市县区镇乡村州盟旗国")


@dataclass(frozen=True)
class _Half:
    form: Form
    is_first: bool
    rest: str


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
        self._halves = dict(halves)
        self._patterns = [*self._halves]
        self._automaton = ahocorasick_rs.AhoCorasick(self._patterns)
        self._longest = max(map(len, self._forms), default=0)

    def misses(self, text: str) -> Iterator[Miss]:
        """Misses in a squeezed text."""
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for half in self._halves[self._patterns[index]]:
                rest = half.rest
                if text.startswith(rest, end if half.is_first else start - len(rest)):
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
        return _judge(half.form, found, text, first, last)

    def _is_right(self, text: str, found: Difference) -> bool:
        """Whether the written characters belong to another right form."""
        end = found.at + max(1, len(found.written))
        return any(
            text[first:last] in self._forms
            for first in range(max(0, end - self._longest), found.at + 1)
            for last in range(max(end, first + _SHORTEST), min(len(text), first + self._longest) + 1)
        )


def _shortest(form: Form) -> int:
    return _SHORTEST - (form.kind is Kind.COUNTRY)


def _anchors(half: str, form: Form) -> bool:
    """Whether a half is looked for: those that stand everywhere would cost much and tell little."""
    if len(half) < _SHORTEST_HALF:
        return False
    if len(half) > _SHORTEST_HALF or form.kind in (Kind.STATE, Kind.ORGAN):
        return True
    return usage().frequency(half) < _RARE_HALF


def _judge(form: Form, found: Difference, text: str, start: int, end: int) -> Miss | None:
    if _NUMERALS & {*found.written, *found.right}:
        return None
    if form.kind is Kind.COLLOCATION and found.error is not Error.SUBSTITUTED:
        return None
    window = text[max(0, start - _AROUND) : end + _AROUND]
    at = found.at - max(0, start - _AROUND)
    corrected = window[:at] + found.right + window[at + len(found.written) :]
    written_reading, right_reading = read(window), read(corrected)
    gain = right_reading.likelihood - written_reading.likelihood
    match found.error:
        case Error.SUBSTITUTED:
            return _substituted(form, found, text, start, end, gain, window, at, written_reading)
        case Error.MISSING:
            good = form.fixed or _leaves_crumbs(written_reading, at) or gain >= _GREAT_GAIN
            if found.right in _MAY_BE_LEFT_OUT or not good or gain < 0:
                return None
        case Error.DOUBLED:
            if not form.fixed and gain < _LEAST_GAIN:
                return None
        case Error.SWAPPED:
            if not form.fixed and gain < _LEAST_GAIN:
                return None
    sure = form.fixed or gain >= _LEAST_GAIN
    return Miss(start, end, form.text, form.kind, found, sure)


def _substituted(
    form: Form, found: Difference, text: str, start: int, end: int, gain: float, window: str, at: int, reading: Reading
) -> Miss | None:
    if len(found.written) == 1 and _LEVELS & {found.written} and _LEVELS & {found.right}:
        return None
    pairs = list(zip(found.written, found.right, strict=True))
    likes = [likeness(written, right) for written, right in pairs if written != right]
    at_edge = found.at == start or found.at + len(found.written) == end
    if all(likes):
        if gain < (0.0 if form.fixed else _LEAST_GAIN) or not _may_be_meant(form, found, at_edge, window, at):
            return None
        names = "、".join(dict.fromkeys(like.value for like in likes if like))
        return Miss(start, end, form.text, form.kind, found, True, names)
    if not form.fixed or len(form.text) < _LONG or len(found.written) > 1:
        return None
    if at_edge:
        return _at_the_edge(form, found, text, start, end, window, at, reading)
    return Miss(start, end, form.text, form.kind, found, True)


def _may_be_meant(form: Form, found: Difference, at_edge: bool, window: str, at: int) -> bool:
    if form.kind in (Kind.COLLOCATION, Kind.STATUTE, Kind.PLACE) and at_edge:
        return False
    if form.kind is not Kind.COLLOCATION:
        return True
    if len(found.written) > 1 or found.right in _MAY_BE_LEFT_OUT:
        return False
    return not any(window[first : first + 3] in usage().runs for first in range(max(0, at - 2), at + 1))


def _at_the_edge(
    form: Form, found: Difference, text: str, start: int, end: int, window: str, at: int, reading: Reading
) -> Miss | None:
    """The first or last character is another: it is either written for it, or missing and the next thing begins."""
    first, last = reading.word_at(at)
    inside = (at + 1 < last) if found.at == start else (first < at)
    runs_on = (first < at) if found.at == start else (at + 1 < last)
    if inside and not runs_on:
        return Miss(start, end, form.text, form.kind, found, True)
    return None


def _leaves_crumbs(reading: Reading, seam: int) -> bool:
    """Whether a single character stands beside the place where something is missing."""
    beside = [word for word in reading.words if seam in (word[0], word[1]) or word[0] < seam < word[1]]
    return any(end - start == 1 for start, end in beside)
