"""A kind of fault, the signs and phrases it is known by, and which kinds a text has anything for.

Nearly every text has nothing for nearly every kind. One look-up of its characters in a table, and one search for the
phrases of all kinds together, tell which kinds need be asked and where they have to look.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.text.glance import glance
from services.analyzer.language.text.phrases import Occurrence, Phrases

_CODES = 1 << 16
"""Of all code points; what is above them is no sign of any kind."""


Places = Sequence[int]
"""Of the signs of a kind in a text, in order."""

Occurrences = Sequence[Occurrence]
"""Of the phrases of a kind in a text, in order; `number` is that of the kind's own phrases."""


class Kind(NamedTuple):
    """Asked only where a text has one of `signs` (characters) or `phrases`; one that has neither is always asked."""

    find: Callable[[str, Places, Occurrences], Iterator[Fault]]
    signs: str = ""
    phrases: Sequence[str] = ()


class Kinds:
    """At most 16. Built once; thread-safe."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self._always = [number for number, kind in enumerate(kinds) if not kind.signs and not kind.phrases]
        self._owners = [(number, own) for number, kind in enumerate(kinds) for own in range(len(kind.phrases))]
        self._phrases = Phrases([phrase for kind in kinds for phrase in kind.phrases])
        self._table = np.zeros(_CODES, dtype=np.uint16)
        for number, kind in enumerate(kinds):
            self._table[[ord(sign) for sign in kind.signs]] |= 1 << number
        self._interested = {
            bits: [number for number in range(len(kinds)) if bits >> number & 1]
            for bits in np.bincount(self._table).nonzero()[0].tolist()
        }

    def ask(self, text: str) -> list[Fault]:
        """What the kinds find, one after the other in the order given."""
        places, phrases = self._places(text), self._occurrences(text)
        found: list[Fault] = []
        for number in sorted({*self._always, *places, *phrases}):
            found += self._kinds[number].find(text, places.get(number, ()), phrases.get(number, ()))
        return found

    def _places(self, text: str) -> dict[int, list[int]]:
        bits = self._table.take(glance(text).codes, mode="clip")
        places, found = bits.nonzero()[0], defaultdict(list)
        for place, its_bits in zip(places.tolist(), bits[places].tolist(), strict=True):
            for number in self._interested[its_bits]:
                found[number].append(place)
        return found

    def _occurrences(self, text: str) -> dict[int, list[Occurrence]]:
        found = defaultdict(list)
        for index, start, end in self._phrases.find(text):
            number, own = self._owners[index]
            found[number].append(Occurrence(own, start, end))
        return found
