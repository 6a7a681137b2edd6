"""Which characters are written for which: those of one sound, of nearly one sound, and those that look alike."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from enum import Enum

from services.analyzer.language.near_miss.shape import parts, telling_parts
from services.analyzer.language.near_miss.sound import rough_sounds, sounds
from services.analyzer.language.near_miss.usage import usage


class Likeness(Enum):
    """How two characters are alike, for people."""

    SOUND_AND_SHAPE = "音同形近"
    SOUND = "音同"
    SHAPE = "形近"
    ROUGH_SOUND = "音近"


@functools.lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> Likeness | None:
    """How they are alike; null: they are not."""
    if not ("一" <= one <= "鿿" and "一" <= other <= "鿿"):
        return None
    looks = bool(telling_parts(one) & parts(other)) or bool(parts(one) & telling_parts(other))
    if sounds(one) & sounds(other):
        return Likeness.SOUND_AND_SHAPE if looks else Likeness.SOUND
    if looks:
        return Likeness.SHAPE
    return Likeness.ROUGH_SOUND if rough_sounds(one) & rough_sounds(other) else None


@functools.lru_cache(maxsize=8192)
def alike(character: str) -> frozenset[str]:
    """Every ordinary character that might stand where this one was meant, itself left out."""
    if not "一" <= character <= "鿿":
        return frozenset()
    found = {other for sound in rough_sounds(character) for other in _by_sound()[sound]}
    found |= {other for part in telling_parts(character) for other in _by_part()[part]}
    found |= {part for part in telling_parts(character) if part in usage().characters}
    return frozenset(found - {character})


@functools.cache
def _by_sound() -> dict[str, list[str]]:
    return _index(rough_sounds, usage().characters)


@functools.cache
def _by_part() -> dict[str, list[str]]:
    return _index(telling_parts, usage().characters)


def _index(of: Callable[[str], Iterable[str]], characters: Iterable[str]) -> dict[str, list[str]]:
    index = defaultdict(list)
    for character in characters:
        for key in of(character):
            index[key].append(character)
    return index
