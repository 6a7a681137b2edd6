"""Stretches of Chinese that stand in a text twice in a row."""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.glance import glance

_LONGEST = 12
_CHINESE = re.compile(r"[一-鿿]+")

_Marks = npt.NDArray[np.bool_]


def repeats(text: str) -> Iterator[tuple[int, int]]:
    """Start and length of each stretch of Chinese that stands there again at once, the shortest first.

    So many characters, one after the other, are then the same as those so many places further on; up to four of them
    are asked for at once.
    """
    size = len(text)
    one = _same(text)
    two = one[:-1] & one[1:]
    four = two[:-2] & two[2:]
    for marks, shortest, longest in ((one, 1, 1), (two, 2, 3), (four, 4, _LONGEST)):
        for place in _places(marks[(shortest - 1) * size : longest * size].tobytes()):
            start, length = place % size, shortest + place // size
            if text[start] >= "一" and _is_again(text, start, length):
                yield start, length


def _same(text: str) -> _Marks:
    """A row of the text's size for each distance from 1 to `_LONGEST`, one after the other: is the character there?"""
    size = len(text)
    codes = np.zeros(size + _LONGEST, np.uint16)
    codes[:size] = glance(text).codes
    further: np.ndarray[tuple[int, int], np.dtype[np.uint16]] = np.ndarray(
        (_LONGEST, size), np.uint16, codes.data, codes.itemsize, (codes.itemsize, codes.itemsize)
    )
    same: _Marks = (further == codes[:size]).ravel()
    return same


def _places(marks: bytes) -> Iterator[int]:
    place = marks.find(1)
    while place >= 0:
        yield place
        place = marks.find(1, place + 1)


def _is_again(text: str, start: int, length: int) -> bool:
    word = text[start : start + length]
    if length > 1 and (not text.startswith(word, start + length) or len(set(word)) == 1):
        return False
    return _CHINESE.fullmatch(word) is not None
