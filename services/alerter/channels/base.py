"""What a channel is: it delivers one message or raises."""

from datetime import datetime

from shared.events import Severity, Value
from shared.plugins import Plugin


class Message(Value):
    """One message to one unit, already worded. Text is hostile (it quotes pages): channels escape it for their format.

    `title` is one line; `lines` are plain-text Chinese sentences in order of importance, the facts first;
    `numbers` are the 告警编号 of the findings inside.
    """

    unit: str
    title: str
    lines: tuple[str, ...]
    severity: Severity
    numbers: tuple[str, ...] = ()
    resolved: bool = False


class Channel(Plugin):
    """One file per channel. `rate_per_minute` is what the other side allows; the engine keeps to it."""

    rate_per_minute: int | None = None

    def send(self, message: Message, now: datetime) -> None:
        """Returns only when the other side said it has the message (a robot's HTTP 200 with errcode != 0 has not).

        Raises TransientError to be tried again later, PermanentError never. Must not retry by itself.
        """
        raise NotImplementedError
