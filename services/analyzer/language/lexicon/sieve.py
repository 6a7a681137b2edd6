"""Many texts at once: which of them may hold a word of a list."""

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence

from ahocorasick_rs import AhoCorasick

from services.analyzer.language.text.folding import Folding, fold

_TOGETHER = 300_000
"""Code points that are folded and searched at one time; more is no faster, and takes memory."""

_BETWEEN = "\n"


class Sieve:
    """`keys` as folded by `folding`, which must leave nothing out. Thread-safe."""

    def __init__(self, keys: Sequence[str], folding: Folding) -> None:
        self._automaton = AhoCorasick(keys)
        self._folding = folding

    def which_of(self, texts: Iterable[str]) -> Iterator[int]:
        """The numbers of the texts that hold a key, in order; what a text beside it adds may name it in vain."""
        for first, together in _parcels(texts):
            yield from (first + number for number in self._within(together))

    def _within(self, texts: Sequence[str]) -> list[int]:
        folded = fold(_BETWEEN.join(texts), self._folding)
        found = self._automaton.find_matches_as_indexes(folded.text, overlapping=True)
        if not found:
            return []
        begins = list(itertools.accumulate((len(text) + len(_BETWEEN) for text in texts), initial=0))
        places = {folded.span(start, end)[0] for _, start, end in found}
        return sorted({bisect.bisect_right(begins, place) - 1 for place in places})


def _parcels(texts: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Some texts at a time, with the number of their first."""
    first, parcel, length = 0, list[str](), 0
    for text in texts:
        parcel.append(text)
        length += len(text)
        if length >= _TOGETHER:
            yield first, parcel
            first, parcel, length = first + len(parcel), [], 0
    if parcel:
        yield first, parcel
