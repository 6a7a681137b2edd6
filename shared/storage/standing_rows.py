"""Where accounts stand, within one transaction of the analyzer: read once, written at the end."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from shared.account import Account
from shared.standing import Standing
from shared.storage.among import among
from shared.storage.database import Database
from shared.storage.rows import Add, Change
from shared.storage.tables.every import metadata

_standing = metadata.tables["standing"]

# Asked for every batch: building a statement costs more than running it.
_OPEN = select(_standing).where(among(_standing.c.key), _standing.c.until.is_(None))
_period = _standing.alias()
_LAST = select(_standing).where(
    among(_standing.c.key),
    _standing.c.since == select(func.max(_period.c.since)).where(_period.c.key == _standing.c.key).scalar_subquery(),
)
_BEFORE = select(_standing).where(
    among(_standing.c.key),
    _standing.c.since
    == select(_period.c.since)
    .where(_period.c.key == _standing.c.key)
    .order_by(_period.c.since.desc())
    .offset(1)
    .limit(1)
    .scalar_subquery(),
)
_WRITTEN = [column.name for column in _standing.columns if column.name not in ("key", "platform")]
_CHANGE = Change(_standing, by=("id",))
_BEGIN = Add(_standing)

_Period = dict[str, Any]
"""A row; without `id` it is not in the database yet."""


class StandingRows:
    """One row per account and period. Whoever asks has the accounts to itself. What `write` did not write is lost."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self._periods: dict[str, list[_Period]] = {}
        self._changed: dict[int, _Period] = {}
        self._new: list[_Period] = []
        self._whole: set[str] = set()
        """Accounts of which the period before the last was asked for too."""

    def read(self, keys: Collection[str]) -> None:
        """Ask at once where the accounts stand; of others it is asked when it matters."""
        self._periods |= {key: [] for key in keys}
        self._whole.difference_update(keys)
        self._read(_OPEN, keys)
        # Who left the ledger and came back stands nowhere, and goes on after what was.
        if ended := [key for key in keys if not self._periods[key]]:
            self._read(_LAST, ended)

    def _read(self, asked: Select[Any], keys: Collection[str]) -> None:
        for row in self._connection.execute(asked, {"those": list(keys)}).mappings():
            self._periods[row["key"]].append(dict(row))

    def stand(self, standing: Standing, at: datetime, check_at: datetime | None) -> None:
        """The account stands so since `at`. A new period begins where state or reason differ, else the row goes on."""
        values = _values(standing, at, check_at)
        periods = self._of(standing.account.key)
        last = periods[-1] if periods else None
        if last is None:
            self._begin(standing.account, at, values)
        elif last["until"] is not None:
            self._come_back(standing.account, max(at, last["until"]), values)
        elif (last["state"], last["why"]) == (standing.state, standing.why):
            self._change(last, **values)
        elif at <= last["since"]:
            self._change(last, since=self._begun(periods, at), **values)
        else:
            self._change(last, until=at, check_at=None)
            self._begin(standing.account, at, values)

    def _begin(self, account: Account, since: datetime, values: _Period) -> None:
        period = {"key": account.key, "platform": account.platform, "since": since, "until": None, **values}
        self._of(account.key).append(period)
        self._new.append(period)

    def _come_back(self, account: Account, since: datetime, values: _Period) -> None:
        """What is late must not reach into a period that ended when the account left; one without length goes on."""
        last = self._of(account.key)[-1]
        if since > last["since"]:
            self._begin(account, since, values)
        else:
            self._change(last, until=None, **values)

    def end(self, key: str, at: datetime) -> None:
        """The account is no longer in the ledger: it stands nowhere from `at`."""
        periods = self._of(key)
        if periods and periods[-1]["until"] is None:
            self._change(periods[-1], until=max(at, periods[-1]["since"]), check_at=None)

    def write(self) -> None:
        """What ended first: of an account only one period may be open."""
        if self._changed:
            rows = [{name: period[name] for name in _WRITTEN} for period in self._changed.values()]
            self._database.write(self._connection, _CHANGE, rows)
        if self._new:
            self._database.write(self._connection, _BEGIN, self._new)
        self._periods, self._changed, self._new, self._whole = {}, {}, [], set()

    def _of(self, key: str) -> list[_Period]:
        """Its periods that may change, oldest first; the last is open, or there is none that is."""
        if key not in self._periods:
            self.read([key])
        return self._periods[key]

    def _begun(self, periods: list[_Period], at: datetime) -> datetime:
        """A period dated after `at` was begun under a clock that was ahead: what is known at `at` holds from then."""
        last = periods[-1]
        since: datetime = last["since"]
        if len(periods) == 1 and last["key"] not in self._whole:
            self._read_before()
        if len(periods) == 1:
            return at
        if periods[-2]["until"] < since:
            # The account was out of the ledger in between.
            at = max(at, periods[-2]["until"])
            return at if at > periods[-2]["since"] else since
        if periods[-2]["since"] >= at:
            return since
        self._change(periods[-2], until=at)
        return at

    def _read_before(self) -> None:
        """At once of all: where one was judged ahead of its time, the others of the batch mostly were too."""
        last = {key for key, periods in self._periods.items() if len(periods) == 1} - self._whole
        for row in self._connection.execute(_BEFORE, {"those": list(last)}).mappings():
            self._periods[row["key"]].insert(0, dict(row))
        self._whole |= last

    def _change(self, period: _Period, **values: Any) -> None:
        period.update(values)
        if "id" in period:
            self._changed[period["id"]] = period


def _values(standing: Standing, at: datetime, check_at: datetime | None) -> _Period:
    return {
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
