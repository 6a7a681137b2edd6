"""The collector's rows: what is due and who may be visited now, what was published already, which platform rests."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, exists, func, or_, select, update

from shared.account import Account
from shared.backoff import doubled
from shared.storage.accounts import find_account
from shared.storage.database import Database
from shared.storage.published import Published, forget_unshown, published, record_published
from shared.storage.tables.every import metadata

LONGEST_PLAN = timedelta(hours=25)
"""No visit and no pause is planned further ahead; what lies beyond was written under a wrong clock."""

_AHEAD = timedelta(minutes=1)
"""A visit that ended so far in the future was made under a wrong clock: collectors on one store keep closer time."""
_LONGEST_BACKOFF_SECONDS = timedelta(hours=12).total_seconds()
_NAMED_AT_ONCE = 100
_visit = metadata.tables["visit"]
_pace = metadata.tables["pace"]

# What every visit asks is put together once: building a statement costs more than running it.
_NAMELESS = (
    select(_visit.c.key)
    .where(_visit.c.platform == bindparam("of"), _visit.c.pace_key.is_(None))
    .order_by(_visit.c.key)
    .limit(_NAMED_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_HAS_DUE = exists().where(
    _visit.c.platform == bindparam("of"), _visit.c.pace_key == _pace.c.key, _visit.c.next_at <= bindparam("now")
)
_FREE_PACE = (
    select(_pace)
    .where(_pace.c.platform == bindparam("of"), _pace.c.free_at <= bindparam("now"), _HAS_DUE)
    .order_by(_pace.c.free_at, _pace.c.key)
    .limit(1)
    .with_for_update(skip_locked=True, of=_pace)
)
# A warning must not come late because a hundred ordinary looks were due before it.
_FIRST_DUE = (
    select(_visit)
    .where(_visit.c.platform == bindparam("of"), _visit.c.pace_key == bindparam("pace"))
    .where(_visit.c.next_at <= bindparam("now"))
    .order_by(_visit.c.at_line.desc(), _visit.c.next_at, _visit.c.key)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_PLAN = update(_visit).where(_visit.c.key == bindparam("of"))
# Unless another is at it by now: then the plan is the other's, whatever we found.
_PLAN_MINE = _PLAN.where(or_(_visit.c.leased_by.is_(None), _visit.c.leased_by == bindparam("mine")))
_THE_PACE = select(_pace).where(_pace.c.key == bindparam("of")).with_for_update()
_SET_PACE = update(_pace).where(_pace.c.key == bindparam("of"))


@dataclass(frozen=True)
class Due:
    """An account whose time has come, leased to `owner` with its pace, and what the schedule needs to know of both.

    `planned_at`, `attempts` and `blocks` are as they were before the lease.
    """

    account: Account
    owner: str
    pace_key: str
    blocks: int
    planned_at: datetime
    attempts: int
    failures: int
    last_at: datetime | None
    newest_post_at: datetime | None
    posts_per_day: float | None
    rhythm: str | None = None
    wanted_per_day: float | None = None


@dataclass(frozen=True)
class Rest:
    """Politeness after a visit that ended at `last_visit_at`: nobody visits before `free_at` and `paused_until`."""

    last_visit_at: datetime
    free_at: datetime
    paused_until: datetime | None = None
    blocks: int = 0
    clock_offset: timedelta | None = None


class Visits:
    """Any number of collectors share the due rows and one pace: a lease takes both, in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lease_due(
        self, platform: str, owner: str, now: datetime, lease: timedelta, pace_of: Callable[[Account], str]
    ) -> Due | None:
        """The longest-due account of the platform's longest-unvisited pace, leased with it; null when none is due.

        `pace_of` names whose politeness an account falls under (the platform, or one host of it). The account moves to
        the back: a collector that dies in a visit finds it again at the end of the lease, and ever later.
        """
        # What a power failure undoes of a lease is due again when the machine is up.
        with self._database.begin(lasting=False) as connection:
            self._name_paces(connection, platform, now, pace_of)
            pace = _free_pace(connection, platform, now)
            row = _first_due(connection, platform, pace.key, now) if pace else None
            account = find_account(connection, row.key) if row else None
            if pace is None or row is None or account is None:
                return None
            later = now + timedelta(seconds=doubled(lease.total_seconds(), row.attempts, _LONGEST_BACKOFF_SECONDS))
            _plan(connection, row.key, max(later, now + lease), row.attempts + 1, owner)
            held = {"free_at": now + lease, "leased_by": owner}
            connection.execute(_SET_PACE, {"of": pace.key, **held})
        return Due(
            account=account,
            owner=owner,
            pace_key=pace.key,
            blocks=pace.blocks,
            planned_at=row.next_at,
            attempts=row.attempts,
            failures=row.failures,
            last_at=row.last_at,
            newest_post_at=row.newest_post_at,
            posts_per_day=row.posts_per_day,
            rhythm=row.rhythm,
            wanted_per_day=row.wanted_per_day,
        )

    def renew(self, due: Due, until: datetime) -> None:
        """The visit takes longer; nobody else begins before `until`, unless somebody has already."""
        held = _pace.c.key == due.pace_key, _pace.c.leased_by == due.owner
        with self._database.begin() as connection:
            if connection.execute(update(_pace).where(*held).values(free_at=until)).rowcount:
                later = _PLAN_MINE.where(_visit.c.next_at < until)
                connection.execute(later, _of(due) | {"next_at": until})

    def take_pace(self, due: Due, pace_key: str, platform: str, now: datetime, until: datetime) -> Due | None:
        """The pace of another host that this visit asks, too, held until `until`; null while somebody else is at it, or
        it rests. `rest` ends it."""
        free = _pace.c.key == pace_key, _pace.c.free_at <= now
        with self._database.begin() as connection:
            self._database.add_new(connection, _pace, key=pace_key, platform=platform, free_at=now, blocks=0)
            held = update(_pace).where(*free).values(free_at=until, leased_by=due.owner).returning(_pace.c.blocks)
            blocks = connection.execute(held).scalar()
        return None if blocks is None else replace(due, pace_key=pace_key, blocks=blocks)

    def give_back(self, due: Due, free_at: datetime) -> None:
        """The visit could not begin, and not for the account's fault: it is due as before, its pace from `free_at`."""
        held = _pace.c.key == due.pace_key, _pace.c.leased_by == due.owner
        with self._database.begin() as connection:
            again = {"next_at": due.planned_at, "attempts": due.attempts, "leased_by": None}
            connection.execute(_PLAN_MINE, _of(due) | again)
            connection.execute(update(_pace).where(*held).values(free_at=free_at, leased_by=None))

    def give_back_unknown(self, platform: str, owner: str, now: datetime) -> None:
        """What `owner` leased of the platform without hearing of it, the answer being lost: it is due, its pace free.

        Only for who visits nobody of it.
        """
        # The lease may not be written yet: then its transaction holds the pace, and is waited for.
        each = select(_pace.c.key).where(_pace.c.platform == platform).order_by(_pace.c.key).with_for_update()
        mine = _pace.c.platform == platform, _pace.c.leased_by == owner
        with self._database.begin() as connection:
            connection.execute(each).all()
            freed = update(_pace).where(*mine).values(free_at=now, leased_by=None).returning(_pace.c.key)
            for key in connection.execute(freed).scalars().all():
                held = _visit.c.platform == platform, _visit.c.pace_key == key, _visit.c.leased_by == owner
                due = {"next_at": now, "attempts": _visit.c.attempts - 1, "leased_by": None}
                connection.execute(update(_visit).where(*held).values(**due))

    def rest(self, due: Due, rest: Rest) -> None:
        """The visit is over: its pace is free again after its rest. A pause set meanwhile by another visit stays."""
        # A rest of seconds is over when a machine is up again; a pause after a block is not.
        with self._database.begin(lasting=rest.paused_until is not None) as connection:
            row = connection.execute(_THE_PACE, {"of": due.pace_key}).first()
            if row is not None:
                values = _rested(row, rest, mine=row.leased_by == due.owner)
                connection.execute(_SET_PACE, {"of": due.pace_key, **values})

    def record(self, due: Due, next_at: datetime, items: Mapping[str, Published], *, at_line: bool = False) -> None:
        """What the visit found is on the bus: plan the next one, remember what was published and forget the oldest.

        `at_line`: the next one is for a deadline, and goes before others that are due then.
        """
        values = {
            "next_at": next_at,
            "attempts": 0,
            "leased_by": None,
            "failures": due.failures,
            "last_at": due.last_at,
            "newest_post_at": due.newest_post_at,
            "posts_per_day": due.posts_per_day,
            "rhythm": due.rhythm,
            "wanted_per_day": due.wanted_per_day,
            "at_line": at_line,
        }
        # What a power failure undoes of it is looked at again, as after a crash between bus and database.
        with self._database.begin(lasting=False) as connection:
            connection.execute(_PLAN_MINE, _of(due) | values)
            if items:
                record_published(self._database, connection, due.account.key, items)
                forget_unshown(connection, due.account.key, max(item.shown_at for item in items.values()))

    def published(self, key: str, ids: Collection[str]) -> dict[str, Published]:
        """What was published for this account, of these items."""
        with self._database.read() as connection:
            return published(connection, key, ids)

    def wanted_per_day(self) -> dict[str, float]:
        """By pace: how many visits a day its accounts would like together, of those visited at least once."""
        wanted = func.sum(_visit.c.wanted_per_day)
        told = _visit.c.wanted_per_day.is_not(None), _visit.c.pace_key.is_not(None)
        rows = select(_visit.c.pace_key, wanted).where(*told)
        with self._database.read() as connection:
            return {key: float(total) for key, total in connection.execute(rows.group_by(_visit.c.pace_key))}

    def clock_offsets(self) -> dict[str, timedelta]:
        """By pace (a platform, or `feed:host`): our clock minus theirs, at the newest visit that told."""
        rows = select(_pace.c.key, _pace.c.clock_offset_seconds).where(_pace.c.clock_offset_seconds.is_not(None))
        with self._database.read() as connection:
            return {key: timedelta(seconds=seconds) for key, seconds in connection.execute(rows)}

    def database_now(self) -> datetime | None:
        """The database server's clock; null for SQLite, whose clock is ours."""
        if self._database.engine.dialect.name == "sqlite":
            return None
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(select(func.clock_timestamp())).scalar()
        return moment

    def platforms_besides(self, known: Collection[str]) -> list[str]:
        """Platforms with accounts that are none of `known`."""
        with self._database.read() as connection:
            strange = select(_visit.c.platform).where(_visit.c.platform.not_in(known)).distinct()
            return list(connection.execute(strange).scalars())

    def is_waiting(self, since: datetime, patient_until: datetime) -> bool:
        """True while an account was not visited since `since` and no pause forbids to do so by `patient_until`."""
        resting = select(_pace.c.key).where(_pace.c.paused_until > patient_until)
        reachable = or_(_visit.c.pace_key.is_(None), _visit.c.pace_key.not_in(resting))
        with self._database.read() as connection:
            return (
                connection.execute(select(_visit.c.key).where(_unvisited(since), reachable).limit(1)).first()
                is not None
            )

    def owners(self) -> list[str]:
        """Who holds a lease."""
        with self._database.read() as connection:
            return list(connection.execute(select(_pace.c.leased_by).where(_pace.c.leased_by.is_not(None))).scalars())

    def free_leases(self, owners: Collection[str], now: datetime) -> None:
        """These processes are gone: what they visited may be visited again. Pauses stay."""
        free_at = case((_pace.c.paused_until > now, _pace.c.paused_until), else_=now)
        with self._database.begin() as connection:
            held = update(_pace).where(_pace.c.leased_by.in_(owners))
            connection.execute(held.values(free_at=free_at, leased_by=None))
            connection.execute(update(_visit).where(_visit.c.leased_by.in_(owners)).values(leased_by=None))

    def make_all_due(self, now: datetime) -> None:
        """Ask for one visit to every account, wherever it stands in the schedule."""
        with self._database.begin() as connection:
            connection.execute(update(_visit).values(next_at=now))
            connection.execute(update(_visit).where(_visit.c.last_at > now).values(last_at=None))

    def ask_again(self, since: datetime, now: datetime) -> None:
        """As `make_all_due`, of accounts nobody visited since `since`: a visit that was then under way ended after it,
        and planned the next one as ever. One that is under way now is left to end."""
        late = _unvisited(since), _visit.c.next_at > now, _visit.c.leased_by.is_(None)
        with self._database.begin() as connection:
            connection.execute(update(_visit).where(*late).values(next_at=now))

    def mend_plans(self, now: datetime) -> None:
        """What was planned under a clock that ran ahead is due now, not in months."""
        ahead, future = now + LONGEST_PLAN, now + _AHEAD
        with self._database.begin() as connection:
            wrong = or_(_visit.c.next_at > ahead, _visit.c.last_at > future)
            connection.execute(update(_visit).where(wrong).values(next_at=now, last_at=None))
            free = {"free_at": now, "leased_by": None, "paused_until": None, "last_visit_at": None}
            wrong = or_(_pace.c.free_at > ahead, _pace.c.last_visit_at > future)
            connection.execute(update(_pace).where(wrong).values(**free))

    def _name_paces(
        self, connection: Connection, platform: str, now: datetime, pace_of: Callable[[Account], str]
    ) -> None:
        for key in connection.execute(_NAMELESS, {"of": platform}).scalars().all():
            account = find_account(connection, key)
            name = pace_of(account) if account else platform
            self._database.add_new(connection, _pace, key=name, platform=platform, free_at=now, blocks=0)
            connection.execute(_PLAN, {"of": key, "pace_key": name})


def _unvisited(since: datetime) -> ColumnElement[bool]:
    return or_(_visit.c.last_at.is_(None), _visit.c.last_at < since)


def _plan(connection: Connection, key: str, next_at: datetime, attempts: int, owner: str) -> None:
    connection.execute(_PLAN, {"of": key, "next_at": next_at, "attempts": attempts, "leased_by": owner})


def _of(due: Due) -> dict[str, object]:
    return {"of": due.account.key, "mine": due.owner}


def _free_pace(connection: Connection, platform: str, now: datetime) -> Row[*tuple[object, ...]] | None:
    """Locked until the end of the transaction; another collector's is passed over, not waited for."""
    return connection.execute(_FREE_PACE, {"of": platform, "now": now}).first()


def _first_due(connection: Connection, platform: str, pace_key: str, now: datetime) -> Row[*tuple[object, ...]] | None:
    return connection.execute(_FIRST_DUE, {"of": platform, "pace": pace_key, "now": now}).first()


def _rested(row: Row[*tuple[object, ...]], rest: Rest, mine: bool) -> dict[str, object]:
    """Pauses are merged, never shortened; who lost the lease may add to them and frees nothing."""
    pauses = [moment for moment in (row.paused_until, rest.paused_until) if moment is not None]
    values: dict[str, object] = {
        "paused_until": max(pauses, default=None),
        "blocks": rest.blocks if mine else max(row.blocks, rest.blocks),
        "last_visit_at": max(filter(None, (row.last_visit_at, rest.last_visit_at))),
        "free_at": max([rest.free_at, *pauses] if mine else [row.free_at, rest.free_at, *pauses]),
        "leased_by": None if mine else row.leased_by,
    }
    if rest.clock_offset is not None:
        values["clock_offset_seconds"] = rest.clock_offset.total_seconds()
    return values
