"""Which characters would fit where a crumb stands: those like the written one that make a known run of characters.

Some sixty characters are like each crumb, and next to none of them fits: all crumbs of a text are asked about at once.
Characters are numbered as in `crumbs`; which are like one, and which stand beside one, is a row of bits each.
"""

import numpy as np
import numpy.typing as npt

from services.analyzer.language.near_miss.ordinary.crumbs import UNKNOWN, Crumbs, pairs
from services.analyzer.language.near_miss.ordinary.fit_tables import OF_TWO, Rows, row, set_bits, tables
from services.analyzer.language.usage.likeness import alike, very_alike
from services.analyzer.language.usage.usage import Codes

_EDGE = 2
"""Places looked at on either side."""

LEAST_GAIN = 4.0
"""Of natural logarithm of likelihood, before a correction is thought about."""


def fitting(text: str, crumbs: Crumbs) -> dict[int, set[str]]:
    """The fitting characters of each place that has any.

    A character fits that usually stands beside a neighbour and makes a known run of three, or a word if it both sounds
    and looks like what is written; and that may read likelier.
    """
    if not len(crumbs.places):
        return {}
    numbers = np.zeros(len(text) + 2 * _EDGE, dtype=np.int64)
    numbers[_EDGE:-_EDGE] = crumbs.numbers
    place, other = _making_runs(numbers, crumbs.places + _EDGE, *_likes(text, crumbs))
    gaining = _may_gain(numbers, place, other)
    found: dict[int, set[str]] = {}
    places, characters = (place[gaining] - _EDGE).tolist(), pairs().characters[other[gaining]].tolist()
    for at, character in zip(places, characters, strict=True):
        found.setdefault(at, set()).add(chr(character))
    return found


def _likes(text: str, crumbs: Crumbs) -> tuple[Rows, Rows]:
    """What is like each crumb, and very like it. Characters that no pair holds are in no table, and few."""
    written = crumbs.numbers.take(crumbs.places)
    like, very = tables().like.take(written, axis=0), tables().very.take(written, axis=0)
    for rare in (written == UNKNOWN).nonzero()[0].tolist():
        character = text[crumbs.places[rare]]
        like[rare], very[rare] = row(character, alike), row(character, very_alike)
    return like, very


def _making_runs(numbers: Codes, at: Codes, like: Rows, very: Rows) -> tuple[Codes, Codes]:
    """Places, and numbers of what fits there: after the one before, by its great likeness, before the one after."""
    known, size = tables(), pairs().size
    after = known.after.take(numbers.take(at - 1), axis=0) & like
    before = known.before.take(numbers.take(at + 1), axis=0) & like
    owner, other = set_bits(np.concatenate((after, very, before)))
    first_very, first_before = owner.searchsorted((len(at), 2 * len(at))).tolist()
    place = at.take(owner % len(at))
    ending = numbers.take(place[:first_before] - 1) * size + other[:first_before]
    beginning = other[first_very:] * size + numbers.take(place[first_very:] + 1)
    keys = (
        numbers.take(place[:first_before] - 2) * (size * size) + ending,
        ending * size + numbers.take(place[:first_before] + 1),
        beginning * size + numbers.take(place[first_very:] + 2),
        ending[first_very:] | OF_TWO,
        beginning[: first_before - first_very] | OF_TWO,
    )
    entries = np.arange(len(owner))
    to_end, to_begin, both = entries[:first_before], entries[first_very:], entries[first_very:first_before]
    held = np.concatenate((to_end, to_end, to_begin, both, both))[known.runs.hold(np.concatenate(keys))]
    return place.take(held), other.take(held)


def _may_gain(numbers: Codes, place: Codes, other: Codes) -> npt.NDArray[np.bool_]:
    """Whether a word of two reads likelier than its two characters, or a longer word may come of it."""
    known, size = tables(), pairs().size
    first, last, following, second = (numbers.take(place + by) for by in (-2, -1, 1, 2))
    ending, beginning = last * size + other, other * size + following
    of_two = known.words.value(np.concatenate((ending, beginning))).reshape(2, -1)
    one = known.ones.take(np.concatenate((last, following))).reshape(2, -1) + known.ones.take(numbers.take(place))
    threes = first * (size * size) + ending, ending * size + following, beginning * size + second
    longer = known.longer.hold(np.concatenate(threes)).reshape(3, -1)
    gained: npt.NDArray[np.bool_] = (of_two - one).max(axis=0) >= LEAST_GAIN
    return gained | longer.any(axis=0)
