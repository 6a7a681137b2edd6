"""Which ordinary characters are written for which, all at once: what `likeness` tells of two, drawn once."""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.usage.usage import (
    RIGHT_FORMS,
    Codes,
    codes,
    distinct,
    firsts_and_others,
    lines,
)

_BITS, _LOW = 16, 0xFFFF


class Likes(NamedTuple):
    """Those like the character of code point `c` are `others[begins[c] : begins[c + 1]]`, as code points.

    `very`: of each of them, whether it both sounds and looks like it.
    """

    begins: Codes
    others: Codes
    very: npt.NDArray[np.bool_]


@functools.cache
def likes() -> Likes:
    rows = [line.split() for line in lines(RIGHT_FORMS / "likes.txt")]
    groups = [codes(group) for kind, group in rows if kind == "alike"]
    alike = distinct(np.concatenate([(group[:, None] << _BITS | group).ravel() for group in groups]))
    alike = alike[alike >> _BITS != alike & _LOW]
    firsts, others = firsts_and_others([group for kind, group in rows if kind == "very"])
    very = np.zeros(len(alike), dtype=bool)
    very[np.searchsorted(alike, firsts << _BITS | others)] = True
    begins = np.searchsorted(alike, np.arange(0x10001, dtype=np.int64) << _BITS)
    return Likes(begins, alike & _LOW, very)
