"""A text without the marks that may stand inside a formula: quotation marks, enumeration commas, brackets, spaces."""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.analyzer.language.text.glance import Numbers, glance

_MARKS = "“”‘’\"'「」『』、·《》〈〉【】()[] \u3000"


@dataclass(frozen=True)
class Squeezed:
    """`text` is `given` without the marks; `places` tells where each of its characters stood."""

    text: str
    given: str
    places: Numbers

    def is_parted(self, place: int) -> bool:
        """Whether marks stand before `text[place]`."""
        return 0 < place < len(self.text) and bool(self.places[place - 1] + 1 < self.places[place])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the given text that `text[start:end]` came from."""
        return int(self.places[start]), int(self.places[end - 1]) + 1


def squeeze(text: str) -> Squeezed:
    codes = glance(text).codes
    places = _kept().take(codes, mode="clip").nonzero()[0]
    if len(places) == len(codes):
        return Squeezed(text, text, places)
    return Squeezed(codes.take(places).astype(np.uint32).tobytes().decode("utf-32-le", "surrogatepass"), text, places)


@functools.cache
def _kept() -> npt.NDArray[np.bool_]:
    kept = np.ones(0x10000, dtype=bool)
    kept[[ord(mark) for mark in _MARKS]] = False
    return kept
