"""Reasons to stay quiet, each a pure function of the same shape, and how deliveries make one message."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.alerter.channels.base import Channel
from shared.delivery import Delivery
from shared.events import Finding, Moment, Severity, Value

WHOLE_PLATFORM = "*"
"""`account_id` of a finding about a platform as a whole."""

LOOK_AGAIN = timedelta(hours=1)
MOST_ATTEMPTS = 12
_DAY_SECONDS = 86_400
_BACKOFF_SECONDS = (60, 300, 900, 3600, 10_800, 21_600, 43_200, _DAY_SECONDS)


class Silence(Value):
    """Somebody asked for quiet until `ends_at`: all conditions given must match."""

    starts_at: Moment
    ends_at: Moment
    author: str
    comment: str
    unit: str | None = None
    account_key: str | None = None
    rule: str | None = None
    number: str | None = None

    def covers(self, delivery: Delivery, now: datetime) -> bool:
        finding = delivery.finding
        wanted = (self.unit, self.account_key, self.rule, self.number)
        given = (delivery.unit, delivery.account_key, finding.rule, finding.number)
        same = all(want in (None, have) for want, have in zip(wanted, given, strict=True))
        return same and self.starts_at <= now < self.ends_at


@dataclass(frozen=True)
class Stop:
    """Why a delivery is not told now. `until` null: never; else it is decided anew then."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True)
class View:
    """What the stages may know: findings that hold now, which open deliveries were sent, who asked for silence."""

    open: frozenset[str] = frozenset()
    blocked_platforms: frozenset[str] = frozenset()
    told: frozenset[tuple[str, str]] = frozenset()
    silences: tuple[Silence, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding], told: Iterable[Delivery], silences: Iterable[Silence]) -> "View":
        held = tuple(findings)
        return cls(
            open=frozenset(finding.fingerprint for finding in held),
            blocked_platforms=frozenset(finding.platform for finding in held if finding.account_id == WHOLE_PLATFORM),
            told=frozenset((delivery.fingerprint, delivery.channel) for delivery in told),
            silences=tuple(silences),
        )


Stage = Callable[[Delivery, View, datetime], Stop | None]


def no_longer_true(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """Resolved or superseded since it was queued. A finding dated after `now` (clocks differ) gets the benefit."""
    gone = delivery.fingerprint not in view.open and delivery.finding.at <= now
    return Stop("resolved or superseded meanwhile") if delivery.status == "open" and gone else None


def never_told(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """Nobody is told that a worry is over which this channel never heard of, or which is back."""
    if delivery.status != "resolved":
        return None
    if (delivery.fingerprint, delivery.channel) not in view.told:
        return Stop("its opening was never told here")
    return Stop("open again meanwhile") if delivery.fingerprint in view.open else None


def inhibited(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """A platform that shuts us out says it once, not once per account."""
    finding = delivery.finding
    about_account = finding.severity is Severity.UNVERIFIED and finding.account_id != WHOLE_PLATFORM
    if delivery.status == "open" and about_account and finding.platform in view.blocked_platforms:
        return Stop("the whole platform is blocked", until=now + LOOK_AGAIN)
    return None


def silenced(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """A silence delays; what still holds when it ends is told then."""
    ends = [silence.ends_at for silence in view.silences if silence.covers(delivery, now)]
    return Stop("silenced", until=max(ends)) if ends else None


STAGES: tuple[Stage, ...] = (no_longer_true, never_told, inhibited, silenced)


def stop(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """The first reason not to tell this delivery now; null: tell it."""
    return next((found for stage in STAGES if (found := stage(delivery, view, now))), None)


@dataclass(frozen=True, order=True)
class Group:
    """What makes one message. `fresh_at` keeps a batch that was never answered apart: sent again after a crash it is
    the very same message. What failed before is merged, whenever that was."""

    channel: str
    unit: str
    status: str
    fresh_at: str = ""
    deliveries: tuple[Delivery, ...] = field(default=(), compare=False)


def group(deliveries: Iterable[Delivery]) -> list[Group]:
    """Deliveries by channel, unit and status, in a stable order."""
    batches: dict[Group, list[Delivery]] = {}
    for delivery in deliveries:
        fresh_at = delivery.next_attempt_at.isoformat() if delivery.attempts == 0 else ""
        name = Group(delivery.channel, delivery.unit, delivery.status, fresh_at)
        batches.setdefault(name, []).append(delivery)
    return [
        Group(name.channel, name.unit, name.status, name.fresh_at, tuple(batch))
        for name, batch in sorted(batches.items())
    ]


def due_at(now: datetime, group_wait_seconds: float) -> datetime:
    """The end of the window `now` lies in: everything that comes within one window is told together."""
    if group_wait_seconds <= 0:
        return now
    seconds = (now.timestamp() // group_wait_seconds + 1) * group_wait_seconds
    return datetime.fromtimestamp(seconds, tz=now.tzinfo)


def retry_at(now: datetime, attempts: int, wish_seconds: float | None, jitter: float) -> datetime | None:
    """When to try again after `attempts` failures before this one; null: give up. `jitter` in 0..1 adds up to a quarter.

    1 min, 5 min, 15 min, 1 h, 3 h, 6 h, 12 h, then daily. The other side's wish is never undercut, up to a day.
    """
    if attempts + 1 >= MOST_ATTEMPTS:
        return None
    planned = _BACKOFF_SECONDS[min(attempts, len(_BACKOFF_SECONDS) - 1)]
    seconds = min(max(planned, wish_seconds or 0) * (1 + jitter / 4), _DAY_SECONDS)
    return now + timedelta(seconds=seconds)


def budget(channel: Channel, sent_last_minute: int, sent_last_second: int) -> int | None:
    """Messages the channel may still send now; null: no limit."""
    limits = (channel.rate_per_minute, sent_last_minute), (channel.rate_per_second, sent_last_second)
    left = [max(0, rate - sent) for rate, sent in limits if rate is not None]
    return min(left) if left else None
