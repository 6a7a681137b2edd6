"""Whether a text may hold a number at all: most hold none, and a look-up of its characters tells."""

import functools

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.glance import glance

_CODES = 1 << 16
_DIGIT, _GAP = 1, 2
_FIVE_DIGITS, _THREE_AND_GAP = bytes([_DIGIT] * 5), bytes([_DIGIT] * 3 + [_GAP])


def may_hold_number(text: str) -> bool:
    """Five digits, or three before a blank or a dash; the text is folded."""
    signs = _table().take(glance(text).codes, mode="clip").tobytes()
    return _FIVE_DIGITS in signs or _THREE_AND_GAP in signs


@functools.cache
def _table() -> npt.NDArray[np.uint8]:
    table = np.zeros(_CODES, dtype=np.uint8)
    table[ord("0") : ord("9") + 1] = _DIGIT
    table[[ord(" "), ord("-")]] = _GAP
    return table
