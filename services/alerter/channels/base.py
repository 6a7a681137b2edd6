"""What a channel is: it delivers one message or raises."""

import hashlib
from datetime import datetime

from shared.events import Moment, Severity, Value
from shared.plugins import Plugin


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


class Channel(Plugin):
    """One file per channel. Rates are what the other side allows; the engine keeps to them. Secrets are SecretStr."""

    rate_per_minute: int | None = None
    rate_per_second: int | None = None

    def send(self, message: Message, now: datetime) -> None:
        """Returns only when the other side said it has the message (a robot's HTTP 200 with errcode != 0 has not).

        Raises TransientError to be tried again later, PermanentError never. Must not retry by itself, must end within
        seconds, and must never put a secret (a robot's URL is one) into an error or a log line.
        """
        raise NotImplementedError
