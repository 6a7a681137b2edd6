"""What a channel is: it delivers one message or raises."""

from datetime import datetime

from services.alerter.message import Message
from shared.plugins import Plugin


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
