"""Whether a text sells something: cues that stand near each other are weighed, public business speaks against."""

import bisect
import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.analyzer.language.advert.against import AGAINST, OF_THE_WHOLE, WARNS
from services.analyzer.language.advert.calls import CALLS
from services.analyzer.language.advert.kinds import Cue, Family, Finder, Kind
from services.analyzer.language.advert.offers import OFFERS
from services.analyzer.language.advert.services import SERVICES
from services.analyzer.language.advert.shops import SHOPS
from services.analyzer.language.advert.talk import TALK
from services.analyzer.language.advert.trades import GOODS, PUSHES, TRADES
from services.analyzer.language.advert.ways import WAYS
from services.analyzer.language.tone.tone import read_tone

ADVERT_SCORE = 5
"""From this score on a text reads as an advertisement."""

_TAIL_SCORE = 6
_TAIL_LINES = 4
"""What the last lines below an article need without a mark that parts them: the article speaks neither for nor against.
Lines further up are the article's own, which may tell of a sale.
"""

_REACH = 600
"""Code points within which cues belong to one offer: a long article names many prices and places that do not."""

_RULE = re.compile(r"^[-—─_=*~·.… ]{4,60}$", re.MULTILINE)
_LINE = re.compile(r"\S[^\n]*")

_SHORT = 300
_WITHOUT_WAY = 2
"""A caption of at most so many code points may leave out where to buy; then two offers and more points are needed."""

_TELLING = {Family.WAY: 2, Family.OFFER: 2, Family.TRADE: 3}
"""One cue must weigh so much: a price, a telephone number or an address is printed by notices too."""

_WARES = {Family.GOODS, Family.TRADE}
_HOLDING_OUT = {Family.WAY, Family.OFFER, Family.TRADE}

_OFFICES_TOO = ("扫码或链接", "价格", "电话", "地址")
"""What offices print too: these hold nothing out."""

_SOUNDS, _FORMAL = Kind("推销口吻", Family.TONE, 0), Kind("公文口吻", Family.TONE, 0)
_LEAST_HEARD, _HEADLINE = 30, 40
"""So few code points have no tone. A few more may be a headline, which tells of prices too: it has no full stop, and no
way to buy.
"""

_POINTS, _EVEN = 2, -1
"""Points for each unit of the logarithm of the odds beyond `_EVEN`."""

_LEAST_POINTS, _MOST_POINTS = -4, 8
_CLEAR, _BY_ITSELF = 3, 7
"""From so many points on tone takes the place of a way to buy; of an offer too, where anything at all is
sold or praised and nothing speaks against it."""

_ENOUGH_ALONE = ("网店入口", "商务合作")
"""Ways that are an offer too."""

_QUOTED = 20
"""Code points that a quotation has at most on either side of a cue."""

_FOOTER = re.compile(
    r"^[^\w\n]{0,12}(?:end|完|the end|正文完|推荐|广告|推广|赞助|好物推荐|今日好物|好物分享|好物|福利|限时福利|"
    r"粉丝福利|今日特推|今日推荐|特推|今日特惠|商务合作)[^\w\n]{1,12}|"
    r"^[^\w\n]{0,4}(?:来源|图文|撰稿|美编|排版|编辑|责编|责任编辑|审核|监制|供稿|校对|审校|值班编委)[:：丨|][^\n]{0,60}$",
    re.MULTILINE,
)
"""Where an article ends: what follows stands for itself."""


class Advert(NamedTuple):
    """`cues`: one of each kind that counted, in order of place; `against` likewise; `enough`: what sells with a way.

    `tone`: what the whole of a short piece adds or takes off, with the clause that says most.
    """

    score: int = 0
    cues: tuple[Cue, ...] = ()
    against: tuple[Cue, ...] = ()
    enough: int = ADVERT_SCORE
    tone: Cue | None = None

    @property
    def reasons(self) -> tuple[Cue, ...]:
        """All that was weighed."""
        return (*self.cues, *((self.tone,) if self.tone else ()), *self.against)

    @property
    def sells(self) -> bool:
        families = self._families
        if self._sounds >= _CLEAR:
            by_itself = self._sounds >= _BY_ITSELF and bool(self.cues) and not self.against
            return self.score >= self.needed and (by_itself or self._holds_out)
        strong = [cue.kind.family for cue in self.cues if cue.weight >= _TELLING.get(cue.kind.family, _REACH)]
        if self.score < self.needed or not strong:
            return False
        if Family.WAY not in families:
            return strong.count(Family.OFFER) + strong.count(Family.TRADE) > 1 and bool(families & _WARES)
        return bool(families & {Family.OFFER, Family.TRADE}) or any(cue.kind.name in _ENOUGH_ALONE for cue in self.cues)

    @property
    def needed(self) -> int:
        """The score that sells."""
        with_way = Family.WAY in self._families or self._sounds >= _CLEAR
        return self.enough if with_way else self.enough + _WITHOUT_WAY

    @property
    def _holds_out(self) -> bool:
        return any(cue.kind.family in _HOLDING_OUT and cue.kind.name not in _OFFICES_TOO for cue in self.cues)

    @property
    def _sounds(self) -> int:
        return self.tone.weight if self.tone else 0

    @property
    def _families(self) -> set[Family]:
        return {cue.kind.family for cue in self.cues}


class _Found(NamedTuple):
    """All in order of place; `quoted`: those of `cues` in quotation marks, which somebody who warns does not say."""

    cues: list[Cue]
    quoted: frozenset[Cue]
    against: list[Cue]


@functools.lru_cache(maxsize=2)
def read_advert(folded: str) -> Advert:
    """The strongest offer in a folded text: in the whole, in what hangs below an article, or in its last lines.

    Remembered, since superlatives ask for it too.
    """
    cues = _cues(folded)
    if _total(_counted(cues)) < ADVERT_SCORE and not _LEAST_HEARD <= len(folded) <= _SHORT:
        return Advert()
    against = sorted(_finder(Family.AGAINST).find(folded), key=_place)
    found = _Found(cues, frozenset(cue for cue in cues if _is_quoted(folded, cue)), against)
    one_piece = any(cue.kind.name in OF_THE_WHOLE for cue in against)
    sections = [*_sections(folded, ruled=not one_piece)]
    readings = [_sounding(_read(found, *section, ADVERT_SCORE), folded, *section) for section in sections]
    if "\n" in folded and not one_piece:
        readings += [_read(found, *tail, _TAIL_SCORE) for tail in _tails(folded)]
    best = max(readings, key=lambda reading: (reading.sells, reading.score))
    return _with_clause(best, folded) if best.sells else best


def _cues(folded: str) -> list[Cue]:
    """Every cue in order of place; none where nothing could come of them."""
    ways = _finder(Family.WAY).find(folded)
    if not ways and len(folded) >= _SHORT:
        return []
    offers = _finder(Family.OFFER, Family.TRADE).find(folded)
    if not _may_sell(ways, offers) and len(folded) > _SHORT:
        return []
    return sorted([*ways, *offers, *_finder(Family.GOODS, Family.PUSH).find(folded)], key=_place)


def _may_sell(ways: list[Cue], offers: list[Cue]) -> bool:
    """Whether `Advert.sells` may be true of some of these."""
    if ways and (offers or any(way.kind.name in _ENOUGH_ALONE for way in ways)):
        return True
    strong = (offer for offer in offers if offer.kind.family is Family.OFFER and offer.weight >= _TELLING[Family.OFFER])
    return len({offer.kind.name for offer in strong}) > 1


def _sections(folded: str, *, ruled: bool) -> Iterator[tuple[int, int]]:
    """`ruled`: a ruled line begins a section too; a notice in one piece is not parted by one."""
    marks = sorted({match.start() for mark in (_FOOTER, _RULE)[: 1 + ruled] for match in mark.finditer(folded)})
    edges = [0, *marks, len(folded)]
    yield from itertools.pairwise(edges)


def _tails(folded: str) -> Iterator[tuple[int, int]]:
    """The last lines of each section: one, two, and so on."""
    for start, end in _sections(folded, ruled=True):
        lines = [match.start() for match in _LINE.finditer(folded, start, end)]
        yield from ((first, end) for first in lines[1:][-_TAIL_LINES:])


def _read(found: _Found, start: int, end: int, enough: int) -> Advert:
    """The window with the highest score between two places; what speaks against may stand anywhere between them."""
    inside, speaking = _between(found.cues, start, end), _counted(_between(found.against, start, end))
    if any(cue.kind.name == WARNS for cue in speaking):
        inside = [cue for cue in inside if cue not in found.quoted]
    steps = range(start, max(start + 1, end - _REACH // 2), _REACH // 2)
    windows = (_counted(_between(inside, step, min(end, step + _REACH))) for step in steps)
    best = max(windows, key=_total)
    return Advert(_total(best) + _total(speaking), best, speaking, enough)


def _sounding(reading: Advert, folded: str, start: int, end: int) -> Advert:
    """The reading with the tone of the piece, where it is short enough to have one."""
    no_headline = "。" in folded[start:end] or any(cue.kind.family is Family.WAY for cue in reading.cues)
    least = _LEAST_HEARD if no_headline else _HEADLINE
    if not least <= end - start <= _SHORT:
        return reading
    points = round(_POINTS * (read_tone("selling").odds(folded[start:end]) - _EVEN))
    points = min(_MOST_POINTS, max(_LEAST_POINTS, points))
    known = _SOUNDS if points > 0 else _FORMAL
    heard = Cue(known._replace(weight=points), start, end)
    return reading._replace(tone=heard, score=reading.score + points) if points else reading


def _with_clause(reading: Advert, folded: str) -> Advert:
    """The tone at the clause that says most of it, which is asked only where somebody is told: it costs much."""
    if reading.tone is None:
        return reading
    kind, start, end = reading.tone
    place = read_tone("selling").clause(folded, start, end, max if kind.weight > 0 else min)
    return reading._replace(tone=Cue(kind, *place))


def _is_quoted(folded: str, cue: Cue) -> bool:
    opened = folded.rfind("“", max(0, cue.start - _QUOTED), cue.start)
    return opened >= 0 and "”" not in folded[opened : cue.start] and "”" in folded[cue.end : cue.end + _QUOTED]


def _between(cues: list[Cue], start: int, end: int) -> list[Cue]:
    first, last = (bisect.bisect_left(cues, place, key=_place) for place in (start, end))
    return [cue for cue in cues[first:last] if cue.end <= end]


def _counted(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """One of each kind, the weightiest first; one stretch of text is one cue; many goods are no more than one."""
    counted: dict[str, Cue] = {}
    for cue in sorted(cues, key=lambda cue: (cue.kind.family is Family.GOODS, -abs(cue.weight))):
        name = cue.kind.family if cue.kind.family is Family.GOODS else cue.kind.name
        if name not in counted and not any(_overlap(cue, other) for other in counted.values()):
            counted[name] = cue
    return tuple(sorted(counted.values(), key=_place))


def _overlap(one: Cue, other: Cue) -> bool:
    return one.start < other.end and other.start < one.end


def _place(cue: Cue) -> int:
    return cue.start


def _total(cues: Iterable[Cue]) -> int:
    return sum(cue.weight for cue in cues)


@functools.cache
def _finder(*families: Family) -> Finder:
    kinds = (*WAYS, *CALLS, *OFFERS, *TALK, *TRADES, *SERVICES, *SHOPS, *GOODS, *PUSHES, *AGAINST)
    return Finder(known for known in kinds if known.family in families)
