"""Which characters would fit where a crumb stands: those like the written one that make a known run of characters.

Some sixty characters are like each crumb, and next to none of them fits: all of a text are asked about at once.
"""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.near_miss.crumbs import pair_holds, pair_numbers
from services.analyzer.language.near_miss.keys import Keys
from services.analyzer.language.near_miss.likeness import alike, very_alike
from services.analyzer.language.near_miss.likes import likes
from services.analyzer.language.near_miss.usage import Codes, codes, keys_of, usage

_EDGE = 2
"""Places looked at on either side."""

_PAD = "\0" * _EDGE

_RUNS = np.arange(-_EDGE, 1)[:, None]
"""Where the runs of three begin that hold a place."""

_OF_A_WORD = 1 << 48
"""Tells keys of two characters from those of three."""


class _Others(NamedTuple):
    """One entry for each character that is like the one at a crumb; `owner` is the number of the crumb.

    `number`: of the character in the table of pairs.
    """

    owner: Codes
    other: Codes
    number: Codes
    very: npt.NDArray[np.bool_]


def fitting(text: str, places: list[int]) -> dict[int, str]:
    """The fitting characters of each place that has any, where statutes do not know what is written there.

    A character fits that makes a known run of three, or a word if it is the very likeness of what is written.
    """
    around = codes(f"{_PAD}{text}{_PAD}")
    at = np.array(places, dtype=np.int64) + _EDGE
    at = at[~_is_known(around, at)]
    if not len(at):
        return {}
    others = _like(text, at - _EDGE, around[at])
    entries = _fitting(around, at, others)
    found: dict[int, str] = {}
    places = (at[others.owner[entries]] - _EDGE).tolist()
    for place, character in zip(places, map(chr, others.other[entries].tolist()), strict=True):
        found[place] = found.get(place, "") + character
    return found


def _is_known(around: Codes, at: Codes) -> npt.NDArray[np.bool_]:
    """Whether statutes have one of the runs of three that hold the character: then nothing was miswritten."""
    first = at + _RUNS
    held = _tables().counted.hold(keys_of(around[first], around[first + 1], around[first + 2]))
    return np.logical_or.reduce(held)  # type: ignore[no-any-return]


def _fitting(around: Codes, at: Codes, others: _Others) -> Codes:
    """Few stand in a pair with a neighbour; only of these, and of the very likenesses, a run is looked up."""
    owner, other, number, very = others
    numbers = pair_numbers(around)
    after = np.flatnonzero(pair_holds(numbers[at - 1][owner], number))
    before = np.flatnonzero(pair_holds(number, numbers[at + 1][owner]))
    alike = np.flatnonzero(very)
    two_before, last, first, two_after = (around[at + by] for by in (-2, -1, 1, 2))
    neighbour, made = owner[after], other[after]
    keys = (
        keys_of(two_before[neighbour], last[neighbour], made),
        keys_of(last[neighbour], made, first[neighbour]),
        keys_of(other[before], first[owner[before]], two_after[owner[before]]),
        keys_of(last[owner[alike]], other[alike]) | _OF_A_WORD,
        keys_of(other[alike], first[owner[alike]]) | _OF_A_WORD,
    )
    held = _tables().fitting.hold(np.concatenate(keys))
    return np.unique(np.concatenate((after, after, before, alike, alike))[held])


def _like(text: str, places: Codes, written: Codes) -> _Others:
    known = likes()
    begins = known.begins[written]
    counts = known.begins[written + 1] - begins
    owner = np.repeat(np.arange(len(places)), counts)
    entries = np.arange(len(owner)) + np.repeat(begins - np.cumsum(counts) + counts, counts)
    found = _Others(owner, known.others[entries], _tables().numbers[entries], known.very[entries])
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
    more = _Others(owner, other, pair_numbers(other), very)
    return _Others(
        np.concatenate((found.owner, more.owner)),
        np.concatenate((found.other, more.other)),
        np.concatenate((found.number, more.number)),
        np.concatenate((found.very, more.very)),
    )


class _Tables(NamedTuple):
    """`fitting`: runs of three, and words of one or two characters. `counted`: runs of three that statutes have.

    `numbers` goes with `likes().others`.
    """

    fitting: Keys
    counted: Keys
    numbers: Codes


@functools.cache
def _tables() -> _Tables:
    """A word of one character stands beside the edge of a text."""
    known = usage()
    ones, twos = (codes("".join(word for word in known.weights if len(word) == length)) for length in (1, 2))
    nothing = np.zeros_like(ones)
    words = np.concatenate((keys_of(*twos.reshape(-1, 2).T), keys_of(ones, nothing), keys_of(nothing, ones)))
    return _Tables(
        Keys(np.concatenate((known.threes.known, words | _OF_A_WORD))),
        Keys(known.threes.counted),
        pair_numbers(likes().others),
    )
