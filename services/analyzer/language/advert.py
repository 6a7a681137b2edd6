"""Whether a text sells something: cues that stand near each other are weighed, public business speaks against."""

import bisect
import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.analyzer.language.advert_against import AGAINST, GIVES
from services.analyzer.language.advert_cues import OFFERS, WAYS, Family, Kind
from services.analyzer.language.advert_trades import GOODS, PUSHES, TRADES
from services.analyzer.language.folding import Folded
from services.analyzer.language.lexicon import Lexicon, Word

ADVERT_SCORE = 5
"""From this score on a text reads as an advertisement."""

_PARAGRAPH_SCORE = 6
"""What a paragraph within other text needs: the article round it speaks neither for it nor against it."""

_REACH = 600
"""Code points within which cues belong to one offer: a long article names many prices and places that do not."""

_ENOUGH_ALONE = ("网店入口", "商务合作")
"""Ways that are an offer too."""

_FOOTER = re.compile(
    r"^[^\w\n]{0,12}(?:end|完|the end|正文完|推荐|广告|推广|好物推荐|今日好物|好物|福利|限时福利|"
    r"商务合作)[^\w\n]{1,12}|"
    r"^[^\w\n]{0,4}(?:来源|编辑|责编|责任编辑|审核|监制|供稿|校对|审校|值班编委)[:：丨|][^\n]{0,60}$",
    re.MULTILINE,
)
"""Where an article ends: what follows stands for itself."""

_KINDS = (*WAYS, *OFFERS, *TRADES, *GOODS, *PUSHES)


class Cue(NamedTuple):
    """One cue with its place in the folded text; `weight` is negative where it speaks against an advertisement."""

    kind: str
    weight: int
    start: int
    end: int


class Advert(NamedTuple):
    """`cues`: one of each kind that counted, in order of place; `against` likewise; `enough`: the score that "
    "sells."""

    score: int = 0
    cues: tuple[Cue, ...] = ()
    against: tuple[Cue, ...] = ()
    enough: int = ADVERT_SCORE

    @property
    def sells(self) -> bool:
        families = {_by_name()[cue.kind].family for cue in self.cues}
        if self.score < self.enough or Family.WAY not in families or len(self.cues) < 2:
            return False
        return bool(families & {Family.OFFER, Family.TRADE}) or any(cue.kind in _ENOUGH_ALONE for cue in self.cues)


def read_advert(folded: str) -> Advert:
    """The strongest offer in a folded text: in the whole, in what hangs below an article, or in one paragraph."""
    cues = _cues(folded)
    if not cues:
        return Advert()
    against = _against(folded)
    readings = [_read(cues, against, start, end, ADVERT_SCORE) for start, end in _sections(folded)]
    if "\n" in folded and not any(found.kind == GIVES for found in against):
        lines = (match.span() for match in re.finditer(r"[^\n]+", folded))
        readings += [_read(cues, against, start, end, _PARAGRAPH_SCORE) for start, end in lines]
    return max(readings, key=lambda reading: (reading.sells, reading.score))


def _sections(folded: str) -> Iterator[tuple[int, int]]:
    edges = [0, *(match.start() for match in _FOOTER.finditer(folded)), len(folded)]
    yield from itertools.pairwise(edges)


def _cues(folded: str) -> list[Cue]:
    """Every cue in order of place; none where there is no way to buy at all."""
    kinds = _by_name()
    found = [
        Cue(match.word.tag, kinds[match.word.tag].weight, match.folded_start, match.folded_end)
        for match in _lexicon().find_in(folded, Folded(folded))
    ]
    found += _by_pattern(folded, WAYS)
    if not any(kinds[cue.kind].family is Family.WAY for cue in found):
        return []
    found += _by_pattern(folded, (*OFFERS, *TRADES, *GOODS, *PUSHES))
    return sorted(found, key=lambda cue: cue.start)


def _by_pattern(folded: str, kinds: Sequence[Kind]) -> list[Cue]:
    return [
        Cue(kind.name, kind.weight, *match.span())
        for kind in kinds
        if kind.pattern and any(anchor in folded for anchor in kind.anchors)
        for match in kind.pattern.finditer(folded)
    ]


def _against(folded: str) -> list[Cue]:
    found = (
        Cue(objecting.name, -objecting.weight, *match.span())
        for objecting in AGAINST
        for match in objecting.pattern.finditer(folded)
    )
    return sorted(found, key=lambda cue: cue.start)


def _read(cues: list[Cue], against: list[Cue], start: int, end: int, enough: int) -> Advert:
    """The window with the highest score between two places; what speaks against may stand anywhere between them."""
    speaking = _counted(_between(against, start, end))
    steps = range(start, max(start + 1, end - _REACH // 2), _REACH // 2)
    windows = (_counted(_between(cues, step, min(end, step + _REACH))) for step in steps)
    best = max(windows, key=_total)
    return Advert(_total(best) + _total(speaking), best, speaking, enough)


def _between(cues: list[Cue], start: int, end: int) -> list[Cue]:
    first, last = (bisect.bisect_left(cues, place, key=lambda cue: cue.start) for place in (start, end))
    return [cue for cue in cues[first:last] if cue.end <= end]


def _counted(cues: list[Cue]) -> tuple[Cue, ...]:
    """One of each kind, the weightiest first; one stretch of text is one cue."""
    counted: dict[str, Cue] = {}
    for cue in sorted(cues, key=lambda cue: -abs(cue.weight)):
        kind = _counted_as(cue.kind)
        if kind not in counted and not any(
            cue.start < other.end and other.start < cue.end for other in counted.values()
        ):
            counted[kind] = cue
    return tuple(sorted(counted.values(), key=lambda cue: cue.start))


def _overlap(one: Cue, other: Cue) -> bool:
    return one.start < other.end and other.start < one.end


def _counted_as(kind: str) -> str:
    """Many goods are no more an offer than one: their kinds count together."""
    known = _by_name().get(kind)
    return known.family if known and known.family is Family.GOODS else kind


def _total(cues: tuple[Cue, ...]) -> int:
    return sum(cue.weight for cue in cues)


@functools.cache
def _by_name() -> dict[str, Kind]:
    return {kind.name: kind for kind in _KINDS}


@functools.cache
def _lexicon() -> Lexicon:
    return Lexicon(Word(word, kind.name) for kind in _KINDS for word in kind.words)
