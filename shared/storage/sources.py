"""Further sources of accounts: given by the office, and what the collector found at each."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, delete, insert, select

from shared.events import Outcome
from shared.source import GivenSource, SourceState
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_source = metadata.tables["source"]
_state = metadata.tables["source_state"]
_visit = metadata.tables["visit"]


class Sources:
    """`source` is written by whoever manages the ledger, `source_state` by the collector."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, given: GivenSource, now: datetime) -> bool:
        """False where the account has it already."""
        values = {
            "options": json.dumps(dict(given.options), ensure_ascii=False, sort_keys=True),
            "added_at": now,
            "by": given.by,
        }
        with self._database.begin() as connection:
            self._database.serialise(connection, "source")
            if connection.execute(select(_source.c.key).where(_is(given))).first():
                return False
            named = {"key": given.key, "kind": given.kind, "address": given.address}
            connection.execute(insert(_source).values(**named, **values))
        return True

    def remove(self, given: GivenSource) -> bool:
        """With what was found there; False where the account has no such source."""
        with self._database.begin() as connection:
            found = connection.execute(delete(_source).where(_is(given))).rowcount > 0
            connection.execute(delete(_state).where(_state.c.key == given.key, _state.c.source == given.name))
        return found

    def of(self, key: str) -> list[GivenSource]:
        """Those of one account, the oldest first."""
        with self._database.read() as connection:
            order = _source.c.added_at, _source.c.kind, _source.c.address
            rows = connection.execute(select(_source).where(_source.c.key == key).order_by(*order))
            return [_given(row) for row in rows]

    def states(self, key: str) -> dict[str, SourceState]:
        """By source, how the looks at it went."""
        with self._database.read() as connection:
            rows = connection.execute(select(_state).where(_state.c.key == key))
            return {row.source: _state_of(row) for row in rows}

    def forget(self, before: datetime, most: int) -> int:
        """What was found, until then, of accounts that are no longer watched; how many rows went."""
        watched = select(_visit.c.key).where(_visit.c.key == _state.c.key).exists()
        old = select(_state.c.key, _state.c.source).where(_state.c.looked_at < before, ~watched).limit(most)
        with self._database.begin() as connection:
            rows = connection.execute(old).all()
            for row in rows:
                connection.execute(delete(_state).where(_state.c.key == row.key, _state.c.source == row.source))
        return len(rows)

    def forget_state(self, key: str, source: str) -> None:
        """What was found at one source no longer stands."""
        with self._database.begin() as connection:
            connection.execute(delete(_state).where(_state.c.key == key, _state.c.source == source))

    def note(self, states: Iterable[SourceState]) -> None:
        """What the newest looks found, on top of what earlier ones did."""
        with self._database.begin() as connection:
            for state in states:
                mine = _state.c.key == state.key, _state.c.source == state.source
                row = connection.execute(select(_state).where(*mine).with_for_update()).first()
                kept = state.after(_state_of(row) if row else None)
                connection.execute(delete(_state).where(*mine))
                connection.execute(insert(_state).values(**kept.model_dump()))


def _is(given: GivenSource) -> ColumnElement[bool]:
    return and_(_source.c.key == given.key, _source.c.kind == given.kind, _source.c.address == given.address)


def _given(row: Row[tuple[object, ...]]) -> GivenSource:
    return GivenSource.model_validate({**row._mapping, "options": json.loads(row.options)})


def _state_of(row: Row[tuple[object, ...]]) -> SourceState:
    return SourceState.model_validate({**row._mapping, "outcome": Outcome.of(row.outcome)})
