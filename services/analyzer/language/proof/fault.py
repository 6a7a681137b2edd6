"""What a proof-reader marks in a text."""

from typing import NamedTuple

from shared.events import Severity

_SHORT = 80


class Fault(NamedTuple):
    """A place of the text as given, in code points.

    `severity`: REMINDER is wrong whoever reads it, HINT is worth a second reading, INFO is a matter of style.
    `suggestion` replaces the span exactly (empty: delete it); null where only the writer knows what was meant.
    `reason`: what was computed or compared, a Chinese clause without a full stop.
    """

    start: int
    end: int
    kind: str
    reason: str
    severity: Severity = Severity.REMINDER
    suggestion: str | None = None

    @property
    def accuses(self) -> bool:
        return self.severity.accuses


def graded(*, certain: bool) -> Severity:
    """A reminder where certain, a hint where not."""
    return Severity.REMINDER if certain else Severity.HINT


def is_short(text: str) -> bool:
    """A title or a sentence: marks are as they were written. Of a page a link or a picture may have been lost."""
    return len(text) <= _SHORT and "\n" not in text.strip()
