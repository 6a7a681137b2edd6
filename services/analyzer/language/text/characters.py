"""One code point to one code point: what folding makes of each character. Built once per style, in some 50 ms."""

import functools
import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.traditional import simplified

Codes = npt.NDArray[np.uint32]

DROPPED, ACCENT = 0, 1
"""Marks in a table, not characters: left out of folded text; to be joined with the letter before it."""

_LIMIT = 0x110000
_HIDDEN = (0x0, 0x1, 0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x20E3, *range(0xFE00, 0xFE10))
"""Shown by no font, or only the frame of an emoji digit (1️⃣)."""

_ACCENTS = range(0x300, 0x370)
_COMPATIBLE = (*range(0x80, 0x3400), *range(0xA640, 0xA800), *range(0xF900, 0x10000), *range(0x10400, 0x10450))
_STYLED = (*range(0x1D400, 0x1D800), *range(0x1F100, 0x1F200), *range(0x2F800, 0x2FA20))
_WIDE = (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7), 0x3000)
_LETTER_NAMES = ("LATIN CAPITAL LETTER ", "LATIN SMALL LETTER ", "REGIONAL INDICATOR SYMBOL LETTER ")


class Style(NamedTuple):
    """What is the same. `styles`: circled, bracketed, emoji or mathematical letters and digits as plain ones."""

    case_sensitive: bool = False
    styles: bool = True


PLAIN = Style()


@functools.cache
def table(style: Style = PLAIN) -> Codes:
    """What stands for every code point; DROPPED and ACCENT are marks. Lone surrogates become U+FFFD."""
    codes = np.arange(_LIMIT, dtype=np.uint32)
    concerned = (*_COMPATIBLE, *_STYLED) if style.styles else _WIDE
    composed = unicodedata.normalize("NFKC", "\n".join(map(chr, concerned))).split("\n")
    for code, character in zip(concerned, composed, strict=True):
        if character != chr(code) or _is_styled(code):
            codes[code] = _plain(code, character)
    for traditional, its_simplified in simplified().items():
        codes[ord(traditional)] = ord(its_simplified)
    if not style.case_sensitive:
        codes = _lower()[codes]
    codes[0xD800:0xE000] = 0xFFFD
    codes[np.array(_HIDDEN)] = DROPPED
    codes[np.array(_ACCENTS)] = ACCENT
    return codes


@functools.cache
def _lower() -> Codes:
    codes = np.arange(_LIMIT, dtype=np.uint32)
    for code in (*range(0x80), *_COMPATIBLE, *range(0x10400, 0x10450)):
        lower = chr(code).lower()
        if len(lower) == 1:
            codes[code] = ord(lower)
    return codes


def _is_styled(code: int) -> bool:
    """Whether it may be a letter or digit in disguise though no composition tells so."""
    return 0x2460 <= code < 0x2800 or code >= 0x1F100


def _plain(code: int, composed: str) -> int:
    """The one character that is meant: Ａ, Ⓐ, ⒜, 🅰 and 🄰 are A; ①, ⑴, ⒈ and ❶ are 1; what is several stays."""
    character = chr(code)
    if len(composed) == 1 and composed != character:
        return ord(composed)
    if 0x2460 <= code < 0x2800 and (digit := unicodedata.digit(character, None)) is not None:
        return ord("0") + digit
    bare = composed.strip("().,〔〕 ")
    if bare != character and len(bare) == 1 and bare.isalnum():
        return ord(bare)
    name = unicodedata.name(character, "")
    if any(letters in name for letters in _LETTER_NAMES) and code >= 0x1F100:
        return ord(name.rpartition(" ")[2][0])
    return code
