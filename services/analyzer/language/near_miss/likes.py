"""Which ordinary characters are written for which, all at once: what `likeness` tells of two, drawn once."""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.analyzer.language.near_miss.usage import RIGHT_FORMS, Codes, codes, lines

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
    alike = np.unique(np.concatenate([_beside(group, group).ravel() for group in groups]))
    alike = alike[alike >> _BITS != alike & _LOW]
    very = [_beside(codes(group[0]), codes(group[1:])).ravel() for kind, group in rows if kind == "very"]
    begins = np.searchsorted(alike, np.arange(0x10001, dtype=np.int64) << _BITS)
    return Likes(begins, alike & _LOW, np.isin(alike, np.concatenate(very)))


def _beside(ones: Codes, others: Codes) -> Codes:
    return ones[:, None] << _BITS | others
