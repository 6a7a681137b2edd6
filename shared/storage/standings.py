"""Where accounts stand: one row per account and period, written by the analyzer, read by everybody."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, text, update

from shared.account import Account, AccountStatus
from shared.events import Finding, Probe
from shared.standing import FILED_AS_CANCELLED, NEVER_PROBED, Standing, gravity
from shared.state import State
from shared.storage.accounts import in_force
from shared.storage.database import Database
from shared.storage.findings import MOST_AT_ONCE, ended_since, findings_held, held_by_some
from shared.storage.tables import PROVES, metadata

_account = metadata.tables["account"]
_standing = metadata.tables["standing"]
_probe = metadata.tables["probe"]


class Standings:
    """Every account of the ledger has one; who was never judged is waiting. One consistent view per question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> list[Standing]:
        """The standing of every account of the ledger, by key."""
        return self._at(_standings(None), None)

    def as_of(self, moment: datetime) -> list[Standing]:
        """As they stood at `moment`, in the ledger of that moment, by key; the same whenever it is asked."""
        return self._at(_standings(moment), moment)

    def each_as_of(self, moment: datetime) -> Iterator[Standing]:
        """As `as_of`, one after the other: of a large ledger only a part is in memory."""
        with self._database.read() as connection:
            ended = ended_since(connection, moment)
            rows = connection.execute(_standings(moment), execution_options={"yield_per": MOST_AT_ONCE})
            for part in rows.partitions():
                findings = held_by_some(connection, moment, [row.account_key for row in part], ended)
                yield from (_standing_of(row, findings[row.account_key]) for row in part)

    def gravest(self, limit: int) -> list[Standing]:
        """The gravest current standings, of equals by key, at most `limit`."""
        state = _counted_as()
        rank = case(*((state == known.value, -known.gravity) for known in State))
        rows = select(_account.c.key).select_from(_joined(None)).where(in_force()).order_by(rank, _account.c.key)
        with self._database.read() as connection:
            keys = list(connection.execute(rows.limit(limit)).scalars())
            return [standing for key in keys for standing in _asked(connection, _standings(None), None, key)]

    def newest(self) -> int:
        """The number of the newest period, for `begun_after`; 0 before any."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(_standing.c.id))).scalar() or 0

    def begun_after(self, number: int, limit: int) -> list[tuple[int, Standing]]:
        """Current standings that began after period `number`, each with its own number, in the order they began."""
        rows = select(_standing.c.id, _standing.c.key).where(_standing.c.id > number, _standing.c.until.is_(None))
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(_standing.c.id).limit(limit)).all()
            return [
                (row.id, standing) for row in found for standing in _asked(connection, _standings(None), None, row.key)
            ]

    def find(self, key: str) -> Standing | None:
        """The standing of one account; null when it is not in the ledger."""
        with self._database.read() as connection:
            found = _asked(connection, _standings(None), None, key)
        return found[0] if found else None

    def counts(self) -> Mapping[tuple[str, str], int]:
        """(platform, state) to the number of accounts, by one aggregate query."""
        state = _counted_as()
        rows = select(_account.c.platform, state.label("state"), func.count()).select_from(_joined(None))
        rows = rows.where(in_force()).group_by(_account.c.platform, state)
        with self._database.read() as connection:
            return {(platform, name): count for platform, name, count in connection.execute(rows)}

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
                outcome=row.outcome,
                reason=row.reason,
            )
            for row in rows
        ]

    def _at(self, rows: Select[Any], moment: datetime | None) -> list[Standing]:
        with self._database.read() as connection:
            return _asked(connection, rows, moment)


def _asked(
    connection: Connection, rows: Select[Any], moment: datetime | None, key: str | None = None
) -> list[Standing]:
    found = connection.execute(rows if key is None else rows.where(_account.c.key == key)).all()
    findings = _by_account(connection, moment, key)
    return [_standing_of(row, findings.get(row.account_key, ())) for row in found]


def _counted_as() -> ColumnElement[str]:
    """What the ledger says of an account goes before what was judged of it."""
    waiting = func.coalesce(_standing.c.state, State.WAITING.value)
    return case((_account.c.cancelled, State.CANCELLED.value), else_=waiting)


def write_standing(connection: Connection, standing: Standing, at: datetime, check_at: datetime | None) -> None:
    """The account stands so since `at`. A new period begins where state or reason differ, otherwise the row goes on."""
    open_row = and_(_standing.c.key == standing.account.key, _standing.c.until.is_(None))
    known = connection.execute(select(_standing).where(open_row)).first()
    values = {
        "state": standing.state,
        "why": standing.why,
        "at": at,
        "newest_post_at": standing.newest_post_at,
        "proved_at": standing.proved_at,
        "probed_at": standing.probed_at,
        "outcome": standing.outcome,
        "reason": standing.reason,
        "check_at": check_at,
    }
    same = known is not None and (known.state, known.why) == (standing.state, standing.why)
    if known is not None and (same or at <= known.since):
        values["since"] = known.since if same else _begun(connection, known, at)
        connection.execute(update(_standing).where(_standing.c.id == known.id).values(**values))
        return
    if known is not None:
        connection.execute(update(_standing).where(open_row).values(until=at, check_at=None))
    connection.execute(
        _standing.insert().values(key=standing.account.key, platform=standing.account.platform, since=at, **values)
    )


def _begun(connection: Connection, known: Row[Any], at: datetime) -> datetime:
    """A period dated after `at` was begun under a clock that was ahead: what is known at `at` holds from then on."""
    before = and_(_standing.c.key == known.key, _standing.c.until == known.since)
    since = connection.execute(select(_standing.c.since).where(before)).scalar()
    if since is not None and since >= at:
        return cast("datetime", known.since)
    connection.execute(update(_standing).where(before).values(until=at))
    return at


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
        _account.c.since.label("filed_at"),
        _standing,
        *_progress(moment),
    )
    return rows.select_from(_joined(moment)).where(in_force(moment)).order_by(_account.c.key)


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


def _by_account(connection: Connection, moment: datetime | None, key: str | None) -> dict[str, list[Finding]]:
    found = defaultdict(list)
    for finding in findings_held(connection, moment, key):
        found[finding.key].append(finding)
    return found


def _standing_of(row: Row[Any], findings: Any) -> Standing:
    account = Account.model_validate_json(row.body)
    grave = tuple(sorted(findings, key=gravity))
    if account.status is AccountStatus.CANCELLED:
        return Standing(account=account, state=State.CANCELLED, why=FILED_AS_CANCELLED, since=row.filed_at)
    if row.state is None:
        return Standing(account=account, state=State.WAITING, why=NEVER_PROBED, since=row.filed_at, findings=grave)
    return Standing(
        account=account,
        state=row.state,
        why=row.why,
        since=row.since,
        until=row.until,
        findings=grave,
        **_progress_of(row),
    )


def _progress_of(row: Row[Any]) -> dict[str, Any]:
    if not getattr(row, "last_probe", None):
        return {name: getattr(row, name) for name in ("newest_post_at", "proved_at", "probed_at", "outcome", "reason")}
    probe = Probe.model_validate_json(row.last_probe)
    return {
        "newest_post_at": row.newest_probed,
        "proved_at": row.last_proved_at,
        "probed_at": probe.at,
        "outcome": probe.outcome,
        "reason": probe.reason,
    }
