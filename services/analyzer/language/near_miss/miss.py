"""What the matchers of this folder say: a place that is a right form written almost right."""

from dataclasses import dataclass, replace

from services.analyzer.language.near_miss.difference import Difference
from services.analyzer.language.near_miss.forms import Kind


@dataclass(frozen=True)
class Miss:
    """`start` and `end` of the written piece in the text that was matched; `sure` enough to accuse, or only a hint."""

    start: int
    end: int
    form: str
    kind: Kind
    difference: Difference
    sure: bool
    likeness: str = ""
    """How the two characters are alike, for people; empty where that does not matter."""

    def moved(self, by: int) -> "Miss":
        """The same miss in a text that begins earlier."""
        difference = replace(self.difference, at=self.difference.at + by)
        return replace(self, start=self.start + by, end=self.end + by, difference=difference)
