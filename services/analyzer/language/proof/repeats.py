"""Stretches of Chinese that stand in a text twice in a row."""

import re
from collections.abc import Iterator

import numpy as np

_LONGEST = 12
_PADDING = "\0" * (_LONGEST + 2)
_ODD = np.uint16(31)
_CHINESE = re.compile(r"[一-鿿]+")


def repeats(text: str) -> Iterator[tuple[int, int]]:
    """Start and length of each stretch of Chinese that stands there again at once."""
    size = len(text)
    equal = _equal(text)
    place = equal.find(1)
    while place >= 0:
        length, start = place // size + 1, place % size
        word = text[start : start + length]
        if text.startswith(word, start + length) and _may_be(word):
            yield start, length
        place = equal.find(1, place + 1)


def _may_be(word: str) -> bool:
    if len(word) == 1:
        return "一" <= word <= "鿿"
    return len(set(word)) > 1 and _CHINESE.fullmatch(word) is not None


def _equal(text: str) -> bytes:
    """For each distance from 1 to `_LONGEST` a row of the text's size that has 1 where it may start to repeat itself.

    At a distance of one a character is compared, otherwise two at once, mixed to 16 bits: seldom the same by chance;
    from a distance of three on the next two as well.
    """
    size = len(text)
    encoded = (text + _PADDING).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(encoded, np.uint32).astype(np.uint16)
    pairs = codes[:-1] * _ODD ^ codes[1:]
    shifted: np.ndarray[tuple[int, int], np.dtype[np.uint16]] = np.ndarray(
        (_LONGEST - 1, size), np.uint16, pairs.data, 2 * pairs.itemsize, (pairs.itemsize, pairs.itemsize)
    )
    single: bytes = (codes[1 : size + 1] == codes[:size]).tobytes()
    equal = shifted == pairs[:size]
    equal[1:, :-1] &= equal[1:, 1:]
    several: bytes = equal.tobytes()
    return single + several
