"""What is asked of one text again and again, found once: its characters and their pairs as numbers."""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_REMEMBERED = 8
"""Every rule looks at the same text; a few more for title and parts."""

_SPREAD = 0x9E3779B1
"""The golden ratio, odd: the lower bits of its multiples are as many as those of the code points, in another order."""

Numbers = npt.NDArray[np.int64]


class Glance(NamedTuple):
    """`codes`: the code points of a text, n of them. `pairs`: n - 1 numbers, each of two neighbours."""

    codes: Numbers
    pairs: Numbers


@functools.lru_cache(maxsize=_REMEMBERED)
def glance(text: str) -> Glance:
    codes = code_points(text)
    return Glance(codes, pair_numbers(codes[:-1], codes[1:]))


def code_points(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def pair_numbers(firsts: Numbers, seconds: Numbers) -> Numbers:
    """A number for each pair, no two pairs the same; the lower bits are well mixed, so that they do for a table."""
    return firsts * _SPREAD + seconds
