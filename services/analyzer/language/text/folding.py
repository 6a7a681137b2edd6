"""Folding: what is written differently and means the same becomes the same, with the way back to every place."""

import bisect
import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.characters import ACCENT, DROPPED, Codes, Style, table
from services.analyzer.language.text.glance import glance, keep

_ALONE = re.compile(r" [一-鿿](?!\S)")
_SPACED_OUT = re.compile(r"(?<!\S)[一-鿿](?: {1,2}[一-鿿])+(?!\S)")
_DROPPED, _ACCENT = chr(DROPPED), chr(ACCENT)
_REMEMBERED = 8
"""Every rule folds the same text; a few more for title and parts."""

Places = npt.NDArray[np.int64]


class Folding(NamedTuple):
    """What is taken for the same, and what is left out. Always: width, traditional forms, hidden characters."""

    case_sensitive: bool = False
    styles: bool = True
    skip_spaces: bool = False
    skip_symbols: bool = False
    skip_characters: str = ""
    collapse_repeats: bool = False

    @property
    def style(self) -> Style:
        return Style(self.case_sensitive, self.styles)

    @property
    def skips(self) -> bool:
        return self.skip_spaces or self.skip_symbols or bool(self.skip_characters)

    @property
    def without_skips(self) -> "Folding":
        return self._replace(skip_spaces=False, skip_symbols=False, skip_characters="")


PLAIN = Folding()


class Folded(NamedTuple):
    """Folded text with the way back. `starts` and `ends` are null where every character kept its place.

    They hold, for each character of `text`, the code points of the text as given that it came from. `runs` tells how
    many equal characters each stands for, where repeats were collapsed.
    """

    text: str
    starts: Sequence[int] | Places | None = None
    ends: Sequence[int] | Places | None = None
    runs: Sequence[int] | Places | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code points of the text as given that `text[start:end]` came from."""
        if self.starts is None or self.ends is None:
            return start, end
        return int(self.starts[start]), int(self.ends[end - 1])

    def place_of(self, given: int) -> int:
        """The place in `text` of what stands at a code point of the text as given, or of what next is left of it."""
        return given if self.starts is None else bisect.bisect_left(self.starts, given)


def fold(text: str, how: Folding = PLAIN) -> Folded:
    """The text as it is compared. The gaps of spaced-out Chinese (六 合 彩) are always left out."""
    return _fold(text, how)


@functools.lru_cache(maxsize=_REMEMBERED)
def _fold(text: str, how: Folding) -> Folded:
    given = glance(text).codes
    codes = _table(how).take(given)
    plain = _text(codes)
    gaps = _gaps(plain)
    if not (gaps or _DROPPED in plain or _ACCENT in plain or how.skips or how.collapse_repeats):
        keep(plain, codes.astype(np.int64))
        return Folded(plain)
    stays = codes > ACCENT
    stays[gaps] = False
    if how.skips:
        stays &= ~_skipped(plain, how)
    ends = np.arange(1, len(codes) + 1)
    _join_accents(given, codes, stays, ends)
    starts = np.flatnonzero(stays)
    codes, ends = codes[starts], ends[starts]
    return _collapsed(codes, starts, ends) if how.collapse_repeats else Folded(_text(codes), starts, ends)


@functools.cache
def _table(how: Folding) -> Codes:
    return table(how.style)


def fold_word(word: str, how: Folding = PLAIN) -> str:
    """A lexicon's word as `fold` would leave it in a text."""
    return fold_words((word,), how)[0]


def fold_words(words: Iterable[str], how: Folding = PLAIN) -> list[str]:
    """As `fold_word`, all at once: a hundred thousand words take some 20 ms where nothing is left out."""
    given = list(words)
    codes = table(how.style)[_codes("\n".join(given))]
    folded = _text(codes).split("\n")
    if how.skips or how.collapse_repeats or len(folded) != len(given) or bool((codes <= ACCENT).any()):
        return [fold(word, how).text for word in given]
    return [_closed(word) if " " in word else word for word in folded]


def _closed(word: str) -> str:
    return fold(word).text if _ALONE.search(word) else word


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text(codes: Codes) -> str:
    # In the machine's own order, which decodes fastest; a table never leaves a mark of order at the beginning.
    return str(codes.data, "utf-32")


def _gaps(plain: str) -> list[int]:
    if " " not in plain or not _ALONE.search(plain):
        return []
    runs = (run.span() for run in _SPACED_OUT.finditer(plain))
    return [place for start, end in runs for place in range(start, end) if plain[place] == " "]


def _skipped(plain: str, how: Folding) -> npt.NDArray[np.bool_]:
    def leaves_out(character: str) -> bool:
        return (
            (how.skip_symbols and not character.isalnum())
            or (how.skip_spaces and character.isspace())
            or character in how.skip_characters
        )

    return np.fromiter(map(leaves_out, plain), dtype=np.bool_, count=len(plain))


def _join_accents(given: Places, codes: Codes, stays: npt.NDArray[np.bool_], ends: Places) -> None:
    """An accent written apart joins its letter (e and U+0301 are é); one that no letter takes is left out."""
    letter = previous = -1
    for place in np.flatnonzero(codes == ACCENT).tolist():
        letter = letter if place == previous + 1 and previous >= 0 else place - 1
        previous = place
        if letter < 0 or not stays[letter]:
            continue
        joined = unicodedata.normalize("NFC", chr(codes[letter]) + chr(given[place]))
        codes[letter] = ord(joined[0])
        ends[letter] = place + 1


def _collapsed(codes: Codes, starts: Places, ends: Places) -> Folded:
    first = np.flatnonzero(np.diff(codes, prepend=-1)) if len(codes) else np.arange(0)
    after = np.append(first[1:], len(codes))[: len(first)]
    return Folded(_text(codes[first]), starts[first], ends[after - 1], after - first)
