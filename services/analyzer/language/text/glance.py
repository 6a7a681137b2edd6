"""What is asked of one text again and again, found once: its characters and their pairs as numbers."""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_REMEMBERED = 8
"""Every rule looks at the same text; a few more for title and parts."""

_MIXED, _ALL = 0x9E3779B1, 0xFFFFFFFF
"""The golden ratio spreads neighbouring code points over all bits."""

NUMBER_BITS = 32

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Glance:
    """`codes`: the code points of `text`, n of them. `pairs`: n - 1 numbers, each of two neighbours, well mixed."""

    text: str
    codes: Numbers

    @functools.cached_property
    def pairs(self) -> Numbers:
        return pair_numbers(self.codes[:-1], self.codes[1:])


@functools.lru_cache(maxsize=_REMEMBERED)
def glance(text: str) -> Glance:
    return Glance(text, code_points(text))


def code_points(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def pair_numbers(firsts: Numbers, seconds: Numbers) -> Numbers:
    """Numbers of `NUMBER_BITS` bits; those of two different pairs are hardly ever the same, nor their upper bits."""
    return ((firsts << 16) + seconds) * _MIXED & _ALL
