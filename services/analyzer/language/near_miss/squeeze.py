"""A text without the marks that may stand inside a formula: quotation marks, enumeration commas, brackets, spaces."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from services.analyzer.language.text import later_re as re

_MARKS = "“”‘’\"'「」『』、·《》〈〉【】()[] \u3000"
_MARK = re.compile(f"[{re.escape(_MARKS)}]+")


@dataclass(frozen=True)
class Squeezed:
    """`text` is `given` without the marks."""

    text: str
    given: str

    @functools.cached_property
    def places(self) -> Sequence[int]:
        """Where each of its characters stood."""
        return [place for place, character in enumerate(self.given) if character not in _MARKS]

    def is_parted(self, place: int) -> bool:
        """Whether marks stand before `text[place]`."""
        return 0 < place < len(self.text) and self.places[place - 1] + 1 < self.places[place]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the given text that `text[start:end]` came from."""
        return self.places[start], self.places[end - 1] + 1


def squeeze(text: str) -> Squeezed:
    return Squeezed(_MARK.sub("", text), text)
