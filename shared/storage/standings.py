"""Where accounts stand: one row per account and period, written by the analyzer, read by everybody."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
)

from shared.account import Account
from shared.event_json import read
from shared.events import Finding, Outcome, Probe
from shared.standing import FILED_AS_CANCELLED, NEVER_PROBED, NOT_ANALYSED, Standing, gravity
from shared.state import State
from shared.storage.accounts import in_force, last_version
from shared.storage.database import Database
from shared.storage.findings import MOST_AT_ONCE, ended_since, findings_held, held_by_some
from shared.storage.leases import followed
from shared.storage.tables.columns import PROVES
from shared.storage.tables.every import metadata

_account = metadata.tables["account"]
_standing = metadata.tables["standing"]
_probe = metadata.tables["probe"]

_TIMER_MAY_BE_LATE = timedelta(hours=1)
_IN_ORDER = (State.OK, State.CANCELLED)


class Stood(NamedTuple):
    """Of one account: where it stood, whose it is, and its standing if there is something to tell."""

    state: State
    unit: str
    standing: Standing | None


class Standings:
    """Every account of the ledger has one; who was never judged is waiting. One consistent view per question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> list[Standing]:
        """The standing of every account of the ledger, by key."""
        return self._at(None)

    def as_of(self, moment: datetime) -> list[Standing]:
        """As they stood at `moment`, in the ledger of that moment, by key; the same whenever it is asked.

        Of a moment that retention has thinned, state, reason and findings stay exact, and which probe was the last is
        exact at midnight in Beijing, where lists are cut off.
        """
        return self._at(moment)

    def each_as_of(self, moment: datetime) -> Iterator[Stood]:
        """How each account stood at `moment`, by key; its whole standing only where there is something to tell.

        Null: cancelled or in order, with nothing held against it. Of a large ledger only a part is in memory.
        """
        with self._database.read() as connection:
            ended = ended_since(connection, moment)
            rows = connection.execute(_states(moment), execution_options={"yield_per": MOST_AT_ONCE})
            for part in rows.partitions():
                findings = held_by_some(connection, moment, [row.account_key for row in part], ended)
                states = {row.account_key: (_state_of(row, moment), json.loads(row.body)["unit"]) for row in part}
                telling = [key for key, (state, _) in states.items() if state not in _IN_ORDER or findings[key]]
                whole = connection.execute(_standings(moment).where(_account.c.key.in_(telling))) if telling else ()
                standings = {row.account_key: _standing_of(row, findings[row.account_key], moment) for row in whole}
                yield from (Stood(state, unit, standings.get(key)) for key, (state, unit) in states.items())

    def gravest(self, limit: int) -> list[Standing]:
        """The gravest current standings, of equals by key, at most `limit`."""
        with self._database.read() as connection:
            keys: list[str] = []
            for state in State:
                if len(keys) < limit:
                    rows = _IN_STATE.limit(limit)
                    keys += connection.execute(rows, {"state": state, "cancelled": state is State.CANCELLED}).scalars()
            found = _asked(connection, None, [*keys, *_not_followed_keys(connection, limit)])
        return sorted(found, key=lambda one: (-one.state.gravity, one.account.key))[:limit]

    def newest(self) -> int:
        """The number of the newest period, for `begun_after`; 0 before any."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(_standing.c.id))).scalar() or 0

    def begun_after(self, number: int, limit: int) -> list[tuple[int, Standing]]:
        """Current standings that began after period `number`, each with its own number, in the order they began."""
        rows = select(_standing.c.id, _standing.c.key).where(_standing.c.id > number, _standing.c.until.is_(None))
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(_standing.c.id).limit(limit)).all()
            standings = {one.account.key: one for one in _asked(connection, None, [row.key for row in found])}
        return [(row.id, standings[row.key]) for row in found if row.key in standings]

    def find(self, key: str) -> Standing | None:
        """The standing of one account; null when it is not in the ledger."""
        with self._database.read() as connection:
            found = _asked(connection, None, [key])
        return found[0] if found else None

    def counts(self) -> Mapping[tuple[str, str], int]:
        """(platform, state) to the number of accounts: an aggregate over an index, and the ledger's newest rows."""
        with self._database.read() as connection:
            counts = Counter({(row.platform, row.state): row.number for row in connection.execute(_COUNTED)})
            late = _not_followed(connection, _account.c.platform, _account.c.cancelled, _standing.c.state)
            late = late.add_columns(func.count().label("number")).group_by(*late.selected_columns)
            for row in connection.execute(late):
                counts[row.platform, State.CANCELLED if row.cancelled else row.state or State.WAITING] += row.number
                if row.state is not None:
                    counts[row.platform, row.state] -= row.number
            for row in connection.execute(_COUNTED_REMOVED, {"after": followed(connection)}):
                counts[row.platform, row.state] -= row.number
        return {(platform, str(state)): number for (platform, state), number in counts.items() if number > 0}

    def platforms(self) -> list[str]:
        """Platforms of accounts that have a row, by name; one step of the index each, however many accounts."""
        found: list[str] = []
        next_one = select(_standing.c.platform).where(_standing.c.until.is_(None)).order_by(_standing.c.platform)
        with self._database.read() as connection:
            while name := connection.execute(
                next_one.where(_standing.c.platform > (found[-1] if found else "")).limit(1)
            ).scalar():
                found.append(name)
        return found

    def to_check(self, now: datetime, most: int) -> list[str]:
        """Keys of accounts whose coverage lapses by `now` if nothing came in between."""
        rows = select(_standing.c.key).where(_standing.c.until.is_(None), _standing.c.check_at <= now)
        with self._database.read() as connection:
            due = rows.where(_standing.c.check_at.is_not(None)).order_by(_standing.c.check_at).limit(most)
            return list(connection.execute(due).scalars())

    def latest_probes(self, platform: str, most: int) -> list[Probe]:
        """The last probe of each of the accounts of a platform that were probed last, newest first."""
        open_rows = select(_standing).where(_standing.c.platform == platform, _standing.c.until.is_(None))
        probed = open_rows.where(_standing.c.probed_at.is_not(None)).order_by(_standing.c.probed_at.desc()).limit(most)
        with self._database.read() as connection:
            rows = connection.execute(probed).all()
        return [
            Probe(
                platform=platform,
                account_id=row.key.partition("/")[2],
                at=row.probed_at,
                outcome=Outcome.of(row.outcome),
                reason=row.reason,
            )
            for row in rows
        ]

    def _at(self, moment: datetime | None) -> list[Standing]:
        with self._database.read() as connection:
            return _asked(connection, moment)


def _asked(connection: Connection, moment: datetime | None, keys: Sequence[str] | None = None) -> list[Standing]:
    """Of all accounts, or of some, by key."""
    if keys is not None and len(keys) > MOST_AT_ONCE:
        parts = [keys[start : start + MOST_AT_ONCE] for start in range(0, len(keys), MOST_AT_ONCE)]
        return [one for part in parts for one in _asked(connection, moment, part)]
    rows = _standings(moment)
    found = connection.execute(rows if keys is None else rows.where(_account.c.key.in_(keys))).all()
    findings = _by_account(connection, moment, keys)
    return [_standing_of(row, findings.get(row.account_key, ()), moment) for row in found]


def _not_followed(connection: Connection, *columns: ColumnElement[Any]) -> Select[Any]:
    """Of accounts filed or changed since the timer last followed the ledger: their row may be behind, or missing."""
    rows = select(*columns).select_from(_joined(None))
    return rows.where(in_force(), _account.c.id > followed(connection))


def _not_followed_keys(connection: Connection, limit: int) -> Sequence[str]:
    """Those of them that no state finds by its row."""
    rows = _not_followed(connection, _account.c.key).where(or_(_standing.c.key.is_(None), _account.c.cancelled))
    return connection.execute(rows.order_by(_account.c.cancelled, _account.c.key).limit(limit)).scalars().all()


def _joined(moment: datetime | None) -> Any:
    return _account.outerjoin(_standing, and_(_standing.c.key == _account.c.key, _held(moment)))


def _held(moment: datetime | None) -> ColumnElement[bool]:
    if moment is None:
        return _standing.c.until.is_(None)
    return and_(_standing.c.since <= moment, or_(_standing.c.until.is_(None), _standing.c.until > moment))


def _standings(moment: datetime | None) -> Select[Any]:
    rows = select(
        _account.c.key.label("account_key"),
        _account.c.body,
        _account.c.cancelled,
        _account.c.since.label("filed_at"),
        _standing,
        *_progress(moment),
    )
    return rows.select_from(_joined(moment)).where(in_force(moment)).order_by(_account.c.key)


def _states(moment: datetime) -> Select[Any]:
    """As `_standings`, only what tells the state."""
    columns = (_account.c.key.label("account_key"), _account.c.cancelled, _account.c.body)
    rows = select(*columns, _standing.c.state, _standing.c.until, _standing.c.check_at).select_from(_joined(moment))
    return rows.where(in_force(moment)).order_by(_account.c.key)


def _state_of(row: Row[Any], moment: datetime | None) -> State:
    """What the ledger says of an account goes before what was judged of it."""
    if row.cancelled:
        return State.CANCELLED
    return State.UNVERIFIED if _is_unchecked(row, moment) else State(row.state or State.WAITING)


def _is_unchecked(row: Row[Any], moment: datetime | None) -> bool:
    """The timer had to ask and did not: what was proved has lapsed, and nobody is accused of it any more."""
    is_late = row.check_at is not None and moment is not None and row.check_at < moment - _TIMER_MAY_BE_LATE
    return is_late and row.until is None


def _progress(moment: datetime | None) -> list[ColumnElement[Any]]:
    """What a row that went on after `moment` has forgotten since, from the probes of that time."""
    if moment is None:
        return []
    later = _standing.c.at > moment
    own = (_probe.c.key == _standing.c.key, _probe.c.at <= moment)
    last = select(_probe.c.body).where(*own).order_by(_probe.c.at.desc()).limit(1)
    proved = select(_probe.c.at).where(*own, text(PROVES)).order_by(_probe.c.at.desc()).limit(1)
    newest = select(_probe.c.newest_post_at).where(*own, _probe.c.newest_post_at.is_not(None))
    asked = {
        "last_probe": last,
        "last_proved_at": proved,
        "newest_probed": newest.order_by(_probe.c.newest_post_at.desc()).limit(1),
    }
    return [case((later, query.scalar_subquery())).label(name) for name, query in asked.items()]


def _by_account(
    connection: Connection, moment: datetime | None, keys: Sequence[str] | None
) -> dict[str, list[Finding]]:
    found = defaultdict(list)
    for finding in findings_held(connection, moment, keys):
        found[finding.key].append(finding)
    return found


def _standing_of(row: Row[Any], findings: Any, moment: datetime | None) -> Standing:
    account = Account.model_validate_json(row.body)
    grave = tuple(sorted(findings, key=gravity))
    if row.cancelled:
        return Standing(
            account=account, state=State.CANCELLED, why=FILED_AS_CANCELLED, since=row.filed_at, findings=grave
        )
    if row.state is None:
        return Standing(account=account, state=State.WAITING, why=NEVER_PROBED, since=row.filed_at, findings=grave)
    state = _state_of(row, moment)
    is_old_news = state != row.state
    return Standing(
        account=account,
        state=state,
        why=NOT_ANALYSED if is_old_news else row.why,
        since=row.check_at if is_old_news else row.since,
        until=row.until,
        findings=grave,
        **_progress_of(row),
    )


def _progress_of(row: Row[Any]) -> dict[str, Any]:
    if not getattr(row, "last_probe", None):
        same = {name: getattr(row, name) for name in ("newest_post_at", "proved_at", "probed_at", "reason")}
        return same | {"outcome": Outcome.of(row.outcome) if row.outcome else None}
    probe = read(Probe, row.last_probe)
    return {
        "newest_post_at": row.newest_probed,
        "proved_at": row.last_proved_at,
        "probed_at": probe.at,
        "outcome": probe.outcome,
        "reason": probe.reason,
    }


_COUNTED = (
    select(_standing.c.platform, _standing.c.state, func.count().label("number"))
    .where(_standing.c.until.is_(None))
    .group_by(_standing.c.platform, _standing.c.state)
)
_IN_STATE = (
    select(_standing.c.key)
    .join(_account, and_(_account.c.key == _standing.c.key, in_force()))
    .where(_standing.c.until.is_(None), _standing.c.state == bindparam("state"))
    .where(_account.c.cancelled == bindparam("cancelled"))
    .order_by(_standing.c.key)
)

_COUNTED_REMOVED = _COUNTED.join(_account, and_(_account.c.key == _standing.c.key, last_version())).where(
    _account.c.removed.is_(True), _account.c.id > bindparam("after")
)
"""Removed since the timer last followed the ledger: their row is still there."""
