"""How characters sound, without tone; the only file that knows pypinyin."""

import functools

from pypinyin import Style, pinyin

_FOLDED_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))


@functools.cache
def sounds(character: str) -> frozenset[str]:
    """Every reading of the Chinese character, without tone."""
    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


@functools.cache
def rough_sounds(character: str) -> frozenset[str]:
    """The readings as many ears hear them: zh as z, ch as c, sh as s, l as n, -ng as -n."""
    return frozenset(map(_rough, sounds(character)))


def _rough(sound: str) -> str:
    for initial, folded in _FOLDED_INITIALS:
        if sound.startswith(initial):
            sound = folded + sound[len(initial) :]
            break
    return sound[:-1] if sound.endswith("ng") else sound
