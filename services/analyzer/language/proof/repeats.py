"""Stretches of Chinese that stand in a text twice in a row."""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.glance import glance

_LONGEST = 12
_WINDOW = 3
_ODD = np.uint16(31)
_CHINESE = re.compile(r"[一-鿿]+")

_Small = npt.NDArray[np.uint16]


def repeats(text: str) -> Iterator[tuple[int, int]]:
    """Start and length of each stretch of Chinese that stands there again at once, the shortest first.

    Of more than one character only what stands there twice and no third time, and is no run of one character.
    """
    if len(text) < 2:
        return
    codes, pairs = glance(text).codes, glance(text).pairs
    for start in _places((codes[1:] == codes[:-1]).tobytes()):
        if "一" <= text[start] <= "鿿":
            yield start, 1
    yield from _several(text, (pairs[2:] == pairs[:-2]).tobytes(), len(text), 2)
    yield from _several(text, _equal(text, len(text) - _WINDOW + 1).tobytes(), len(text) - _WINDOW + 1, _WINDOW)


def _several(text: str, marks: bytes, row: int, shortest: int) -> Iterator[tuple[int, int]]:
    """`marks`: rows of that length, one for each distance from `shortest` on, with 1 where one may begin."""
    place = marks.find(1)
    while place >= 0:
        start, length = place % row, place // row + shortest
        if _is_again(text, start, length):
            yield start, length
        place = marks.find(1, place + 1 + _on_and_on(text, start, length))


def _equal(text: str, size: int) -> npt.NDArray[np.bool_]:
    """For each distance from `_WINDOW` to `_LONGEST` a row: where do `_WINDOW` characters stand again that far on?"""
    windows = _windows(text)
    further: np.ndarray[tuple[int, int], np.dtype[np.uint16]] = np.ndarray(
        (_LONGEST - _WINDOW + 1, max(0, size)),
        np.uint16,
        windows.data,
        _WINDOW * windows.itemsize,
        (windows.itemsize, windows.itemsize),
    )
    equal: npt.NDArray[np.bool_] = further == windows[: max(0, size)]
    return equal


def _windows(text: str) -> _Small:
    """Three characters at each place, mixed to 16 bits (seldom the same by chance), and room to look further on."""
    pairs = np.zeros(len(text) + _LONGEST, np.uint16)
    pairs[: len(text) - 1] = glance(text).pairs >> 16
    return pairs[:-1] * _ODD + pairs[1:]


def _places(marks: bytes) -> Iterator[int]:
    place = marks.find(1)
    while place >= 0:
        yield place
        place = marks.find(1, place + 1)


def _is_again(text: str, start: int, length: int) -> bool:
    word, end = text[start : start + length], start + 2 * length
    if not text.startswith(word, start + length) or text.startswith(word, end):
        return False
    return len(set(word)) > 1 and _CHINESE.fullmatch(word) is not None


def _on_and_on(text: str, start: int, length: int) -> int:
    """How many places further on each begins what stands there three times and more, too."""
    end = start + length
    while end < len(text) and text[end] == text[end - length]:
        end += 1
    return max(0, end - 3 * length - start)
