"""One message as it goes out."""

import hashlib

from shared.events import Moment, Severity, Value


class Message(Value):
    """One message to one unit, already worded. Text is hostile (it quotes pages): channels escape it for their format.

    `title` is one line; `lines` are plain-text Chinese sentences in order of importance, the facts first;
    `numbers` are the 告警编号 of the findings inside; `at` is when the newest of them was established.
    """

    unit: str
    title: str
    lines: tuple[str, ...]
    severity: Severity
    at: Moment
    numbers: tuple[str, ...] = ()
    resolved: bool = False

    @property
    def id(self) -> str:
        """Same content, same id: a repeat after a crash can be told from news."""
        return hashlib.sha256(self.model_dump_json().encode("utf-8", "replace")).hexdigest()[:32]

    @property
    def text(self) -> str:
        return "\n".join((self.title, *self.lines))
