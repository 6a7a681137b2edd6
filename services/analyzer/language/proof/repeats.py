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

    Of more than one character only what stands there twice and no third time, and is no run of one character.
    So many characters, one after the other, are then the same as those so many places further on; up to four of them
    are asked for at once.
    """
    size = len(text)
    one = _same(text)
    two = one[:-1] & one[1:]
    four = two[:-2] & two[2:]
    for marks, shortest, longest in ((one, 1, 1), (two, 2, 3), (four, 4, _LONGEST)):
        yield from _marked(text, marks[(shortest - 1) * size : longest * size].tobytes(), shortest)


def _marked(text: str, marks: bytes, shortest: int) -> Iterator[tuple[int, int]]:
    """`marks`: a row of the text's size for each length from `shortest` on, with 1 where a stretch may begin."""
    size = len(text)
    place = marks.find(1)
    while place >= 0:
        start, length, passed_over = place % size, shortest + place // size, 0
        if length == 1:
            if "一" <= text[start] <= "鿿":
                yield start, length
        elif text.startswith(text[start : start + length], start + length):
            passed_over = _on_and_on(text, start, length)
            if _is_twice(text, start, length):
                yield start, length
        place = marks.find(1, place + 1 + passed_over)


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


def _is_twice(text: str, start: int, length: int) -> bool:
    word = text[start : start + length]
    if text.startswith(word, start + 2 * length) or len(set(word)) == 1:
        return False
    return _CHINESE.fullmatch(word) is not None


def _on_and_on(text: str, start: int, length: int) -> int:
    """How many places further on each begins what stands there three times and more, too."""
    end = start + length
    while end < len(text) and text[end] == text[end - length]:
        end += 1
    return max(0, end - 3 * length - start)
