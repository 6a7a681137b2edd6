"""Cities and counties behind the province or city they belong to, one character written for another: 福建省泉洲市.

Three characters alone are one error away from too many right names; the name in front leaves few that can be meant.
"""

import functools
from collections.abc import Iterator, Mapping

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.usage.likeness import likeness
from services.analyzer.language.usage.usage import RIGHT_FORMS, lines, usage

_SHORTEST, _LONGEST = 3, 13
_SIGNS = ("省", "市", "州", "盟", "治区")
_SUFFIXES = frozenset("市县区旗州盟")
_AUTONOMOUS = ("自治州", "自治县", "自治旗")
_GOES_ON = frozenset("场民集")
"""张家市场 and 市民 are no city."""

_ANY = "?"


def misses(text: str) -> Iterator[Miss]:
    """Misses in a squeezed text."""
    for place in _ends_of_parents(text):
        parent = next((name for n in _lengths() if (name := text[max(0, place - n) : place]) in _divisions()), None)
        if parent is not None:
            yield from _miss(text, place, _within(parent))
        else:
            yield from _short_of_one(text, place)
    if "自治" in text:
        yield from _autonomous(text)


def _ends_of_parents(text: str) -> Iterator[int]:
    endings, find = _endings(), text.find
    for sign in _SIGNS:
        place = find(sign)
        while place >= 0:
            end = place + len(sign)
            if text[end - 2 : end] in endings:
                yield end
            place = find(sign, end)


def _miss(text: str, start: int, names: Mapping[str, str]) -> Iterator[Miss]:
    """`names`: right names by themselves, and with any one character left open."""
    window = text[start : start + _LONGEST]
    if _SUFFIXES.isdisjoint(window[_SHORTEST - 1 :]):
        return
    pieces = [window[:end] for end, sign in enumerate(window, start=1) if sign in _SUFFIXES and end >= _SHORTEST]
    if not any(piece in names for piece in pieces):
        for piece in pieces:
            yield from _written_for(piece, start, names)


def _short_of_one(text: str, end: int) -> Iterator[Miss]:
    """A province or city that lacks a character inside its name: 黑江省, 石家市."""
    for length in range(_SHORTEST, min(_LONGEST, end) + 1):
        piece = text[end - length : end]
        lost = _without_one().get(piece)
        if lost is not None and text[end : end + 1] not in _GOES_ON:
            name, at = lost
            difference = Difference(Error.MISSING, end - length + at, "", name[at])
            yield Miss(end - length, end, name, Kind.PLACE, difference, sure=True)
            return


def _written_for(piece: str, start: int, names: Mapping[str, str]) -> Iterator[Miss]:
    for at, character in enumerate(piece[:-1]):
        right = names.get(piece[:at] + _ANY + piece[at + 1 :])
        like = likeness(character, right[at]) if right else None
        if right and like and piece[:-1] not in usage().weights:
            difference = Difference(Error.SUBSTITUTED, start + at, character, right[at])
            yield Miss(start, start + len(piece), right, Kind.PLACE, difference, sure=True, likeness=like.value)


def _autonomous(text: str) -> Iterator[Miss]:
    """Names so long that they speak for themselves: 凉山夷族自治州."""
    for sign in _AUTONOMOUS:
        place = text.find(sign)
        while place >= 0:
            end = place + len(sign)
            pieces = [text[end - length : end] for length in range(len(sign) + 2, min(_LONGEST + 8, end) + 1)]
            names = _of_peoples()
            if not any(piece in names for piece in pieces):
                yield from (miss for piece in pieces for miss in _miss(text, end - len(piece), names))
            place = text.find(sign, end)


@functools.cache
def _divisions() -> Mapping[str, tuple[str, ...]]:
    """What belongs to each province, and to each city and prefecture."""
    rows = (line.split() for line in lines(RIGHT_FORMS / "divisions.txt"))
    return {parent: tuple(names) for parent, *names in rows}


@functools.cache
def _endings() -> frozenset[str]:
    """The last two characters of what others belong to: with them nearly every 市 and 区 is told from a name's."""
    return frozenset(name[-2:] for name in (*_divisions(), *_without_one()))


@functools.cache
def _without_one() -> Mapping[str, tuple[str, int]]:
    """Names of four characters and more by what is left without one inside, where nothing else is called so."""
    known = {name for parent, names in _divisions().items() for name in (parent, *names)}
    stems = {name[:-1] for name in known} | usage().weights.keys()
    cut = {
        name[:at] + name[at + 1 :]: (name, at)
        for name in _divisions()
        for at in range(1, len(name) - 1)
        if len(name) > _SHORTEST and name[-1] in "省市"
    }
    return {piece: found for piece, found in cut.items() if piece not in known and piece[:-1] not in stems}


@functools.cache
def _lengths() -> tuple[int, ...]:
    return tuple(sorted({len(name) for name in _divisions()}))


@functools.lru_cache(maxsize=512)
def _within(parent: str) -> Mapping[str, str]:
    own = _divisions()[parent]
    return _with_one_open([*own, *(name for other in own for name in _divisions().get(other, ()))])


@functools.cache
def _of_peoples() -> Mapping[str, str]:
    everything = {name for parent, names in _divisions().items() for name in (parent, *names)}
    return _with_one_open(sorted(name for name in everything if name.endswith(_AUTONOMOUS)))


def _with_one_open(names: list[str]) -> Mapping[str, str]:
    longer = [name for name in names if len(name) >= _SHORTEST]
    opened = {name[:at] + _ANY + name[at + 1 :]: name for name in longer for at in range(len(name) - 1)}
    return opened | {name: name for name in names}
