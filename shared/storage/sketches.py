"""Sketches of published texts, found by the marks that texts alike share. At most 24 rows an item."""

import struct
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    TextualSelect,
    bindparam,
    column,
    delete,
    select,
    text,
    update,
)

from shared.storage.among import among
from shared.storage.database import Database
from shared.storage.rows import Add
from shared.storage.sketch_marks import OF_DIALECT, Marks
from shared.storage.tables.columns import WAITING
from shared.storage.tables.every import metadata

SKETCHES = "sketches"
"""Who writes sketches marks those of other accounts too: one at a time, after all accounts of the transaction, or two
that marked each other's would wait for each other."""
MOST_MARKS = 23
MOST_SHARING = 10
"""Earlier items looked at for each mark, oldest first: what more share is a set phrase and tells nothing."""
MOST_NEAR = 16
MOST_LATER = 1000
"""Later items looked at for each mark: one that comes to light after its copies concerns them all."""
_LEAST_COMMON = 3
_NO_MARK = -1
_PLACES = tuple(f"mark{place}" for place in range(MOST_MARKS))

_sketch = metadata.tables["sketch"]
_mark = metadata.tables["sketch_mark"]


class Sketched(NamedTuple):
    """An item of which a sketch is kept. `marks`: at most 23 numbers of 63 bits; none: nobody finds it.

    `observed_at`: when the version that was sketched was shown. `body`: only the analyzer reads it.
    """

    fingerprint: str
    key: str
    post_id: str
    title: str | None
    url: str | None
    published_at: datetime
    observed_at: datetime
    marks: tuple[int, ...]
    body: bytes


class Kept(NamedTuple):
    """`added`: items of which no sketch was kept; `again`: items whose sketch is as it was.

    `replaced`: what another text of an item took the place of.
    """

    added: list[Sketched]
    again: list[Sketched]
    replaced: list[Sketched]


def _near(when: str, most_of_mark: int, most: int) -> TextualSelect:
    """Items that have marks in common with those asked for: of each mark some, the oldest first."""
    shared = "SELECT at, sketch FROM sketch_mark WHERE mark = :mark{0} AND at {1} :at ORDER BY at, sketch LIMIT {2}"
    part = f"SELECT * FROM ({shared}) AS bounded{{0}}"  # noqa: S608 - nothing in it comes from elsewhere
    parts = " UNION ALL ".join(part.format(place, when, most_of_mark) for place in range(MOST_MARKS))
    columns = ", ".join(f"sketch.{one.name}" for one in _sketch.columns)
    query = (
        f"SELECT {columns}, near.common FROM (SELECT sketch, count(*) AS common, min(at) AS at"  # noqa: S608 - as above
        f" FROM ({parts}) AS shared GROUP BY sketch HAVING count(*) >= {_LEAST_COMMON}"
        f" ORDER BY common DESC, at, sketch LIMIT {most}) AS near JOIN sketch ON sketch.id = near.sketch"
        " WHERE sketch.fingerprint <> :own ORDER BY near.common DESC, near.at, near.sketch"
    )
    # As text: of so many parameters the builder would make more work than the database has.
    return text(query).columns(*_sketch.columns, column("common", Integer))


# Asked for every item: building a statement costs more than running it.
_EARLIER, _LATER = _near("<", MOST_SHARING, MOST_NEAR), _near(">", MOST_LATER, MOST_LATER)
_OF = select(_sketch).where(among(_sketch.c.fingerprint))
_WAITING = select(_sketch).where(text(WAITING)).order_by(_sketch.c.id).limit(bindparam("most"))
_WAIT = update(_sketch).where(among(_sketch.c.fingerprint)).values(waiting=True)
_COMPARED = update(_sketch).where(among(_sketch.c.fingerprint)).values(waiting=False)
_SHOWN_AGAIN = (
    update(_sketch)
    .where(_sketch.c.fingerprint == bindparam("of"))
    .values(observed_at=bindparam("at", type_=_sketch.c.observed_at.type))
)
_ADD = Add(_sketch, tells=("id", "fingerprint"))
_DROP = delete(_sketch).where(_sketch.c.id == bindparam("which"))
_DROP_MARK = delete(_mark).where(
    _mark.c.mark == bindparam("mark"), _mark.c.at == bindparam("at"), _mark.c.sketch == bindparam("sketch")
)


class Sketches:
    """Within one transaction of the analyzer. Whoever writes has the account to itself."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self._marks = OF_DIALECT[connection.dialect.name]

    def keep(self, items: Sequence[Sketched], settled: Collection[str] = ()) -> Kept:
        """Keep the sketches, unless a newer version of an item is kept. No item is named twice.

        New ones that share marks with another item then wait to be compared, but for those that are `settled`; so do
        those that changed.
        """
        those = {"those": [item.fingerprint for item in items]}
        known = {row.fingerprint: row for row in self._connection.execute(_OF, those)} if items else {}
        added = [item for item in items if item.fingerprint not in known]
        kept = Kept(added, [], [])
        self._add(added, waiting=self._alike(added).difference(settled))
        for item in items:
            if item.fingerprint in known and known[item.fingerprint].observed_at < item.observed_at:
                self._renew(known[item.fingerprint], item, kept)
        return kept

    def _renew(self, known: Row[Any], item: Sketched, kept: Kept) -> None:
        before = _sketched(known)
        if before._replace(observed_at=item.observed_at) == item:
            self._connection.execute(_SHOWN_AGAIN, {"of": item.fingerprint, "at": item.observed_at})
            kept.again.append(item)
            return
        drop_sketches(self._connection, [known])
        self._add([item], waiting={item.fingerprint})
        kept.replaced.append(before)

    def _alike(self, items: Sequence[Sketched]) -> set[str]:
        """Fingerprints of those that share marks, with what is kept or with each other."""
        times = Counter(mark for item in items for mark in item.marks)
        known = set(self._marks.known(self._connection, list(times))) if times else set()
        common = {item.fingerprint: sum(mark in known or times[mark] > 1 for mark in item.marks) for item in items}
        return {fingerprint for fingerprint, count in common.items() if count >= _LEAST_COMMON}

    def _add(self, items: Sequence[Sketched], waiting: Collection[str]) -> None:
        if not items:
            return
        own = {
            item.fingerprint: {"marks": _packed(item.marks), "waiting": item.fingerprint in waiting} for item in items
        }
        values = [item._asdict() | own[item.fingerprint] for item in items]
        numbers = {row.fingerprint: row.id for row in self._database.write(self._connection, _ADD, values)}
        marks = _numbered((numbers[item.fingerprint], item) for item in items)
        if marks.values:
            self._marks.add(self._connection, marks)

    def wait(self, fingerprints: Collection[str]) -> None:
        """Those of the items of which a sketch is kept have to be compared."""
        if fingerprints:
            self._connection.execute(_WAIT, {"those": list(fingerprints)})

    def waiting(self, most: int) -> list[Sketched]:
        """Items that have not been held against the others since they came or changed."""
        return [_sketched(row) for row in self._connection.execute(_WAITING, {"most": most})]

    def compared(self, fingerprints: Sequence[str]) -> None:
        self._connection.execute(_COMPARED, {"those": fingerprints})

    def sharing(self, items: Sequence[Sketched]) -> set[str]:
        """Fingerprints of the items of which `earlier` or `later` may find something: one question for many items."""
        marks = _numbered(enumerate(items))
        places = self._marks.shared(self._connection, marks) if marks.values else ()
        return {items[place].fingerprint for place, common in Counter(places).items() if common >= _LEAST_COMMON}

    def earlier(self, marks: Sequence[int], own: str, published_at: datetime) -> list[Sketched]:
        """Items but `own` (a fingerprint) published before, those that share most marks first; bounded."""
        return self._near(_EARLIER, marks, own, published_at)

    def later(self, marks: Sequence[int], own: str, published_at: datetime) -> list[Sketched]:
        """As `earlier`, of those published after, all but where a thousand share a mark."""
        return self._near(_LATER, marks, own, published_at)

    def _near(self, near: TextualSelect, marks: Sequence[int], own: str, published_at: datetime) -> list[Sketched]:
        asked: dict[str, object] = dict(zip(_PLACES, chain(marks, repeat(_NO_MARK)), strict=False))
        rows = self._connection.execute(near, asked | {"at": whole_seconds(published_at), "own": own})
        return [_sketched(row) for row in rows]


def drop_sketches(connection: Connection, rows: Iterable[Row[Any]]) -> None:
    """Delete rows of the table, with their marks."""
    for row in rows:
        marks = _mark_rows(row.id, row.published_at, unpacked(row.marks))
        if marks:
            connection.execute(_DROP_MARK, marks)
        connection.execute(_DROP, {"which": row.id})


def _numbered(items: Iterable[tuple[int, Sketched]]) -> Marks:
    marks = Marks()
    for number, item in items:
        marks.of(number, item.marks, whole_seconds(item.published_at))
    return marks


def _mark_rows(number: int, published_at: datetime, marks: Iterable[int]) -> list[dict[str, int]]:
    at = whole_seconds(published_at)
    return [{"mark": mark, "at": at, "sketch": number} for mark in marks]


def _sketched(row: Row[Any]) -> Sketched:
    return Sketched(
        fingerprint=row.fingerprint,
        key=row.key,
        post_id=row.post_id,
        title=row.title,
        url=row.url,
        published_at=row.published_at,
        observed_at=row.observed_at,
        marks=unpacked(row.marks),
        body=row.body,
    )


def whole_seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _packed(marks: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(marks)}q", *marks)


def unpacked(marks: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(marks) // 8}q", marks)
