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
    """Start and length of each stretch of Chinese that stands there again at once, the shortest first."""
    if len(text) < 2:
        return
    codes, pairs = glance(text).codes, glance(text).pairs
    for start in _places(codes[1:] == codes[:-1]):
        if "一" <= text[start] <= "鿿":
            yield start, 1
    for start in _places(pairs[2:] == pairs[:-2]):
        if _is_again(text, start, 2):
            yield start, 2
    size = len(text) - _WINDOW + 1
    for place in _places(_equal(text, size)):
        start, length = place % size, place // size + _WINDOW
        if _is_again(text, start, length):
            yield start, length


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


def _places(equal: npt.NDArray[np.bool_]) -> Iterator[int]:
    marks = equal.tobytes()
    place = marks.find(1)
    while place >= 0:
        yield place
        place = marks.find(1, place + 1)


def _is_again(text: str, start: int, length: int) -> bool:
    word = text[start : start + length]
    return text.startswith(word, start + length) and len(set(word)) > 1 and _CHINESE.fullmatch(word) is not None
