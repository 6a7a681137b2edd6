"""What a run left behind, as plain values: the checker is given these and asks nobody."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from demo.cluster.history import Operation


@dataclass(frozen=True)
class Observation:
    """A post or a probe. `digest` tells a post's versions apart; of a probe it is empty. `at`: when it was observed."""

    kind: str
    key: str
    fingerprint: str
    at: datetime
    digest: str = ""
    post_id: str = ""


@dataclass(frozen=True)
class Claim:
    """From `since` on it is true that `rule` may object to account `key`; of a post: to that post, and it must.

    `is_due`: it is true to the end and grave enough, so that somebody must have been told.
    """

    key: str
    rule: str
    since: datetime
    post_id: str | None = None
    is_due: bool = False


@dataclass(frozen=True)
class Found:
    """A finding's row: an interval in which it held. `accuses`: it asks the unit to act, so the unit is told."""

    number: str
    key: str
    rule: str
    subject: str
    opened_at: datetime
    closed_at: datetime | None = None
    accuses: bool = True


@dataclass(frozen=True)
class Waiting:
    """A row of the delivery ledger that is neither sent nor, for a reason that is written down, not to be sent."""

    number: str
    channel: str
    state: str
    error: str


@dataclass(frozen=True)
class Told:
    """One finding in a message, as the receiver got it; `accepted`: it took the message, whatever became of its yes."""

    channel: str
    number: str
    status: str
    received_at: datetime
    accepted: bool = True


@dataclass(frozen=True)
class Facts:
    """`shown`: by account the posts that anybody could see at the end. `channels`: every one that all must reach.

    `held`: on the bus, read from its beginning by a reader of its own. `published`: what the collectors wrote down as
    acknowledged. `logs`: name and text, piece by piece.
    """

    held: Sequence[Observation] = ()
    published: Collection[tuple[str, str, str]] = ()
    stored: Sequence[Observation] = ()
    shown: Mapping[str, Collection[str]] = field(default_factory=dict)
    dead_letters: Mapping[str, int] = field(default_factory=dict)
    claims: Sequence[Claim] = ()
    findings: Sequence[Found] = ()
    waiting: Sequence[Waiting] = ()
    told: Sequence[Told] = ()
    channels: Sequence[str] = ()
    lags: Mapping[str, int] = field(default_factory=dict)
    logs: Iterable[tuple[str, str]] = ()
    secrets: Collection[str] = ()
    history: Sequence[Operation] = ()
