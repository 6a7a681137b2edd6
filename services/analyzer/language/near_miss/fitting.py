"""Which characters would fit where a crumb stands: those like the written one that make a known run of characters.

Some sixty characters are like each crumb, and next to none of them fits: all of a text are asked about at once.
"""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.near_miss.crumbs import is_pair
from services.analyzer.language.near_miss.likeness import alike, very_alike
from services.analyzer.language.near_miss.likes import likes
from services.analyzer.language.near_miss.usage import Codes, codes, keys_of, usage

_EDGE = 2
"""Places looked at on either side."""

_Flags = npt.NDArray[np.bool_]


class _Others(NamedTuple):
    """One entry for each character that is like the one at a crumb; `owner` is the number of the crumb."""

    owner: Codes
    other: Codes
    very: _Flags


def fitting(text: str, places: list[int]) -> dict[int, str]:
    """The fitting characters of each place that has any, where statutes do not know what is written there.

    A character fits that makes a known run of three, or a word if it is the very likeness of what is written.
    """
    if not places:
        return {}
    around = np.pad(codes(text), _EDGE)
    at = np.array(places) + _EDGE
    at = at[~_is_known(around, at)]
    owner, other, very = _like(text, at - _EDGE, around[at])
    two_before, last, first, two_after = (around[at + by][owner] for by in (-2, -1, 1, 2))
    fits = np.zeros(len(other), dtype=bool)
    _add(fits, is_pair(last, other), _tables().threes, two_before, last, other)
    _add(fits, is_pair(last, other), _tables().threes, last, other, first)
    _add(fits, is_pair(other, first), _tables().threes, other, first, two_after)
    _add(fits, very, _tables().words, last, other)
    _add(fits, very, _tables().words, other, first)
    found: dict[int, str] = {}
    for place, character in zip((at[owner[fits]] - _EDGE).tolist(), map(chr, other[fits].tolist()), strict=True):
        found[place] = found.get(place, "") + character
    return found


def _is_known(around: Codes, at: Codes) -> _Flags:
    """Whether statutes have one of the runs of three that hold the character: then nothing was miswritten."""
    known = np.zeros(len(at), dtype=bool)
    for first in (-2, -1, 0):
        run = keys_of(*(around[at + first + by] for by in range(3)))
        known |= _holds(_tables().counted, run)
    return known


def _like(text: str, places: Codes, written: Codes) -> _Others:
    known = likes()
    begins = known.begins[written]
    counts = known.begins[written + 1] - begins
    owner = np.repeat(np.arange(len(places)), counts)
    entries = np.arange(len(owner)) + np.repeat(begins - np.cumsum(counts) + counts, counts)
    found = _Others(owner, known.others[entries], known.very[entries])
    rare = [number for number in np.flatnonzero(counts == 0).tolist() if alike(text[places[number]])]
    return _with_rare(found, text, places, rare) if rare else found


def _with_rare(found: _Others, text: str, places: Codes, rare: list[int]) -> _Others:
    """Characters that no pair holds are in no table; they are few."""
    entries = [
        (number, ord(other), other in very_alike(text[places[number]]))
        for number in rare
        for other in alike(text[places[number]])
    ]
    owner, other, very = (np.array(column) for column in zip(*entries, strict=True))
    return _Others(
        np.concatenate([found.owner, owner]),
        np.concatenate([found.other, other]),
        np.concatenate([found.very, very]),
    )


def _add(fits: _Flags, may: _Flags, table: Codes, *characters: Codes) -> None:
    """Marks those that may fit and whose run the table holds; few may, and only they are looked up."""
    which = np.flatnonzero(may & ~fits)
    fits[which] = _holds(table, keys_of(*(each[which] for each in characters)))


def _holds(table: Codes, keys: Codes) -> _Flags:
    place = np.searchsorted(table, keys)
    place[place == len(table)] = 0
    held: _Flags = table[place] == keys
    return held


class _Tables(NamedTuple):
    """Sorted keys of runs of three, of those that statutes have, and of words of one or two characters."""

    threes: Codes
    counted: Codes
    words: Codes


@functools.cache
def _tables() -> _Tables:
    """A word of one character stands beside the edge of a text."""
    short = {length: codes("".join(word for word in usage().weights if len(word) == length)) for length in (1, 2)}
    ones, twos = short[1], short[2].reshape(-1, 2)
    nothing = np.zeros_like(ones)
    words = (keys_of(twos[:, 0], twos[:, 1]), keys_of(ones, nothing), keys_of(nothing, ones))
    return _Tables(*usage().threes, np.sort(np.concatenate(words)))
