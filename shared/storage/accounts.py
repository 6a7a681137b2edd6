"""The ledger in the database: versions of accounts, never overwritten, never deleted by omission."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

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
            known = _in_force(connection, None)
            given = {account.key: account for account in accounts}
            added = [account for key, account in given.items() if key not in known]
            changed = [account for key, account in given.items() if key in known and known[key] != account]
            for account in (*added, *changed):
                self._write(connection, account, now)
        absent = tuple(sorted(set(known) - set(given)))
        return Upserted(len(added), len(changed), len(given) - len(added) - len(changed), absent)

    def all(self) -> list[Account]:
        """The ledger in force, by key."""
        return self.as_of(None)

    def as_of(self, moment: datetime | None) -> list[Account]:
        """The ledger as it was in force at `moment`; null is now."""
        with self._database.read() as connection:
            return [account for _, account in sorted(_in_force(connection, moment).items())]

    def began_at(self) -> datetime | None:
        """When the first account entered the ledger; null while it is empty."""
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(select(func.min(_account.c.since))).scalar()
        return moment

    def find(self, key: str) -> Account | None:
        with self._database.read() as connection:
            return find_account(connection, key)

    def watched_since_all(self) -> dict[str, datetime]:
        """When each account first entered the ledger, by key."""
        first = select(_account.c.key, func.min(_account.c.since)).group_by(_account.c.key)
        with self._database.read() as connection:
            return {key: moment for key, moment in connection.execute(first)}  # noqa: C416 - rows are no tuples

    def _write(self, connection: Connection, account: Account, now: datetime) -> None:
        insert = self._database.insert(_account).values(key=account.key, since=now, body=account.model_dump_json())
        body = {"body": insert.excluded.body}
        connection.execute(insert.on_conflict_do_update(index_elements=["key", "since"], set_=body))
        if account.status is AccountStatus.CANCELLED:
            connection.execute(delete(_visit).where(_visit.c.key == account.key))
            return
        plan = {"key": account.key, "platform": account.platform, "next_at": now, "attempts": 0, "failures": 0}
        visit = self._database.insert(_visit).values(**plan)
        # A new address may lead to another host: the next collector names whose pace it is.
        connection.execute(visit.on_conflict_do_update(index_elements=["key"], set_={"pace_key": None}))


def find_account(connection: Connection, key: str) -> Account | None:
    newest = select(_account.c.body).where(_account.c.key == key).order_by(_account.c.since.desc()).limit(1)
    body = connection.execute(newest).scalar()
    return Account.model_validate_json(body) if body is not None else None


def watched_since(connection: Connection, key: str) -> datetime | None:
    """When the account first entered the ledger."""
    moment: datetime | None = connection.execute(
        select(func.min(_account.c.since)).where(_account.c.key == key)
    ).scalar()
    return moment


def _in_force(connection: Connection, moment: datetime | None) -> dict[str, Account]:
    rows = select(_account.c.key, _account.c.body).order_by(_account.c.since)
    if moment is not None:
        rows = rows.where(_account.c.since <= moment)
    return {key: Account.model_validate_json(body) for key, body in connection.execute(rows)}
