"""Posts or probes that are added within one transaction: asked for at once, written at once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, select

from shared.events import Post, Probe
from shared.storage.among import among
from shared.storage.database import Database
from shared.storage.rows import Add

E = TypeVar("E", bound=Post | Probe)
_Sight = tuple[str, datetime]


def asking(table: Table, moment: ColumnElement[datetime]) -> Select[Any]:
    """Which of some events are stored. By time too, or an item would be answered with all its versions."""
    between = moment.between(bindparam("first"), bindparam("last"))
    return select(table.c.fingerprint, moment).where(among(table.c.fingerprint), between)


class Added(Generic[E]):
    """`add`: keeps what is there. `asked`: the statement of `asking`. Whoever adds has the accounts to itself.

    `unwritten`: keys of the accounts of which something is still to be written.
    """

    def __init__(
        self,
        database: Database,
        connection: Connection,
        add: Add,
        asked: Select[Any],
        row_of: Callable[[E], dict[str, Any]],
    ) -> None:
        self._database = database
        self._connection = connection
        self._add = add
        self._asked = asked
        self._row_of = row_of
        self._expected: set[_Sight] = set()
        self._known: set[_Sight] = set()
        self._new: list[E] = []
        self.unwritten: set[str] = set()

    def expect(self, events: Iterable[E]) -> None:
        """Ask at once which of the events are stored; of others it is asked when they are added."""
        sights = {_sight(event) for event in events}
        if sights:
            times = [moment for _, moment in sights]
            those = sorted({fingerprint for fingerprint, _ in sights})
            rows = self._connection.execute(self._asked, {"those": those, "first": min(times), "last": max(times)})
            self._known |= {(row[0], row[1]) for row in rows}
            self._expected |= sights

    def unknown(self, events: Sequence[E]) -> list[E]:
        """Those of them that are neither stored nor added, each once."""
        if unasked := [event for event in events if _sight(event) not in self._expected]:
            self.expect(unasked)
        new: dict[_Sight, E] = {}
        for event in events:
            if (sight := _sight(event)) not in self._known:
                new.setdefault(sight, event)
        return list(new.values())

    def add(self, events: Sequence[E]) -> None:
        """`events` are unknown."""
        self._known |= {_sight(event) for event in events}
        self._new += events
        self.unwritten |= {event.key for event in events}

    def write(self) -> None:
        if self._new:
            self._database.write(self._connection, self._add, [self._row_of(event) for event in self._new])
        self._new = []
        self.unwritten = set()


def _sight(event: Post | Probe) -> _Sight:
    return event.fingerprint, event.occurred_at
