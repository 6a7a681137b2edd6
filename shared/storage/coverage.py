"""When accounts were really seen: the analyzer adds stretches, each one joined to those it touches; anybody reads."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from shared.storage.among import among
from shared.storage.database import Database
from shared.storage.rows import Add
from shared.storage.tables.every import metadata
from shared.stretches import Seen, Stretch, merged

MOST_STRETCHES = 60
"""Of one account and kind; the oldest are forgotten first, and what is not known to be seen accuses nobody."""

_coverage = metadata.tables["coverage"]
_KEYS = ("key", "kind", "since")

# Asked for every batch: building a statement costs more than running it.
_OF = select(_coverage).where(among(_coverage.c.key))
_KEEP = Add(_coverage, by=_KEYS, renew=("until",))
_DROP = delete(_coverage).where(*(_coverage.c[name] == bindparam(f"its_{name}") for name in _KEYS))

_Kind = tuple[str, Seen]


class CoverageRows:
    """Within one transaction. Whoever adds has the accounts to itself. What was not written by `write` is lost."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self._stored: dict[_Kind, list[Stretch]] = {}
        self._now: dict[_Kind, list[Stretch]] = {}

    def read(self, keys: Collection[str]) -> None:
        """Ask at once for the accounts; of others it is asked when it matters."""
        self.write()
        found: dict[_Kind, list[Stretch]] = defaultdict(list)
        for row in self._connection.execute(_OF, {"those": list(keys)}):
            if row.kind in list(Seen):
                found[row.key, Seen(row.kind)].append(Stretch(row.since, row.until))
        self._stored |= {(key, kind): sorted(found[key, kind]) for key in keys for kind in Seen}

    def of(self, key: str, kind: Seen) -> list[Stretch]:
        """Oldest first."""
        if (key, kind) in self._now:
            return self._now[key, kind]
        if (key, kind) not in self._stored:
            self.read([key])
        return self._stored[key, kind]

    def add(self, key: str, kind: Seen, stretch: Stretch) -> None:
        """The same whatever was added before, and however often."""
        known = self.of(key, kind)
        joined = merged([*known, stretch], kind.gap)[-MOST_STRETCHES:]
        if joined != known:
            self._now[key, kind] = joined

    def write(self) -> None:
        changed = [(of, set(self._stored.get(of, ())), set(now)) for of, now in self._now.items()]
        begun = {of: {one.since for one in now} for of, _, now in changed}
        gone = [_row(of, one) for of, was, _ in changed for one in was if one.since not in begun[of]]
        new = [_row(of, one) for of, was, now in changed for one in sorted(now - was)]
        if gone:
            self._connection.execute(_DROP, [{f"its_{name}": row[name] for name in _KEYS} for row in gone])
        if new:
            self._database.write(self._connection, _KEEP, new)
        self._stored |= self._now
        self._now = {}


class Coverage:
    """What anybody may ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, key: str) -> dict[Seen, list[Stretch]]:
        """Of one account, oldest first."""
        with self._database.read() as connection:
            rows = CoverageRows(self._database, connection)
            return {kind: rows.of(key, kind) for kind in Seen}


def forget_coverage(connection: Connection, key: str, before: datetime) -> None:
    """Delete what ended before a moment."""
    connection.execute(delete(_coverage).where(_coverage.c.key == key, _coverage.c.until < before))


def _row(of: _Kind, stretch: Stretch) -> dict[str, str | datetime]:
    return {"key": of[0], "kind": str(of[1]), "since": stretch.since, "until": stretch.until}
