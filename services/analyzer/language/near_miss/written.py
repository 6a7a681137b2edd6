"""A piece of a text that differs from a right form in one place, and what is asked of it."""

import functools
from dataclasses import dataclass

from services.analyzer.language.near_miss.difference import Difference
from services.analyzer.language.near_miss.forms import Form
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.usage.reading import Reading, read

_AROUND = 4


@dataclass(frozen=True)
class Written:
    """What stands in a text at `start` to `end` where `form` might be meant."""

    form: Form
    found: Difference
    text: str
    start: int
    end: int

    @functools.cached_property
    def window(self) -> str:
        return self.text[self._first : self.end + _AROUND]

    @functools.cached_property
    def at(self) -> int:
        """Where in the window the difference is."""
        return self.found.at - self._first

    @functools.cached_property
    def reading(self) -> Reading:
        return read(self.window)

    @functools.cached_property
    def gain(self) -> float:
        after = self.window[self.at + len(self.found.written) :]
        return read(self.window[: self.at] + self.found.right + after).likelihood - self.reading.likelihood

    @functools.cached_property
    def gain_of_adding(self) -> float:
        """How much likelier it reads with what is right put before what is written."""
        added = self.window[: self.at] + self.found.right + self.window[self.at :]
        return read(added).likelihood - self.reading.likelihood

    @property
    def reaches_back(self) -> bool:
        """Whether what is written makes a word with what stands before it."""
        return self.reading.word_at(self.at)[0] < self.at

    @property
    def is_at_start(self) -> bool:
        return self.found.at == self.start

    @property
    def is_at_edge(self) -> bool:
        return self.is_at_start or self.found.at + len(self.found.written) == self.end

    @property
    def is_in_a_word(self) -> bool:
        """Whether the likeliest reading has what is written, or begins it, in a word of several characters."""
        first, last = self.reading.word_at(self.at)
        return last - first > 1

    @property
    def reaches_out(self) -> bool:
        """Whether what is written at an edge makes a word with what stands beyond it."""
        first, last = self.reading.word_at(self.at)
        length = self.end - self.start
        begins = self.at if self.is_at_start else self.at + len(self.found.written) - length
        return first < begins or last > begins + length

    @property
    def ends_a_word(self) -> bool:
        """Whether the first or last character belongs to what the form holds, and not to what stands beside it."""
        first, last = self.reading.word_at(self.at)
        before, after = first < self.at, self.at + 1 < last
        return (after and not before) if self.is_at_start else (before and not after)

    def miss(self, *, sure: bool = True, likeness: str = "") -> Miss:
        return Miss(self.start, self.end, self.form.text, self.form.kind, self.found, sure, likeness)

    @property
    def _first(self) -> int:
        return max(0, self.start - _AROUND)
