"""How Chinese characters sound: Mandarin syllables without tones. The only file that asks pypinyin."""

import functools
import importlib.util
import json
import unicodedata
from pathlib import Path

_TABLE = "pinyin_dict.json"
"""A file of pypinyin, as it comes."""


@functools.cache
def syllables(character: str) -> tuple[str, ...]:
    """Every reading without its tone, the usual one first: `("xing", "hang", "heng")` for 行; none if not Chinese."""
    readings = _readings().get(ord(character), "").split(",")
    return tuple(dict.fromkeys(_toneless(reading) for reading in readings if reading))


def syllable(character: str) -> str | None:
    """The usual reading without its tone, `lv` for 绿; null if not Chinese."""
    return next(iter(syllables(character)), None)


@functools.cache
def same_sound() -> dict[int, int]:
    """Each Chinese code point with the one that stands for all of its usual syllable; one for one, so places stay."""
    first: dict[str, int] = {}
    heads = ((code, _toneless(readings.partition(",")[0])) for code, readings in sorted(_readings().items()))
    return {code: first.setdefault(head, code) for code, head in heads if 0x4E00 <= code <= 0x9FFF}


@functools.cache
def _readings() -> dict[int, str]:
    """The table of characters alone, where it is a file: all of pypinyin takes a quarter of a second to import."""
    package = importlib.util.find_spec("pypinyin")
    file = Path(package.origin if package and package.origin else __file__).with_name(_TABLE)
    if file.is_file():
        return {int(code): readings for code, readings in json.loads(file.read_bytes()).items()}
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415

    return PINYIN_DICT


def _toneless(reading: str) -> str:
    decomposed = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(mark for mark in decomposed if mark.isascii())
