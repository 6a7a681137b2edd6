"""What a person wrote beside a matter on a list: verified or not, why, until when it must be mended."""

import hashlib
from datetime import UTC, datetime
from enum import StrEnum

from shared.events import Finding, Moment, Value, Words


class MarkState(StrEnum):
    """In the words of the list."""

    PENDING = "待核实"
    TRUE = "属实"
    FALSE = "不属实"
    MENDED = "已整改"


class Mark(Value):
    """One person's words of one moment. What is null was not spoken of; an empty note or deadline takes it back.

    `matter`: what it is about (`matter_of`, `unverified_matter`); `key`: whose account; `number`: the 告警编号, if any.
    """

    matter: str
    key: str
    number: str | None = None
    at: Moment
    author: str
    state: MarkState | None = None
    note: Words | None = None
    deadline: str | None = None
    """A Beijing calendar date, `2026-12-10`."""


class Marked(Value):
    """What all marks on a matter come to, the newest word on each thing."""

    state: MarkState = MarkState.PENDING
    note: str = ""
    deadline: str = ""

    def after(self, mark: Mark) -> "Marked":
        said = {"state": mark.state, "note": mark.note, "deadline": mark.deadline}
        return self.model_copy(update={name: value for name, value in said.items() if value is not None})


UNMARKED = Marked()


def matter_of(finding: Finding) -> str:
    """A finding whatever its step: what was said of the 14th day still stands on the 90th."""
    return _hash(finding.key, finding.rule, finding.indicator, finding.subject)


def unverified_matter(key: str, proved_at: datetime | None) -> str:
    """A time in which nobody could look at the account: it began when it was looked at last."""
    return _hash(key, "unverified", proved_at.astimezone(UTC).isoformat() if proved_at else "")


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
