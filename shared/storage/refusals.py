"""What ledger files say that was not taken, as of any moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from shared.account import Account
from shared.ledger.refusal import Refusal
from shared.ledger.values import BadCellError, UnsupportedPlatformError, read_platform
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_refusal = metadata.tables["refusal"]
_SAME = ("place", "header", "name", "platform", "unit", "key", "message", "remedy")


class Refusals:
    """Written by whoever imports a ledger file; doctor and lists show them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, file: str, refusals: Iterable[Refusal], accepted: Sequence[Account], now: datetime) -> None:
        """The file was read anew: what it still says goes on, what it says no longer ends.

        What another file said of an account that this one has in good order (`accepted`) ends, too.
        """
        found = {_identity(refusal): refusal for refusal in refusals}
        with self._database.begin() as connection:
            self._database.serialise(connection, "refusal")
            still = connection.execute(select(_refusal).where(_refusal.c.until.is_(None))).all()
            own = {_identity(row): row.id for row in still if row.file == file}
            mended = _Mended(accepted, {key for refusal in found.values() if (key := refusal.key)})
            over = [number for identity, number in own.items() if identity not in found]
            over += [row.id for row in still if row.file != file and mended.covers(row)]
            for number in over:
                connection.execute(update(_refusal).where(_refusal.c.id == number).values(until=now))
            for identity, refusal in found.items():
                if identity not in own:
                    values = {name: getattr(refusal, name) for name in ("file", *_SAME)}
                    connection.execute(insert(_refusal).values(since=now, **values))

    def current(self) -> list[Refusal]:
        """Those in force, whole rows first, by file and place."""
        return self._at(None)

    def as_of(self, moment: datetime) -> list[Refusal]:
        """Those in force at a moment, the same whenever it is asked."""
        return self._at(moment)

    def _at(self, moment: datetime | None) -> list[Refusal]:
        held: ColumnElement[bool] = _refusal.c.until.is_(None)
        if moment is not None:
            held = and_(_refusal.c.since <= moment, or_(held, _refusal.c.until > moment))
        with self._database.read() as connection:
            found = connection.execute(select(_refusal).where(held).order_by(_refusal.c.id)).all()
        return sorted(map(_refusal_of, found), key=lambda one: (not one.is_row, one.file))


class _Mended:
    """The accounts that a file has in good order, to be recognised in what others say of them."""

    def __init__(self, accepted: Sequence[Account], still_bad: set[str]) -> None:
        self._keys = {account.key for account in accepted} - still_bad
        self._names = {(account.name, account.platform) for account in accepted}
        self._units = {(account.name, account.unit) for account in accepted}

    def covers(self, row: Row[Any]) -> bool:
        if row.key is not None:
            return row.key in self._keys
        platform = _platform(row.platform)
        return (row.name, platform) in self._names if platform else (row.name, row.unit) in self._units


def _platform(words: str) -> str | None:
    try:
        return read_platform(words)
    except (BadCellError, UnsupportedPlatformError):
        return None


def _identity(refusal: Refusal | Row[Any]) -> tuple[str | None, ...]:
    return tuple(getattr(refusal, name) for name in _SAME)


def _refusal_of(row: Row[Any]) -> Refusal:
    return Refusal(**{name: getattr(row, name) for name in ("file", *_SAME, "since", "until")})
