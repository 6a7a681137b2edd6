"""What is asked of one text again and again, found once: its characters and their pairs as numbers."""

import functools

import numpy as np
import numpy.typing as npt

_REMEMBERED = 8
"""Every rule looks at the same text; a few more for title and parts."""

_SPREAD = 0x9E3779B1
"""The golden ratio, odd: the lower bits of its multiples are as many as those of the code points, in another order."""

Numbers = npt.NDArray[np.int64]


class Glance:
    """`codes`: the code points of a text, n of them. Not to be written to."""

    __slots__ = ("_pairs", "codes")

    def __init__(self, text: str) -> None:
        self.codes = code_points(text)
        self._pairs: Numbers | None = None

    @property
    def pairs(self) -> Numbers:
        """n - 1 numbers, each of two neighbours."""
        if self._pairs is None:
            self._pairs = pair_numbers(self.codes[:-1], self.codes[1:])
        return self._pairs


@functools.lru_cache(maxsize=_REMEMBERED)
def glance(text: str) -> Glance:
    return Glance(text)


def code_points(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def pair_numbers(firsts: Numbers, seconds: Numbers) -> Numbers:
    """A number for each pair, no two pairs the same; the lower bits are well mixed, so that they do for a table."""
    return firsts * _SPREAD + seconds
