"""Sketches of published texts, found by the marks that texts alike share. At most 13 rows an item."""

import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, bindparam, delete, insert, select, text, union_all, update

from shared.storage.tables import WAITING, metadata

MOST_MARKS = 12
MOST_SHARING = 20
"""Items looked at for each mark, oldest first: what more share is a set phrase and tells nothing."""
MOST_NEAR = 16
_LEAST_COMMON = 2
_NO_MARK = -1
_ALWAYS, _NEVER = 0, 2**62

_sketch = metadata.tables["sketch"]
_mark = metadata.tables["sketch_mark"]


@dataclass(frozen=True)
class Sketched:
    """An item of which a sketch is kept. `marks`: at most 12 numbers of 63 bits; none: nobody finds it.

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


def _sharing(place: int) -> Select[Any]:
    mark, first, end = (bindparam(name, type_=BigInteger) for name in (f"mark{place}", "first", "end"))
    shared = select(_mark.c.at, _mark.c.sketch).where(_mark.c.mark == mark, _mark.c.at >= first, _mark.c.at < end)
    part = shared.order_by(_mark.c.at, _mark.c.sketch).limit(MOST_SHARING).subquery(f"bounded{place}")
    return select(part.c.at, part.c.sketch)


# Asked for every item: building a statement costs more than running it.
_SHARING = union_all(*(_sharing(place) for place in range(MOST_MARKS)))
_OTHERS = select(_sketch).where(_sketch.c.id.in_(bindparam("ids", expanding=True)), _sketch.c.key != bindparam("own"))
_OF = select(_sketch).where(_sketch.c.fingerprint == bindparam("of"))
_WAITING = select(_sketch).where(text(WAITING)).order_by(_sketch.c.id).limit(bindparam("most"))
_SET_WAITING = update(_sketch).where(_sketch.c.fingerprint == bindparam("of")).values(waiting=bindparam("is_waiting"))
_SHOWN_AGAIN = (
    update(_sketch)
    .where(_sketch.c.fingerprint == bindparam("of"))
    .values(waiting=True, observed_at=bindparam("at", type_=_sketch.c.observed_at.type))
)
_ADD = insert(_sketch).returning(_sketch.c.id)
_ADD_MARK = insert(_mark)
_DROP = delete(_sketch).where(_sketch.c.id == bindparam("which"))
_DROP_MARK = delete(_mark).where(
    _mark.c.mark == bindparam("mark"), _mark.c.at == bindparam("at"), _mark.c.sketch == bindparam("sketch")
)


class Sketches:
    """Within one transaction of the analyzer. Whoever writes has the account to itself."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, item: Sketched) -> Sketched | None:
        """Keep the sketch unless a newer version of the item is kept; the item then waits to be compared.

        Returns what it took the place of, if that was another text.
        """
        known = self._connection.execute(_OF, {"of": item.fingerprint}).first()
        if known is None:
            self._add(item)
            return None
        if known.observed_at >= item.observed_at:
            return None
        replaced = _sketched(known)
        if replace(replaced, observed_at=item.observed_at) == item:
            self._connection.execute(_SHOWN_AGAIN, {"of": item.fingerprint, "at": item.observed_at})
            return None
        drop_sketches(self._connection, [known])
        self._add(item)
        return replaced

    def _add(self, item: Sketched) -> None:
        values = vars(item) | {"marks": _packed(item.marks), "waiting": True}
        number = self._connection.execute(_ADD, values).scalar_one()
        if item.marks:
            self._connection.execute(_ADD_MARK, _mark_rows(number, item.published_at, item.marks))

    def wait(self, fingerprint: str) -> None:
        """The item changed: if a sketch of it is kept, it has to be compared again."""
        self._connection.execute(_SET_WAITING, {"of": fingerprint, "is_waiting": True})

    def waiting(self, most: int) -> list[Sketched]:
        """Items that have not been held against the others since they came or changed."""
        return [_sketched(row) for row in self._connection.execute(_WAITING, {"most": most})]

    def compared(self, fingerprint: str) -> None:
        self._connection.execute(_SET_WAITING, {"of": fingerprint, "is_waiting": False})

    def earlier(self, marks: Sequence[int], key: str, published_at: datetime) -> list[Sketched]:
        """Items of other accounts than `key` published before, those that share most marks first; bounded."""
        return self._near(marks, key, _ALWAYS, _seconds(published_at))

    def later(self, marks: Sequence[int], key: str, published_at: datetime) -> list[Sketched]:
        """As `earlier`, of those published after."""
        return self._near(marks, key, _seconds(published_at) + 1, _NEVER)

    def _near(self, marks: Sequence[int], key: str, first: int, end: int) -> list[Sketched]:
        padded = [*marks[:MOST_MARKS], *[_NO_MARK] * (MOST_MARKS - len(marks))]
        asked = {f"mark{place}": mark for place, mark in enumerate(padded)} | {"first": first, "end": end}
        shared = Counter((row.at, row.sketch) for row in self._connection.execute(_SHARING, asked))
        most_first = sorted(shared, key=lambda item: (-shared[item], item))
        ids = [number for at, number in most_first if shared[at, number] >= _LEAST_COMMON][:MOST_NEAR]
        if not ids:
            return []
        rows = {row.id: row for row in self._connection.execute(_OTHERS, {"ids": ids, "own": key})}
        return [_sketched(rows[number]) for number in ids if number in rows]


def drop_sketches(connection: Connection, rows: Iterable[Row[Any]]) -> None:
    """Delete rows of the table, with their marks."""
    for row in rows:
        marks = _mark_rows(row.id, row.published_at, _unpacked(row.marks))
        if marks:
            connection.execute(_DROP_MARK, marks)
        connection.execute(_DROP, {"which": row.id})


def _mark_rows(number: int, published_at: datetime, marks: Iterable[int]) -> list[dict[str, int]]:
    at = _seconds(published_at)
    return [{"mark": mark, "at": at, "sketch": number} for mark in marks]


def _sketched(row: Row[Any]) -> Sketched:
    values = {name: value for name, value in row._mapping.items() if name not in ("id", "waiting")}
    return Sketched(**values | {"marks": _unpacked(row.marks)})


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _packed(marks: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(marks)}q", *marks)


def _unpacked(marks: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(marks) // 8}q", marks)
