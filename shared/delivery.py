"""One finding's status on one channel: the rows of the delivery ledger."""

from typing import Literal

from shared.events import Finding, FindingStatus, Moment, Value


class Delivery(Value):
    """What is to be told, to whom, and how far that has come. Identity: (fingerprint, status, channel, finding.at).

    `state`: `pending` waits for `next_attempt_at`; `sent` was acknowledged by the other side; `dead` was refused for
    good; `muted` needed no telling (superseded, resolved before it was told, inhibited), `error` says why.
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
    state: Literal["pending", "sent", "dead", "muted"] = "pending"
    sent_at: Moment | None = None
    message_id: str | None = None
    error: str | None = None
