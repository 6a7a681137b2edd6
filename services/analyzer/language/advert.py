"""Whether a text sells something: kinds of cue that stand near each other are weighed, public business speaks against."""

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from services.analyzer.language.advert_against import AGAINST
from services.analyzer.language.advert_cues import OFFERS, WAYS, Family, Kind
from services.analyzer.language.advert_trades import GOODS, PUSHES, TRADES
from services.analyzer.language.lexicon import Lexicon, Word
from services.analyzer.language.text import Folded

_KINDS = (*WAYS, *OFFERS, *TRADES, *GOODS, *PUSHES)

ADVERT_SCORE = 5
"""From this score on a text reads as an advertisement."""

_PARAGRAPH_SCORE = 6
"""What a paragraph within other text needs: the article round it speaks neither for it nor against it."""

_REACH = 400
"""Code points within which cues belong to one offer: a long article names many prices and places that do not."""

_ENOUGH_ALONE = ("网店入口", "商务合作")
"""Ways that are an offer too."""

_FOOTER = re.compile(
    r"^[^\w\n]{0,12}(?:end|完|the end|正文完|推荐|广告|推广|好物推荐|今日好物|好物|福利|限时福利|商务合作)[^\w\n]{1,12}|"
    r"^[^\w\n]{0,4}(?:来源|编辑|责编|责任编辑|审核|监制|供稿|校对|审校|值班编委)[:：丨|][^\n]{0,60}$",
    re.MULTILINE,
)
"""Where an article ends: what follows stands for itself."""


class Cue(NamedTuple):
    """One cue with its place in the folded text."""

    kind: str
    weight: int
    start: int
    end: int


class Advert(NamedTuple):
    """`cues`: the first of each kind that counted, in order of place; `against`: name, weight and place likewise."""

    score: int = 0
    cues: tuple[Cue, ...] = ()
    against: tuple[Cue, ...] = ()
    sells: bool = False


def read_advert(folded: str) -> Advert:
    """The strongest offer in a folded text: in the whole, in what hangs below an article, or in one paragraph."""
    cues = _cues(folded)
    if not cues:
        return Advert()
    against = _against(folded)
    readings = [_read(cues, against, start, end, ADVERT_SCORE) for start, end in _sections(folded)]
    if "\n" in folded and not any(found.kind == AGAINST[0].name for found in against):
        readings += [_read(cues, against, *line.span(), _PARAGRAPH_SCORE) for line in re.finditer(r"[^\n]+", folded)]
    return max(readings, key=lambda reading: (reading.sells, reading.score))


def _sections(folded: str) -> Iterator[tuple[int, int]]:
    edges = [0, *(match.start() for match in _FOOTER.finditer(folded)), len(folded)]
    yield from zip(edges, edges[1:], strict=False)


def _cues(folded: str) -> list[Cue]:
    """Every cue in order of place; none where no word of a way to buy, or no offer, is in the text at all."""
    kinds = _by_name()
    found = [
        Cue(match.word.tag, kinds[match.word.tag].weight, match.folded_start, match.folded_end)
        for match in _lexicon().find_in(folded, Folded(folded))
    ]
    found += [
        Cue(kind.name, kind.weight, *match.span())
        for kind in _KINDS
        if kind.pattern and any(anchor in folded for anchor in kind.anchors)
        for match in kind.pattern.finditer(folded)
    ]
    return sorted(found, key=lambda cue: cue.start)


def _against(folded: str) -> list[Cue]:
    return [
        Cue(objecting.name, -objecting.weight, *match.span())
        for objecting in AGAINST
        for match in objecting.pattern.finditer(folded)
    ]


def _read(cues: list[Cue], against: list[Cue], start: int, end: int, enough: int) -> Advert:
    """The window with the highest score between two places."""
    inside = [cue for cue in cues if start <= cue.start and cue.end <= end]
    speaking = _first_of_each(cue for cue in against if start <= cue.start and cue.end <= end)
    windows = (_first_of_each(c for c in inside[at:] if c.start < first.start + _REACH) for at, first in enumerate(inside))
    best = max(windows, key=_total, default=())
    score = _total(best) + _total(speaking)
    return Advert(score, best, speaking, score >= enough and _is_offer(best))


def _is_offer(cues: tuple[Cue, ...]) -> bool:
    families = {_by_name()[cue.kind].family for cue in cues}
    if Family.WAY not in families or len(cues) < 2:
        return False
    return bool(families & {Family.OFFER, Family.TRADE}) or any(cue.kind in _ENOUGH_ALONE for cue in cues)


def _first_of_each(cues: Iterator[Cue]) -> tuple[Cue, ...]:
    first: dict[str, Cue] = {}
    for cue in cues:
        first.setdefault(_counted_as(cue.kind), cue)
    return tuple(first.values())


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
