"""One finding's status on one channel: the rows of the delivery ledger. And what is wrong with a channel."""

from enum import StrEnum

from shared.events import Finding, FindingStatus, Moment, Value

NO_CHANNEL = ""
"""The channel of what no route matches."""


class DeliveryState(StrEnum):
    """`pending` waits for `next_attempt_at`; `sent` was acknowledged by the other side; `dead` cannot be sent as it is;
    `unrouted` waits for a route; `muted` needed no telling (superseded, resolved before it was told)."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    UNROUTED = "unrouted"
    MUTED = "muted"


class Delivery(Value):
    """What is to be told, to whom, and how far that has come. Identity: (fingerprint, status, channel, finding.at).

    `message_id` of one that is not `sent`: the other side may have that message, though it never said so.
    `destination` tells a unit's own mailbox or robot from others, without naming it.
    `error` is why it was not told yet, or need not be; `answer` what the other side said when it took the message;
    `held_by` the number of the silence for whose end it waits; `trace` the `traceparent` of the visit that caused it.
    """

    fingerprint: str
    status: FindingStatus
    channel: str
    unit: str
    account_key: str
    finding: Finding
    queued_at: Moment
    next_attempt_at: Moment
    attempts: int = 0
    state: DeliveryState = DeliveryState.PENDING
    sent_at: Moment | None = None
    message_id: str | None = None
    answer: str | None = None
    held_by: int | None = None
    destination: str | None = None
    error: str | None = None
    trace: str | None = None


class Trouble(Value):
    """A channel that does not take messages: nothing is sent by it before `retry_at`.

    `failures` in a row; `off_since`: it is switched off, the operators know, and one message is tried now and then.
    `digest` tells whether its settings changed since, and nothing else about them.
    """

    name: str
    failures: int
    error: str
    retry_at: Moment
    off_since: Moment | None = None
    digest: str


class Notice(Value):
    """Something the operators should know about the watch itself. Identity: (kind, subject)."""

    kind: str
    subject: str
    text: str
    since: Moment
