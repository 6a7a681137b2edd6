"""The ledger in the database: versions of accounts, never overwritten, never deleted by omission."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, text, update

from shared.account import Account, AccountStatus
from shared.events import Outcome
from shared.storage.among import among
from shared.storage.database import Database
from shared.storage.tables.columns import PROVES
from shared.storage.tables.every import metadata

_account = metadata.tables["account"]
_probe = metadata.tables["probe"]
_standing = metadata.tables["standing"]
_visit = metadata.tables["visit"]


@dataclass(frozen=True)
class Upserted:
    """What an import did. `absent` are keys in the database that the file did not name; they stay.

    `taken_over`: (old key, new key) of accounts that a corrected row stands for now. `left_removed`: keys of the file
    that somebody had removed; they stay so.
    """

    added: int
    changed: int
    unchanged: int
    absent: tuple[str, ...]
    taken_over: tuple[tuple[str, str], ...] = ()
    left_removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """What the ledger said of an account from `since` until `until` (null: still).

    `author` is null where a file said so, and not a person.
    """

    account: Account
    since: datetime
    until: datetime | None
    removed: bool
    author: str | None
    comment: str | None
    source: str | None


class Accounts:
    """Reading and importing the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(
        self,
        accounts: Iterable[Account],
        now: datetime,
        source: str | None = None,
        stands_for: Mapping[str, Sequence[str]] | None = None,
    ) -> Upserted:
        """Add or change by (platform, id), all in one transaction; a new account is due at once, a cancelled never.

        `source`: the file. `stands_for`: by key of an account, those it may take the place of; it does where no
        probe ever proved anything of them. What was removed stays so.
        """
        with self._database.begin() as connection:
            self._database.lock_table(connection, _account)
            newest = select(_account.c.key, _account.c.body, _account.c.removed).where(_account.c.until.is_(None))
            rows = connection.execute(newest).all()
            known = {row.key: row.body for row in rows if not row.removed}
            gone = {row.key for row in rows if row.removed}
            filed = {account.key: account for account in accounts}
            given = {key: account for key, account in filed.items() if key not in gone}
            added = [account for key, account in given.items() if key not in known]
            changed = [account for key, account in given.items() if key in known and _differs(known[key], account)]
            taken = _taken_over(connection, given, known.keys() - given.keys(), stands_for or {})
            for account in (*added, *changed):
                self._write(connection, account, now, source=source)
            for old, new in taken:
                was = Account.model_validate_json(known[old])
                self._write(connection, was, now, removed=True, comment=f"由 {new} 更正", source=source)
        absent = tuple(sorted(known.keys() - given.keys() - {old for old, _ in taken}))
        unchanged = len(given) - len(added) - len(changed)
        left = tuple(sorted(gone & filed.keys()))
        return Upserted(len(added), len(changed), unchanged, absent, tuple(taken), left)

    def remove(self, keys: Iterable[str], author: str, comment: str, now: datetime) -> list[str]:
        """They leave the ledger as of now, with all history kept; the keys that were in it."""
        return self._decide(keys, author, comment, now, removed=True)

    def restore(self, keys: Iterable[str], author: str, comment: str, now: datetime) -> list[str]:
        """Removed accounts come back as they were, due at once; the keys that were removed."""
        return self._decide(keys, author, comment, now, removed=False)

    def _decide(self, keys: Iterable[str], author: str, comment: str, now: datetime, removed: bool) -> list[str]:
        done = []
        with self._database.begin() as connection:
            self._database.lock_table(connection, _account)
            for key in dict.fromkeys(keys):
                mine = select(_account).where(_account.c.key == key, _account.c.until.is_(None))
                row = connection.execute(mine).first()
                if row is not None and row.removed is not removed:
                    account = Account.model_validate_json(row.body)
                    self._write(connection, account, now, removed=removed, author=author, comment=comment)
                    done.append(key)
        return done

    def versions(self, key: str) -> list[Version]:
        """Everything the ledger ever said of an account, oldest first."""
        rows = select(_account).where(_account.c.key == key).order_by(_account.c.id)
        with self._database.read() as connection:
            return [_version_of(row) for row in connection.execute(rows)]

    def removed(self) -> list[Version]:
        """Accounts that are out of the ledger, by key."""
        rows = select(_account).where(_account.c.until.is_(None), _account.c.removed.is_(True))
        with self._database.read() as connection:
            return [_version_of(row) for row in connection.execute(rows.order_by(_account.c.key))]

    def all(self) -> list[Account]:
        """The ledger in force, by key."""
        return self.as_of(None)

    def as_of(self, moment: datetime | None) -> list[Account]:
        """The ledger as it was in force at `moment`; null is now."""
        rows = select(_account.c.body).where(in_force(moment)).order_by(_account.c.key)
        with self._database.read() as connection:
            return [Account.model_validate_json(body) for body in connection.execute(rows).scalars()]

    def began_at(self) -> datetime | None:
        """When the first account entered the ledger; null while it is empty."""
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(select(func.min(_account.c.since))).scalar()
        return moment

    def find(self, key: str) -> Account | None:
        with self._database.read() as connection:
            return find_account(connection, key)

    def find_as_of(self, key: str, moment: datetime) -> Account | None:
        """As the ledger had it at the moment."""
        row = select(_account.c.body).where(_account.c.key == key, in_force(moment))
        with self._database.read() as connection:
            body = connection.execute(row).scalar()
        return Account.model_validate_json(body) if body is not None else None

    def newest_version(self) -> int:
        """The number of the ledger's newest version; 0 while it is empty."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.max(_account.c.id))).scalar() or 0)

    def changed_after(self, number: int, most: int) -> list[tuple[int, str]]:
        """(number, key) of the versions written after version `number` (0: all), in that order."""
        rows = select(_account.c.id, _account.c.key).where(_account.c.id > number).order_by(_account.c.id).limit(most)
        with self._database.read() as connection:
            return [(row.id, row.key) for row in connection.execute(rows)]

    def _write(
        self,
        connection: Connection,
        account: Account,
        now: datetime,
        *,
        removed: bool = False,
        author: str | None = None,
        comment: str | None = None,
        source: str | None = None,
    ) -> None:
        mine = _account.c.key == account.key
        begun = connection.execute(select(_account.c.since).where(mine, _account.c.until.is_(None))).scalar()
        # A version is never dated before the one it follows, whatever a clock said then.
        now = max(now, begun) if begun else now
        connection.execute(delete(_account).where(mine, _account.c.since == now))
        connection.execute(update(_account).where(mine, _account.c.until.is_(None)).values(until=now))
        is_cancelled = account.status is AccountStatus.CANCELLED
        connection.execute(
            _account.insert().values(
                key=account.key,
                platform=account.platform,
                cancelled=is_cancelled,
                since=now,
                body=account.model_dump_json(),
                removed=removed,
                author=author,
                comment=comment,
                source=source,
            )
        )
        if is_cancelled or removed:
            connection.execute(delete(_visit).where(_visit.c.key == account.key))
            return
        plan = {"key": account.key, "platform": account.platform, "next_at": now, "attempts": 0, "failures": 0}
        visit = self._database.insert(_visit).values(**plan)
        # A new address may lead to another host: the next collector names whose pace it is.
        connection.execute(visit.on_conflict_do_update(index_elements=["key"], set_={"pace_key": None}))


def _version_of(row: Row[Any]) -> Version:
    return Version(
        account=Account.model_validate_json(row.body),
        since=row.since,
        until=row.until,
        removed=row.removed,
        author=row.author,
        comment=row.comment,
        source=row.source,
    )


def _taken_over(
    connection: Connection, given: Iterable[str], absent: Set[str], stands_for: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """(old key, new key): of accounts the file no longer names and of which nothing was ever proved."""
    claims = [(old, key) for key in given for old in stands_for.get(key, ()) if old in absent]
    claimed = Counter(old for old, _ in claims)
    return [claim for claim in claims if claimed[claim[0]] == 1 and not _was_proved(connection, claim[0])]


def _was_proved(connection: Connection, key: str) -> bool:
    """Whether any probe ever showed anything of the account; its standings remember what retention has thinned."""
    good = _probe.c.outcome.in_([outcome for outcome in Outcome if outcome.is_evidence])
    probed = select(_probe.c.key).where(_probe.c.key == key, or_(good, text(PROVES))).limit(1)
    stood = select(_standing.c.key).where(_standing.c.key == key, _standing.c.proved_at.is_not(None)).limit(1)
    return any(connection.execute(query).first() is not None for query in (probed, stood))


def in_force(moment: datetime | None = None) -> ColumnElement[bool]:
    """The version of the ledger at `moment` (null: now), of accounts that were in it."""
    inside = _account.c.removed.is_(False)
    if moment is None:
        return and_(_account.c.until.is_(None), inside)
    return and_(inside, _account.c.since <= moment, or_(_account.c.until.is_(None), _account.c.until > moment))


def last_version() -> ColumnElement[bool]:
    """The last version of each account, also of those that were removed."""
    return _account.c.until.is_(None)


# Asked for every batch that is judged: building a statement costs more than running it.
_those = among(_account.c.key)
_IN_FORCE = select(_account.c.key, _account.c.body).where(_those, in_force())
_earlier = _account.alias()
_OUTSIDE = (
    select(func.max(_earlier.c.id))
    .where(_earlier.c.key == _account.c.key, _earlier.c.removed.is_(True))
    .scalar_subquery()
)
_ENTERED = select(_account.c.key, _account.c.since, _OUTSIDE.label("outside")).where(
    _those, _account.c.id > func.coalesce(_OUTSIDE, 0)
)


def find_account(connection: Connection, key: str) -> Account | None:
    return find_accounts(connection, [key])[key]


def find_accounts(connection: Connection, keys: Collection[str]) -> dict[str, Account | None]:
    """Null for who is not in the ledger."""
    found: dict[str, Account | None] = dict.fromkeys(keys)
    for row in connection.execute(_IN_FORCE, {"those": list(keys)}):
        found[row.key] = Account.model_validate_json(row.body)
    return found


def entered(connection: Connection, keys: Collection[str]) -> dict[str, tuple[datetime | None, bool]]:
    """When each account entered the ledger, and whether it had been in it and was removed: nobody watched it then."""
    found: dict[str, tuple[datetime | None, bool]] = dict.fromkeys(keys, (None, False))
    for row in connection.execute(_ENTERED, {"those": list(keys)}):
        since, _ = found[row.key]
        found[row.key] = min(since or row.since, row.since), row.outside is not None
    return found


def cancelled_since(connection: Connection, key: str) -> datetime | None:
    """Since when the ledger has had the account as cancelled; null when it does not."""
    mine = select(_account.c.since, _account.c.cancelled, _account.c.removed).where(_account.c.key == key)
    moment: datetime | None = None
    for since, is_cancelled, is_removed in connection.execute(mine.order_by(_account.c.since.desc())):
        if not is_cancelled or is_removed:
            break
        moment = since
    return moment


def _differs(body: str, account: Account) -> bool:
    # A body of an older version lacks fields without meaning anything else.
    return body != account.model_dump_json() and Account.model_validate_json(body) != account
