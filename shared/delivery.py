"""A delivery: one finding's status on one channel. Looked up before sending, written after it."""

from datetime import datetime
from typing import Literal

from shared.events import Finding, FindingStatus, Moment, Value

State = Literal["pending", "sent", "dead", "muted"]


class Delivery(Value):
    """One row of the delivery ledger; `(fingerprint, status, channel)` is its identity.

    `unit` is whom the message addresses. `dead`: never tried again; `muted`: decided not to be told; `error` says why.
    """

    fingerprint: str
    status: Literal["open", "resolved"]
    channel: str
    """The channel's name in the configuration, not its kind."""
    unit: str
    account_key: str
    finding: Finding
    queued_at: Moment
    next_attempt_at: Moment
    attempts: int = 0
    state: State = "pending"
    sent_at: Moment | None = None
    error: str | None = None

    @classmethod
    def queue(cls, finding: Finding, channel: str, unit: str, now: datetime, due_at: datetime) -> "Delivery":
        """A new delivery of an open or resolved finding, to be tried at `due_at`."""
        return cls(
            fingerprint=finding.fingerprint,
            status="resolved" if finding.status is FindingStatus.RESOLVED else "open",
            channel=channel,
            unit=unit,
            account_key=finding.key,
            finding=finding,
            queued_at=now,
            next_attempt_at=due_at,
        )
