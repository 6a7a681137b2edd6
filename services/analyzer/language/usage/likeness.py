"""Which characters are written for which: those of one sound, of nearly one sound, and those that look alike."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from services.analyzer.language.text import shapes
from services.analyzer.language.text.sounds import syllables
from services.analyzer.language.usage.usage import usage

_FOLDED_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))

_RADICALS = frozenset(
    "人水木手口土金言丝草竹心女日月火玉石衣示目足车虫食门广病宀山禾米雨王犬刀力又田贝马鱼鸟酉页走辶阝囗尸户巾弓"
    "一丨丿丶亠冖冫八十二儿几勹厂厶工"
)
"""Parts that hundreds of characters share: sharing only such a one makes no two characters look alike."""


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
    looks = not (_telling_parts(one).isdisjoint(_parts(other)) and _parts(one).isdisjoint(_telling_parts(other)))
    if _sound_alike(one, other, _sounds):
        return Likeness.SOUND_AND_SHAPE if looks else Likeness.SOUND
    if looks:
        return Likeness.SHAPE
    return Likeness.ROUGH_SOUND if _sound_alike(one, other, _rough_sounds) else None


def _sound_alike(one: str, other: str, readings: Callable[[str], Sequence[str]]) -> bool:
    """Whether one has the usual reading of the other: what only seldom readings share nobody hears (有, 机: wei)."""
    ours, theirs = readings(one), readings(other)
    return any(reading in theirs for reading in ours[:1]) or any(reading in ours for reading in theirs[:1])


def share_a_part(one: str, other: str) -> bool:
    """Whether they have anything in common to the eye, if only a radical."""
    return bool(_parts(one) & _parts(other))


@functools.lru_cache(maxsize=8192)
def alike(character: str) -> frozenset[str]:
    """Every ordinary character that might stand where this one was meant, itself left out."""
    if not "一" <= character <= "鿿":
        return frozenset()
    found = {other for sound in _rough_sounds(character) for other in _by_sound()[sound]}
    found |= {other for part in _telling_parts(character) for other in _by_part()[part]}
    found |= {part for part in _telling_parts(character) if part in usage().characters}
    return frozenset(found - {character})


@functools.lru_cache(maxsize=8192)
def very_alike(character: str) -> tuple[str, ...]:
    """Those of them that both sound and look like it."""
    return tuple(other for other in alike(character) if likeness(character, other) is Likeness.SOUND_AND_SHAPE)


def alike_groups() -> list[list[str]]:
    """Ordinary characters of one sound, or with one telling part in common: each pair of a group is alike."""
    groups = (sorted(group) for index in (_by_sound(), _by_part()) for group in index.values())
    return sorted(group for group in groups if len(group) > 1)


def sound_groups() -> list[list[str]]:
    """All characters of the basic plane whose usual reading many ears hear as the same."""
    characters = map(chr, range(0x4E00, 0xA000))
    groups = _index(lambda character: [_rough(sound) for sound in syllables(character)[:1]], characters)
    return sorted(sorted(group) for group in groups.values())


@functools.cache
def _by_sound() -> dict[str, list[str]]:
    return _index(_rough_sounds, usage().characters)


@functools.cache
def _by_part() -> dict[str, list[str]]:
    return _index(_telling_parts, usage().characters)


def _index(of: Callable[[str], Iterable[str]], characters: Iterable[str]) -> dict[str, list[str]]:
    index = defaultdict(list)
    for character in characters:
        for key in of(character):
            index[key].append(character)
    return index


@functools.cache
def _sounds(character: str) -> Sequence[str]:
    """The usual reading first."""
    return syllables(character)


@functools.cache
def _rough_sounds(character: str) -> Sequence[str]:
    """The readings as many ears hear them: zh as z, ch as c, sh as s, l as n, -ng as -n; the usual one first."""
    return tuple(dict.fromkeys(map(_rough, syllables(character))))


def _rough(sound: str) -> str:
    for initial, folded in _FOLDED_INITIALS:
        if sound.startswith(initial):
            sound = folded + sound[len(initial) :]
            break
    return sound[:-1] if sound.endswith("ng") else sound


@functools.cache
def _parts(character: str) -> frozenset[str]:
    """What the character is written with, and itself: it may be a part of another."""
    return frozenset({character, *shapes.parts(character)})


@functools.cache
def _telling_parts(character: str) -> frozenset[str]:
    return _parts(character) - (_RADICALS - {character})
