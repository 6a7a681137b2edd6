"""What is asked of one text again and again, found once: its characters and their pairs as numbers."""

import numpy as np
import numpy.typing as npt

_REMEMBERED = 12
"""Every rule looks at the same text; a few more for title and parts."""

_SPREAD = 0x9E3779B1
"""The golden ratio, odd: the lower bits of its multiples are as many as those of the code points, in another order."""

_MARK = 4
"""Bytes before the code points that tell their order, which is the machine's own: naming an order is slower."""

Numbers = npt.NDArray[np.int64]


class Glance:
    """`codes`: the code points of a text, n of them. Not to be written to."""

    __slots__ = ("_pairs", "codes")

    def __init__(self, codes: Numbers) -> None:
        self.codes = codes
        self._pairs: Numbers | None = None

    @property
    def pairs(self) -> Numbers:
        """n - 1 numbers, each of two neighbours."""
        if self._pairs is None:
            self._pairs = pair_numbers(self.codes[:-1], self.codes[1:])
        return self._pairs


_kept: dict[str, Glance] = {}
"""The last texts. Single operations of a dictionary are safe where several threads read texts."""


def glance(text: str) -> Glance:
    kept = _kept.get(text)
    return keep(text, code_points(text)) if kept is None else kept


def keep(text: str, codes: Numbers) -> Glance:
    """The glance at a text whose code points are known already, for all that ask for it later."""
    _kept[text] = made = Glance(codes)
    if len(_kept) > _REMEMBERED:
        oldest, *_ = _kept
        _kept.pop(oldest, None)
    return made


def code_points(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32", "surrogatepass"), dtype=np.uint32, offset=_MARK).astype(np.int64)


def pair_numbers(firsts: Numbers, seconds: Numbers) -> Numbers:
    """A number for each pair, no two pairs the same; the lower bits are well mixed, so that they do for a table."""
    return firsts * _SPREAD + seconds
