"""Where accounts stand, within one transaction of the analyzer: read once, written at the end."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from shared.standing import Standing
from shared.storage.tables.every import metadata

_standing = metadata.tables["standing"]

# Asked for every batch: building a statement costs more than running it.
_OPEN = select(_standing).where(_standing.c.key.in_(bindparam("those", expanding=True)), _standing.c.until.is_(None))
_BEFORE = (
    select(_standing)
    .where(_standing.c.key == bindparam("of"), _standing.c.until == bindparam("ended"))
    .order_by(_standing.c.since.desc())
    .limit(1)
)
_WRITTEN = [column for column in _standing.columns if column.name not in ("id", "key", "platform")]
_CHANGE = (
    update(_standing)
    .where(_standing.c.id == bindparam("of"))
    .values({column: bindparam(f"new_{column.name}", type_=column.type) for column in _WRITTEN})
)
_BEGIN = insert(_standing)

_Period = dict[str, Any]
"""A row; without `id` it is not in the database yet."""


class StandingRows:
    """One row per account and period. Whoever asks has the accounts to itself. What `write` did not write is lost."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._periods: dict[str, list[_Period]] = {}
        self._changed: dict[int, _Period] = {}
        self._new: list[_Period] = []

    def read(self, keys: Collection[str]) -> None:
        """Ask at once where the accounts stand; of others it is asked when it matters."""
        self._periods |= {key: [] for key in keys}
        for row in self._connection.execute(_OPEN, {"those": list(keys)}).mappings():
            self._periods[row["key"]].append(dict(row))

    def stand(self, standing: Standing, at: datetime, check_at: datetime | None) -> None:
        """The account stands so since `at`. A new period begins where state or reason differ, else the row goes on."""
        values = _values(standing, at, check_at)
        periods = self._of(standing.account.key)
        last = periods[-1] if periods else None
        same = last is not None and (last["state"], last["why"]) == (standing.state, standing.why)
        if last is not None and (same or at <= last["since"]):
            self._change(last, since=last["since"] if same else self._begun(periods, at), **values)
            return
        if last is not None:
            self._change(last, until=at, check_at=None)
        account = standing.account
        periods.append({"key": account.key, "platform": account.platform, "since": at, "until": None, **values})
        self._new.append(periods[-1])

    def end(self, key: str, at: datetime) -> None:
        """The account is no longer in the ledger: it stands nowhere from `at`."""
        periods = self._of(key)
        if periods:
            self._change(periods[-1], until=max(at, periods[-1]["since"]), check_at=None)
            self._periods[key] = []

    def write(self) -> None:
        """What ended first: of an account only one period may be open."""
        if self._changed:
            rows = [{"of": number, **_named(period)} for number, period in self._changed.items()]
            self._connection.execute(_CHANGE, rows)
        if self._new:
            self._connection.execute(_BEGIN, self._new)
        self._periods, self._changed, self._new = {}, {}, []

    def _of(self, key: str) -> list[_Period]:
        """Its periods that may change, oldest first; the last is open."""
        if key not in self._periods:
            self.read([key])
        return self._periods[key]

    def _begun(self, periods: list[_Period], at: datetime) -> datetime:
        """A period dated after `at` was begun under a clock that was ahead: what is known at `at` holds from then."""
        last = periods[-1]
        if len(periods) == 1:
            before = self._connection.execute(_BEFORE, {"of": last["key"], "ended": last["since"]}).mappings().first()
            periods[:0] = [dict(before)] if before else []
        if len(periods) > 1:
            if periods[-2]["since"] >= at:
                since: datetime = last["since"]
                return since
            self._change(periods[-2], until=at)
        return at

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


def _named(period: _Period) -> _Period:
    return {f"new_{column.name}": period[column.name] for column in _WRITTEN}
