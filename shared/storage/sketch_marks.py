"""Marks of sketches by the thousand, written and asked about in each database's own way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Protocol

import msgspec
from sqlalchemy import Connection, Integer, TextualSelect, column, text


@dataclass(frozen=True)
class Marks:
    """Of each mark the number of its sketch or of the row asked about, the mark, and when that was published.

    By columns: a row of each would be more objects than all else of a batch, for the garbage collector to look through.
    """

    numbers: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    def of(self, number: int, marks: Sequence[int], at: int) -> None:
        """`at`: in seconds since 1970."""
        self.numbers.extend(repeat(number, len(marks)))
        self.values.extend(marks)
        self.times.extend(repeat(at, len(marks)))

    def rows(self) -> Iterable[tuple[int, int, int]]:
        return zip(self.numbers, self.values, self.times, strict=True)


# In the order of the index: neighbours in it are then on pages that were just at hand.
ASKED = (
    "(SELECT * FROM unnest(CAST(:numbers AS integer[]), CAST(:marks AS bigint[]), CAST(:times AS bigint[]))"
    " AS given (number, mark, at) ORDER BY mark) AS asked"
)


class SketchMarks(Protocol):
    def known(self, connection: Connection, marks: Sequence[int]) -> Iterable[int]:
        """Those of the marks that some item has."""

    def add(self, connection: Connection, marks: Marks) -> None: ...

    def shared(self, connection: Connection, marks: Marks) -> Iterable[int]:
        """Of each mark that another item has too, whosever it is: the number of its row."""


def _known(asked: str) -> TextualSelect:
    # OFFSET 0 has each looked up: planned for a few, PostgreSQL would read a page of the table for each it finds. ORDER
    # BY has it done by the index: of a table it knows nothing of yet PostgreSQL thinks the first row soon found.
    one = "EXISTS (SELECT 1 FROM sketch_mark WHERE sketch_mark.mark = asked.value ORDER BY at LIMIT 1 OFFSET 0)"
    return text(f"SELECT value FROM {asked} WHERE {one}").columns(column("value", Integer))  # noqa: S608 - ours


def _shared(asked: str) -> TextualSelect:
    # Its own item has it. Asked so the index is gone down once, and no more than two entries of it are read.
    another = "EXISTS (SELECT 1 FROM sketch_mark WHERE sketch_mark.mark = asked.mark ORDER BY at LIMIT 1 OFFSET 1)"
    return text(f"SELECT number FROM {asked} WHERE {another}").columns(column("number", Integer))  # noqa: S608 - ours


class _Sqlite:
    _add = "INSERT INTO sketch_mark (sketch, mark, at) VALUES (?, ?, ?)"
    _known = _known("(SELECT value FROM json_each(:marks)) AS asked")
    _shared = _shared(
        "(SELECT json_extract(value, '$[0]') AS number, json_extract(value, '$[1]') AS mark,"
        " json_extract(value, '$[2]') AS at FROM json_each(:rows)) AS asked"
    )

    def known(self, connection: Connection, marks: Sequence[int]) -> Iterable[int]:
        return connection.execute(self._known, {"marks": msgspec.json.encode(marks).decode()}).scalars()

    def add(self, connection: Connection, marks: Marks) -> None:
        # Past the builder, which would make a dictionary of each.
        connection.exec_driver_sql(self._add, list(marks.rows()))

    def shared(self, connection: Connection, marks: Marks) -> Iterable[int]:
        return connection.execute(self._shared, {"rows": msgspec.json.encode(list(marks.rows())).decode()}).scalars()


class _Postgres:
    _known = _known("(SELECT * FROM unnest(CAST(:marks AS bigint[])) AS given (value) ORDER BY value) AS asked")
    _add = text(f"INSERT INTO sketch_mark (sketch, mark, at) SELECT number, mark, at FROM {ASKED}")  # noqa: S608 - ours
    _shared = _shared(ASKED)

    def known(self, connection: Connection, marks: Sequence[int]) -> Iterable[int]:
        return connection.execute(self._known, {"marks": _array(marks)}).scalars()

    def add(self, connection: Connection, marks: Marks) -> None:
        connection.execute(self._add, as_arrays(marks))

    def shared(self, connection: Connection, marks: Marks) -> Iterable[int]:
        return connection.execute(self._shared, as_arrays(marks)).scalars()


def as_arrays(marks: Marks) -> dict[str, str]:
    """The parameters of `ASKED`."""
    return {"numbers": _array(marks.numbers), "marks": _array(marks.values), "times": _array(marks.times)}


def _array(numbers: Iterable[int]) -> str:
    """As PostgreSQL writes one: its driver would look at each number."""
    return f"{{{msgspec.json.encode(numbers)[1:-1].decode()}}}"


OF_DIALECT: dict[str, SketchMarks] = {"sqlite": _Sqlite(), "postgresql": _Postgres()}
