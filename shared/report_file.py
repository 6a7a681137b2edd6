"""A report that is to be sent, and its way to one recipient."""

from dataclasses import dataclass

from shared.delivery import DeliveryState
from shared.events import Moment, Value

READERS_KEYS = ("mail_to", "by", "channels", "office")
"""Of a report's settings those that say who gets it: the alerter's; the rest is the report's own."""


class ReportFile(Value):
    """A report as a message carries it. `lines`: Chinese sentences that stand without the file; `place`: where it lies.

    `body` is empty when it is too large to be sent.
    """

    report: str
    period: str
    title: str
    lines: tuple[str, ...]
    file_name: str
    media_type: str
    place: str
    written_at: Moment
    body: bytes


class ReportDelivery(Value):
    """Identity: (report, period, channel, recipient). `recipient` is a mailbox, or empty: the channel's own."""

    report: str
    period: str
    channel: str
    recipient: str
    title: str
    queued_at: Moment
    next_attempt_at: Moment
    attempts: int = 0
    state: DeliveryState = DeliveryState.PENDING
    sent_at: Moment | None = None
    message_id: str | None = None
    answer: str | None = None
    error: str | None = None

    @property
    def to(self) -> str:
        """Whom it goes to, as an operator knows it."""
        return self.recipient or f"渠道 {self.channel}"


@dataclass(frozen=True)
class Attachment:
    """A file beside a message."""

    name: str
    media_type: str
    body: bytes
