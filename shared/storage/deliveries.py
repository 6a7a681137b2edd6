"""The delivery ledger: looked up before sending, written after, claimed by a conditional update."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, literal_column, or_, select, update

from shared.delivery import NO_CHANNEL, Delivery, DeliveryState
from shared.event_json import read
from shared.events import Finding, FindingStatus
from shared.silence import Silence
from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.tables.every import metadata

_delivery = metadata.tables["delivery"]
# In the words of the partial indexes: a bound value would hide from SQLite that they may be used.
_PENDING: ColumnElement[bool] = _delivery.c.state == literal_column("'pending'")
_KEPT: ColumnElement[bool] = _delivery.c.state.in_([literal_column("'dead'"), literal_column("'unrouted'")])
_FREE: dict[str, object] = {"leased_until": None, "leased_by": None}
_silence = metadata.tables["silence"]
LONGEST_WAIT = timedelta(hours=25)
"""Nothing waits longer for its next attempt: what does was put off under a wrong clock."""
LONGEST_LEASE = timedelta(minutes=2)
"""No claim of a message, a list or news lasts longer without being renewed."""
_NUMBER_CHARACTERS = 8
"""A 告警编号 is the beginning of a fingerprint."""


@dataclass(frozen=True)
class About:
    """Which deliveries somebody asks for: all conditions given must match. `since`: of sending, or else of queueing."""

    channel: str | None = None
    unit: str | None = None
    account_key: str | None = None
    number: str | None = None
    since: datetime | None = None


EVERYTHING = About()


class Deliveries:
    """The alerter's side of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, deliveries: Iterable[Delivery]) -> int:
        """Add those not known yet; the number added. A known (fingerprint, status, channel, at) is never told again."""
        with self._database.begin() as connection:
            return self._add(connection, deliveries)

    def claim(self, channel: str, due_by: datetime, now: datetime, lease: timedelta, claim: str) -> list[Delivery]:
        """What is due to the unit that waits longest, leased: two alerters never hold the same row.

        `claim` names this one claim among all alerters; what a dead process holds is free when its lease ends.
        """
        free = or_(_delivery.c.leased_until.is_(None), _delivery.c.leased_until <= now)
        due = and_(_PENDING, _delivery.c.channel == channel, _delivery.c.next_attempt_at <= due_by, free)
        first = select(_delivery.c.unit).where(due).order_by(_delivery.c.next_attempt_at, _delivery.c.unit).limit(1)
        # Read first: a claim takes the database's one write lock, and most rounds have nothing to claim.
        with self._database.read() as connection:
            unit = connection.execute(first).scalar()
        if unit is None:
            return []
        with self._database.begin() as connection:
            mine = update(_delivery).where(due, _delivery.c.unit == unit)
            connection.execute(mine.values(leased_until=now + lease, leased_by=claim))
            return _ordered(connection, _delivery.c.leased_by == claim)

    def renew(self, claim: str, now: datetime, lease: timedelta) -> int:
        """Hold what is left of the claim for longer; how many rows that are, none when the lease had ended."""
        held = and_(_delivery.c.leased_by == claim, _delivery.c.leased_until > now, _PENDING)
        with self._database.begin() as connection:
            return connection.execute(update(_delivery).where(held).values(leased_until=now + lease)).rowcount

    def release(self, claim: str) -> None:
        """What is left of the claim may be claimed by anybody at once."""
        with self._database.begin() as connection:
            connection.execute(update(_delivery).where(_delivery.c.leased_by == claim).values(**_FREE))

    def claims(self) -> list[str]:
        """Claims that hold something, by name."""
        held = select(_delivery.c.leased_by).where(_PENDING, _delivery.c.leased_by.is_not(None)).distinct()
        with self._database.read() as connection:
            return list(connection.execute(held.order_by(_delivery.c.leased_by)).scalars())

    def record_begun(self, deliveries: Iterable[Delivery], message_id: str) -> None:
        """The other side may have the message from now on, also if nobody lives to write down that it has."""
        with self._database.begin() as connection:
            for row in deliveries:
                connection.execute(update(_delivery).where(_same(row), _PENDING).values(message_id=message_id))

    def record_not_taken(self, deliveries: Iterable[Delivery]) -> None:
        """It has not, for sure; of what it may have from an earlier try nothing is known anew."""
        with self._database.begin() as connection:
            for row in deliveries:
                if row.message_id is None:
                    connection.execute(update(_delivery).where(_same(row), _PENDING).values(message_id=None))

    def record_sent(
        self,
        deliveries: Iterable[Delivery],
        now: datetime,
        message_id: str,
        answer: str | None = None,
        destination: str | None = None,
    ) -> None:
        """The other side has the message that carried these, and gave this answer."""
        sent = {"state": DeliveryState.SENT.value, "sent_at": now, "message_id": message_id, "answer": answer}
        self._record(deliveries, **sent, destination=destination, error=None, held_by=None)

    def record_failed(self, deliveries: Iterable[Delivery], error: str, retry_at: datetime) -> None:
        """Tried and not delivered."""
        counted = {"attempts": _delivery.c.attempts + 1, "next_attempt_at": retry_at, "error": error, "held_by": None}
        self._record(deliveries, _PENDING, **counted)

    def record_dead(self, deliveries: Iterable[Delivery], error: str, destination: str | None = None) -> None:
        """Cannot be delivered as it is; kept, and sent when somebody asks for it."""
        self._record(deliveries, _PENDING, state=DeliveryState.DEAD.value, error=error, destination=destination)

    def record_muted(self, deliveries: Iterable[Delivery], reason: str) -> None:
        self._record(deliveries, _PENDING, state=DeliveryState.MUTED.value, error=reason, held_by=None)

    def postpone(self, deliveries: Iterable[Delivery], until: datetime, error: str | None = None) -> None:
        """Not to be told now, or no fault of the message: that is no attempt."""
        why = {"error": error} if error else {}
        self._record(deliveries, _PENDING, next_attempt_at=until, held_by=None, **why)

    def hold(self, deliveries: Iterable[Delivery], silence: Silence) -> None:
        """Not to be told before the silence is over."""
        waiting = {"next_attempt_at": silence.over_at, "held_by": silence.id, "error": silence.words}
        self._record(deliveries, _PENDING, **waiting)

    def let_go(self, now: datetime) -> int:
        """What waits for the end of a silence that does not hold (ended early, or begun under another clock) is due."""
        held = and_(_PENDING, _delivery.c.held_by == _silence.c.id, _delivery.c.held_by.is_not(None))
        waits = exists().where(held, _delivery.c.next_attempt_at > now).correlate(_silence)
        over = or_(_silence.c.expired_at <= now, _silence.c.ends_at <= now, _silence.c.starts_at > now)
        with self._database.read() as connection:
            numbers = connection.execute(select(_silence.c.id).where(over, waits)).scalars().all()
        if not numbers:
            return 0
        due = update(_delivery).where(_PENDING, _delivery.c.held_by.in_(numbers))
        with self._database.begin() as connection:
            return connection.execute(due.values(next_attempt_at=now, held_by=None, error=None)).rowcount

    def mend_plans(self, now: datetime, group_wait: timedelta, longest: timedelta = LONGEST_WAIT) -> None:
        """What was put off or claimed under a clock that ran ahead is due now, not in months.

        What was never tried waits for its group; it may also have been put off for an hour, and is then asked about
        anew. What a silence holds may wait longer than anything, and is let go with it.
        """
        leased = _delivery.c.leased_until > now + LONGEST_LEASE + CLOCKS_DIFFER
        untried = and_(_delivery.c.attempts == 0, _delivery.c.error.is_(None))
        late = or_(
            _delivery.c.next_attempt_at > now + longest + CLOCKS_DIFFER,
            and_(untried, _delivery.c.next_attempt_at > now + group_wait + CLOCKS_DIFFER),
        )
        with self._database.begin() as connection:
            connection.execute(update(_delivery).where(_PENDING, leased).values(**_FREE))
            due = update(_delivery).where(_PENDING, late, _delivery.c.held_by.is_(None))
            connection.execute(due.values(next_attempt_at=now))

    def of(self, fingerprint: str, channel: str) -> list[Delivery]:
        """All there is to tell this channel of one matter, in the order in which it happened."""
        same = and_(_delivery.c.fingerprint == fingerprint, _delivery.c.channel == channel)
        with self._database.read() as connection:
            rows = connection.execute(select(_delivery).where(same).order_by(_delivery.c.at, _delivery.c.status)).all()
        return [_delivery_of(row) for row in rows]

    def told(self, fingerprints: Collection[str], moment: datetime) -> dict[str, list[tuple[datetime, str]]]:
        """By finding when and on which channel it was told up to `moment`, the earliest first; at most 500 at once."""
        mine = and_(_delivery.c.fingerprint.in_(fingerprints), _delivery.c.status == FindingStatus.OPEN.value)
        columns = (_delivery.c.fingerprint, _delivery.c.sent_at, _delivery.c.channel)
        rows = select(*columns).where(mine, _delivery.c.sent_at <= moment)
        found: dict[str, list[tuple[datetime, str]]] = {}
        with self._database.read() as connection:
            for row in connection.execute(rows.order_by(_delivery.c.sent_at, _delivery.c.channel)):
                found.setdefault(row.fingerprint, []).append((row.sent_at, row.channel))
        return found

    def sent_since(self, channel: str, since: datetime, now: datetime, destination: str | None = None) -> int:
        """Messages (not findings) this channel took after `since`, by all alerters together.

        Those of a clock that ran ahead of `now` do not count.
        """
        messages = select(func.count(func.distinct(_delivery.c.message_id)))
        to = [_delivery.c.destination == destination] if destination else []
        with self._database.read() as connection:
            return connection.execute(
                messages.where(
                    _delivery.c.channel == channel,
                    _delivery.c.sent_at > since,
                    _delivery.c.sent_at <= now + CLOCKS_DIFFER,
                    *to,
                )
            ).scalar_one()

    def told_on(self, fingerprint: str) -> list[str]:
        """Channels on which the matter's opening was told, or may have been, or is to be."""
        opened = and_(_delivery.c.fingerprint == fingerprint, _delivery.c.status == FindingStatus.OPEN.value)
        said = or_(_delivery.c.state != DeliveryState.MUTED.value, _delivery.c.message_id.is_not(None))
        known = and_(opened, _delivery.c.channel != NO_CHANNEL, said)
        with self._database.read() as connection:
            rows = select(_delivery.c.channel).where(known).distinct().order_by(_delivery.c.channel)
            return list(connection.execute(rows).scalars())

    def kept_on(self, channels: Collection[str]) -> list[Delivery]:
        """What waits or is dead on these channels and is in nobody's hands."""
        found: list[Delivery] = []
        with self._database.read() as connection:
            for which in (_PENDING, and_(_KEPT, _delivery.c.state == DeliveryState.DEAD.value)):
                found += _ordered(connection, which, _delivery.c.channel.in_(channels), _delivery.c.leased_by.is_(None))
        return found

    def revive(self, deliveries: Iterable[Delivery], now: datetime) -> None:
        """Dead until now; to be sent, as if never tried."""
        again = {"state": DeliveryState.PENDING.value, "next_attempt_at": now, "attempts": 0, "error": None}
        self._record(deliveries, _delivery.c.state == DeliveryState.DEAD.value, **again)

    def channels_waited_for(self) -> list[str]:
        """Every channel that something waits for."""
        with self._database.read() as connection:
            return list(connection.execute(select(_delivery.c.channel).where(_PENDING).distinct()).scalars())

    def kept(self) -> dict[str, int]:
        """How many are dead and how many have no route."""
        counts = select(_delivery.c.state, func.count()).where(_KEPT).group_by(_delivery.c.state)
        with self._database.read() as connection:
            return {state: count for state, count in connection.execute(counts)}  # noqa: C416 - rows are no tuples

    def unrouted(self) -> list[Delivery]:
        with self._database.read() as connection:
            return _ordered(connection, _KEPT, _delivery.c.state == DeliveryState.UNROUTED.value)

    def route(self, found: Delivery, routed: Iterable[Delivery]) -> None:
        """In place of one without a route, one for each channel of the route it has now."""
        with self._database.begin() as connection:
            self._add(connection, routed)
            connection.execute(delete(_delivery).where(_same(found)))

    def listed(self, *, states: Collection[DeliveryState] = (), about: About = EVERYTHING) -> list[Delivery]:
        """The deliveries in one of the states (none given: all but `sent` and `muted`), oldest first."""
        state = _delivery.c.state.in_([state.value for state in states]) if states else or_(_PENDING, _KEPT)
        with self._database.read() as connection:
            return _ordered(connection, state, *_matching(about))

    def make_due(self, states: Collection[DeliveryState], now: datetime, about: About = EVERYTHING) -> int:
        """What is in one of the states waits to be sent now, as if never tried; how many there are."""
        wanted: list[ColumnElement[bool]] = [_delivery.c.state.in_([state.value for state in states])]
        wanted += [_delivery.c.channel != NO_CHANNEL, *_matching(about)]
        due = {"state": DeliveryState.PENDING.value, "next_attempt_at": now, "attempts": 0}
        nothing = dict.fromkeys(("error", "held_by", "sent_at", "message_id", "answer"))
        with self._database.begin() as connection:
            again = update(_delivery).where(*wanted, _delivery.c.leased_by.is_(None))
            return connection.execute(again.values(**due, **nothing)).rowcount

    def _add(self, connection: Connection, deliveries: Iterable[Delivery]) -> int:
        rows = [
            {**row.model_dump(exclude={"finding"}), "at": row.finding.at, "finding": row.finding.to_json().decode()}
            for row in deliveries
        ]
        return sum(self._database.add_new(connection, _delivery, **row) for row in rows)

    def _record(self, deliveries: Iterable[Delivery], *still: ColumnElement[bool], **values: object) -> None:
        with self._database.begin() as connection:
            for row in deliveries:
                connection.execute(update(_delivery).where(_same(row), *still).values(**_FREE, **values))


def _ordered(connection: Connection, *wanted: ColumnElement[bool]) -> list[Delivery]:
    rows = select(_delivery).where(*wanted).order_by(_delivery.c.queued_at, _delivery.c.fingerprint)
    return [_delivery_of(row) for row in connection.execute(rows)]


def _matching(about: About) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    for name in ("channel", "unit", "account_key"):
        value = getattr(about, name)
        wanted += [_delivery.c[name] == value] if value is not None else []
    if about.number is not None:
        wanted += [func.substr(_delivery.c.fingerprint, 1, _NUMBER_CHARACTERS) == about.number.lower()]
    if about.since is not None:
        wanted += [func.coalesce(_delivery.c.sent_at, _delivery.c.queued_at) >= about.since]
    return wanted


def _same(row: Delivery) -> ColumnElement[bool]:
    return and_(
        _delivery.c.fingerprint == row.fingerprint,
        _delivery.c.status == row.status,
        _delivery.c.channel == row.channel,
        _delivery.c.at == row.finding.at,
    )


def _delivery_of(row: Row[tuple[object, ...]]) -> Delivery:
    values = {name: value for name, value in row._mapping.items() if name in Delivery.model_fields}
    return Delivery.model_validate({**values, "finding": read(Finding, row.finding)})
