"""The ledger in the database: versions of accounts, never overwritten, never deleted by omission."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, or_, select, update

from shared.account import Account, AccountStatus
from shared.storage.database import Database
from shared.storage.tables import metadata

_account = metadata.tables["account"]
_visit = metadata.tables["visit"]


@dataclass(frozen=True)
class Upserted:
    """What an import did. `absent` are keys in the database that the file did not name; they stay."""

    added: int
    changed: int
    unchanged: int
    absent: tuple[str, ...]


class Accounts:
    """Reading and importing the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(self, accounts: Iterable[Account], now: datetime) -> Upserted:
        """Add or change by (platform, id), all in one transaction; a new account is due at once, a cancelled never."""
        with self._database.begin() as connection:
            self._database.lock_table(connection, _account)
            bodies = select(_account.c.key, _account.c.body).where(in_force())
            known = {key: body for key, body in connection.execute(bodies)}  # noqa: C416 - rows are no tuples
            given = {account.key: account for account in accounts}
            added = [account for key, account in given.items() if key not in known]
            changed = [account for key, account in given.items() if key in known and _differs(known[key], account)]
            for account in (*added, *changed):
                self._write(connection, account, now)
        absent = tuple(sorted(set(known) - set(given)))
        return Upserted(len(added), len(changed), len(given) - len(added) - len(changed), absent)

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

    def _write(self, connection: Connection, account: Account, now: datetime) -> None:
        same = _account.c.key == account.key
        connection.execute(delete(_account).where(same, _account.c.since == now))
        connection.execute(update(_account).where(same, in_force()).values(until=now))
        connection.execute(
            _account.insert().values(
                key=account.key,
                platform=account.platform,
                cancelled=account.status is AccountStatus.CANCELLED,
                since=now,
                body=account.model_dump_json(),
            )
        )
        if account.status is AccountStatus.CANCELLED:
            connection.execute(delete(_visit).where(_visit.c.key == account.key))
            return
        plan = {"key": account.key, "platform": account.platform, "next_at": now, "attempts": 0, "failures": 0}
        visit = self._database.insert(_visit).values(**plan)
        # A new address may lead to another host: the next collector names whose pace it is.
        connection.execute(visit.on_conflict_do_update(index_elements=["key"], set_={"pace_key": None}))


def in_force(moment: datetime | None = None) -> ColumnElement[bool]:
    """The version of the ledger at `moment`; null is now."""
    if moment is None:
        return _account.c.until.is_(None)
    return and_(_account.c.since <= moment, or_(_account.c.until.is_(None), _account.c.until > moment))


# Asked for every account that is judged: building a statement costs more than running it.
_IN_FORCE = select(_account.c.body).where(_account.c.key == bindparam("of"), in_force())
_ENTERED = select(func.min(_account.c.since)).where(_account.c.key == bindparam("of"))


def find_account(connection: Connection, key: str) -> Account | None:
    body = connection.execute(_IN_FORCE, {"of": key}).scalar()
    return Account.model_validate_json(body) if body is not None else None


def watched_since(connection: Connection, key: str) -> datetime | None:
    """When the account first entered the ledger."""
    moment: datetime | None = connection.execute(_ENTERED, {"of": key}).scalar()
    return moment


def cancelled_since(connection: Connection, key: str) -> datetime | None:
    """Since when the ledger has had the account as cancelled; null when it does not."""
    mine = select(_account.c.since, _account.c.cancelled).where(_account.c.key == key)
    moment: datetime | None = None
    for since, is_cancelled in connection.execute(mine.order_by(_account.c.since.desc())):
        if not is_cancelled:
            break
        moment = since
    return moment


def _differs(body: str, account: Account) -> bool:
    # A body of an older version lacks fields without meaning anything else.
    return body != account.model_dump_json() and Account.model_validate_json(body) != account
