"""Reasons to stay quiet, each a pure function of the same shape, and how deliveries make one message."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.account import WHOLE_PLATFORM
from shared.delivery import Delivery
from shared.events import Finding, FindingStatus, Severity
from shared.silence import Silence

LOOK_AGAIN = timedelta(hours=1)
SETTLING = timedelta(minutes=1)


@dataclass(frozen=True)
class Stop:
    """Why a delivery is not told now. `until` null: never; else it is decided anew then, or when `silence` is over."""

    reason: str
    until: datetime | None = None
    silence: Silence | None = None


@dataclass(frozen=True)
class View:
    """What the stages may know: findings that hold now (fingerprint, and since when), platforms that shut us out,
    silences asked for, and the (fingerprint, channel) of matters whose opening was the last word told, is still under
    way, or was sent and never answered."""

    open: Mapping[str, datetime] = field(default_factory=dict)
    blocked_platforms: frozenset[str] = frozenset()
    silences: tuple[Silence, ...] = ()
    told: frozenset[tuple[str, str]] = frozenset()
    under_way: frozenset[tuple[str, str]] = frozenset()
    perhaps_told: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, findings: Iterable[Finding], silences: tuple[Silence, ...]) -> "View":
        """The view of a moment at which `findings` hold."""
        held = tuple(findings)
        return cls(
            open={finding.fingerprint: finding.at for finding in held},
            blocked_platforms=frozenset(finding.platform for finding in held if finding.account_id == WHOLE_PLATFORM),
            silences=silences,
        )


def identity(delivery: Delivery) -> tuple[str, str]:
    """The matter and the channel, whatever its status."""
    return delivery.fingerprint, delivery.channel


Stage = Callable[[Delivery, View, datetime], Stop | None]


def no_longer_true(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """Resolved or superseded since it was queued. A finding dated after `now` (clocks differ) gets the benefit."""
    gone = view.open.get(delivery.fingerprint) != delivery.finding.at and delivery.finding.at <= now
    return Stop("已解除或已被取代") if delivery.status is FindingStatus.OPEN and gone else None


def told_before(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """It was over and came back before anybody was told that it was over."""
    known = delivery.status is FindingStatus.OPEN and identity(delivery) in view.told
    return Stop("此前已告知，且未告知过解除") if known else None


def never_told(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """Nobody is told that a worry is over which this channel never heard of, or which is back."""
    if delivery.status is not FindingStatus.RESOLVED:
        return None
    if identity(delivery) in view.under_way:
        return Stop("提醒尚在发送中", until=now + SETTLING)
    if identity(delivery) not in view.told | view.perhaps_told:
        return Stop("此渠道未曾发过这条提醒")
    return Stop("又再次出现") if delivery.fingerprint in view.open else None


def inhibited(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """A platform that shuts us out says it once, not once per account."""
    finding = delivery.finding
    about_account = finding.severity is Severity.UNVERIFIED and finding.account_id != WHOLE_PLATFORM
    if delivery.status is FindingStatus.OPEN and about_account and finding.platform in view.blocked_platforms:
        return Stop("整个平台都无法核查", until=now + LOOK_AGAIN)
    return None


def silenced(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """A silence delays; what still holds when it ends is told then."""
    held = [silence for silence in view.silences if silence.covers(delivery.finding, delivery.unit, now)]
    last = max(held, key=lambda silence: silence.over_at, default=None)
    return Stop(last.words, until=last.over_at, silence=last) if last else None


# A resolution waits with its opening for the end of the silence, rather than being asked about every minute.
STAGES: tuple[Stage, ...] = (no_longer_true, told_before, silenced, never_told, inhibited)


def stop(delivery: Delivery, view: View, now: datetime) -> Stop | None:
    """The first reason not to tell this delivery now; null: tell it."""
    return next((found for stage in STAGES if (found := stage(delivery, view, now))), None)


@dataclass(frozen=True, order=True)
class Group:
    """What makes one message. `fresh_at` keeps a batch that was never answered apart: sent again after a crash it is
    the very same message. Where something failed before, all is merged, whenever that was."""

    channel: str
    unit: str
    status: FindingStatus
    fresh_at: str = ""
    deliveries: tuple[Delivery, ...] = field(default=(), compare=False)


def group(deliveries: Iterable[Delivery], *, together: bool = False) -> list[Group]:
    """Deliveries by channel, unit and status, in a stable order; `together` also what was never tried."""
    found = tuple(deliveries)
    failed = {(delivery.channel, delivery.unit, delivery.status) for delivery in found if delivery.attempts > 0}
    batches: dict[Group, list[Delivery]] = {}
    for delivery in found:
        fresh = not together and (delivery.channel, delivery.unit, delivery.status) not in failed
        fresh_at = delivery.next_attempt_at.isoformat() if fresh else ""
        name = Group(delivery.channel, delivery.unit, delivery.status, fresh_at)
        batches.setdefault(name, []).append(delivery)
    return [
        Group(name.channel, name.unit, name.status, name.fresh_at, tuple(batch))
        for name, batch in sorted(batches.items())
    ]
