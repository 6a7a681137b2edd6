"""Titles of statutes in book marks, one character of which is wrong: the marks tell where the title ends."""

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind, right_forms
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.usage.likeness import likeness
from services.analyzer.language.usage.usage import RIGHT_FORMS, lines, usage

_STATE = "中华人民共和国"
_SHORTEST, _SHORTEST_NAMED_IN_PART, _LONG = 3, 4, 6
_IN_MARKS = re.compile(f"《({_STATE})?([一-鿿]{{{_SHORTEST},40}})(?=》)")


def misses(text: str) -> Iterator[Miss]:
    """Misses in a folded text. Other laws may have names that are almost the same, so that what makes a word with
    its neighbours is let stand."""
    if "《" not in text:
        return
    titles = _titles()
    for found in _IN_MARKS.finditer(text):
        written = found[2]
        if written in titles:
            continue
        if found[1] is not None:
            yield from _left_out(found)
        yield from (miss for at in range(len(written)) if (miss := _written_for(found, at)) is not None)


def _written_for(found: re.Match[str], at: int) -> Miss | None:
    """One that is alike before any other, which has to be the only one."""
    written = found[2]
    others = _without_one().get((at, written[:at] + written[at + 1 :]), "")
    likes = [other for other in others if likeness(written[at], other)]
    right = likes or others
    if len(right) != 1 or not _is_wrong(written, at, right[0], named_fully=found[1] is not None):
        return None
    title = written[:at] + right[0] + written[at + 1 :]
    difference = Difference(Error.SUBSTITUTED, found.start(2) + at, written[at], right[0])
    like = likeness(written[at], right[0])
    return Miss(*found.span(2), title, Kind.STATUTE, difference, sure=True, likeness=like.value if like else "")


def _left_out(found: re.Match[str]) -> Iterator[Miss]:
    """One character of a title that is named in full, its last one included."""
    written = found[2]
    for at in range(len(written), -1, -1):
        right = _without_one().get((at, written), "")
        if right:
            title = written[:at] + right[0] + written[at:]
            lost = Difference(Error.MISSING, found.start(2) + at, "", right[0])
            yield Miss(*found.span(2), title, Kind.STATUTE, lost, sure=True)
            return


def _is_wrong(written: str, at: int, right: str, *, named_fully: bool) -> bool:
    words, is_last = usage().weights, at == len(written) - 1
    makes_word = any(written[first : first + 2] in words for first in (at - 1, at) if 0 <= first < len(written) - 1)
    if likeness(written[at], right):
        return named_fully or (len(written) >= _SHORTEST_NAMED_IN_PART and (is_last or not makes_word))
    return (named_fully or (is_last and len(written) >= _LONG)) and not makes_word


@functools.cache
def _titles() -> frozenset[str]:
    texts = itertools.chain(
        (form.text for form in right_forms() if form.kind is Kind.STATUTE), lines(RIGHT_FORMS / "laws.txt")
    )
    return frozenset(title for title in (text.removeprefix(_STATE) for text in texts) if len(title) >= _SHORTEST)


@functools.cache
def _without_one() -> Mapping[tuple[int, str], str]:
    """By a title without one character, and where that was: the characters that stand there in some title."""
    left_out = defaultdict[tuple[int, str], str](str)
    for title in _titles():
        for at, character in enumerate(title):
            left_out[at, title[:at] + title[at + 1 :]] += character
    return left_out
