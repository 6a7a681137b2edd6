"""What a channel is: it delivers one message or raises."""

from datetime import datetime

from services.alerter.message import Message
from shared.errors import TransientError
from shared.plugins import Plugin
from shared.report_file import Attachment

REFUSED = "；被拒："
"""Stands in an answer before those of several recipients who did not get the message."""


class RecipientBusyError(TransientError):
    """The server works; this recipient is to be tried later (greylisted, mailbox full)."""


class Channel(Plugin):
    """One file per channel. Rates are what the other side allows; the engine keeps to them. Secrets are SecretStr."""

    rate_per_minute: int | None = None
    rate_per_second: int | None = None

    @property
    def shows_pictures(self) -> bool:
        """`send_file` shows a JPEG of at most 300 kB; where it does not, the words name the evidence."""
        return False

    @property
    def has_recipient(self) -> bool:
        """False: it can only carry what has an address of its own."""
        return True

    def addressed_to(self, recipients: tuple[str, ...]) -> "Channel | None":
        """The same server with other recipients; null for a channel that knows no recipients."""
        return None

    def send(self, message: Message, now: datetime) -> str:
        """Returns only when the other side said it has the message (a robot's HTTP 200 with errcode != 0 has not): what
        it said, on one line without secrets, kept for the day on which somebody says he was never told.

        Raises TransientError to be tried again later; ChannelError when no message would pass (secret, address, login,
        TLS), for a person to mend; PermanentError when only this message cannot be. In doubt it is a ChannelError: that
        loses nothing. Must not retry by itself, must end within half a minute, and must never put a secret (a robot's
        URL is one) into an error or a log line; what it raises is read by officials.
        """
        raise NotImplementedError

    def send_file(self, message: Message, file: Attachment, now: datetime) -> str:
        """As `send`, with a file beside it. A channel that carries none sends the words, which tell where it lies."""
        return self.send(message, now)
