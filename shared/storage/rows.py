"""Rows of one table, written at once: on SQLite by its driver, on PostgreSQL as one statement, its rows a parameter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Integer,
    LargeBinary,
    Row,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

Upsert = postgresql.Insert | sqlite.Insert
Rows = Sequence[Mapping[str, Any]]
"""All of the same columns."""


@dataclass(frozen=True, eq=False)
class Add:
    """Rows that are inserted. Of those that are there already the database refuses one, and all with it.

    `keep`: such a row stays as it is. `renew`: one that has the same `by` takes on these columns. `tells`: the columns
    that are told of what was written.
    """

    table: Table
    keep: bool = False
    by: tuple[str, ...] = ()
    renew: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Change:
    """Rows that are found by the columns `by`, if `only` holds of them, and take on the other columns that are given.

    The table has an `id`: in its order they are locked, or two who change the same would wait for each other. What is
    given twice by the same `by` is written by either.
    """

    table: Table
    by: tuple[str, ...]
    only: ColumnElement[bool] | None = None


class Writing(Protocol):
    """A database's own way."""

    def write(self, connection: Connection, what: Add | Change, rows: Rows) -> Sequence[Row[Any]]:
        """What an `Add` tells; of none there is nothing to do."""


class OneByOne:
    """SQLite's: its driver takes many rows, and has nobody to wait for between two."""

    def __init__(self) -> None:
        self._statements = _Kept(_one)

    def write(self, connection: Connection, what: Add | Change, rows: Rows) -> Sequence[Row[Any]]:
        statement = self._statements.of(what, rows)
        if isinstance(what, Change):
            connection.execute(statement, [{_its(name): value for name, value in row.items()} for row in rows])
            return ()
        result = connection.execute(statement, rows)
        return result.all() if what.tells else ()


class AsJson:
    """PostgreSQL's. Its driver would wait for each row, or write a parameter for each of its columns."""

    def __init__(self) -> None:
        self._statements = _Kept(_many)

    def write(self, connection: Connection, what: Add | Change, rows: Rows) -> Sequence[Row[Any]]:
        result = connection.execute(self._statements.of(what, rows), _parameters(what.table, rows))
        return result.all() if isinstance(what, Add) and what.tells else ()


class _Kept:
    """Statements: building one costs more than running it."""

    def __init__(self, build: Callable[[Add | Change, tuple[str, ...]], Executable]) -> None:
        self._build = build
        self._built: dict[tuple[Add | Change, tuple[str, ...]], Executable] = {}

    def of(self, what: Add | Change, rows: Rows) -> Executable:
        wanted = what, tuple(rows[0])
        if wanted not in self._built:
            self._built[wanted] = self._build(*wanted)
        return self._built[wanted]


def _one(what: Add | Change, names: tuple[str, ...]) -> Executable:
    if isinstance(what, Add):
        return _told(sqlite.insert(what.table), what)
    its = {name: bindparam(_its(name), type_=what.table.c[name].type) for name in names}
    found = [what.table.c[name] == its[name] for name in what.by]
    found += [what.only] if what.only is not None else []
    return update(what.table).where(*found).values({name: its[name] for name in names if name not in what.by})


def _many(what: Add | Change, names: tuple[str, ...]) -> Executable:
    given = _given(what.table, names)
    values = {name: _value(what.table, given, name) for name in names}
    if isinstance(what, Add):
        return _told(postgresql.insert(what.table).from_select(names, select(*values.values())), what)
    table = what.table
    found = [table.c[name] == given.c[name] for name in what.by]
    found += [what.only] if what.only is not None else []
    changed = [value.label(_its(name)) for name, value in values.items() if name not in what.by]
    those = select(table.c.id, *changed).where(*found).order_by(table.c.id).with_for_update(of=table).subquery("those")
    new = {name: those.c[_its(name)] for name in names if name not in what.by}
    return update(table).where(table.c.id == those.c.id).values(new)


def _told(insert: Upsert, what: Add) -> Upsert | ReturningInsert[Any]:
    if what.renew:
        renewed = {name: insert.excluded[name] for name in what.renew}
        insert = insert.on_conflict_do_update(index_elements=what.by, set_=renewed)
    elif what.keep:
        insert = insert.on_conflict_do_nothing()
    return insert.returning(*(what.table.c[name] for name in what.tells)) if what.tells else insert


def _parameters(table: Table, rows: Rows) -> dict[str, Any]:
    """What is long comes by itself, all of it one after the other, and each row tells where its own begins.

    As a part of the JSON it would be looked through for quotes, and bytes cannot be one at all.
    """
    long = [name for name in rows[0] if _is_long(table, name)]
    told, pieces, start = [], [], 1
    for row in rows:
        own = dict(row)
        for name in long:
            if (value := row[name]) is None:
                own[_its(name)] = None
                continue
            piece = value if isinstance(value, bytes) else value.encode()
            own[name], own[_its(name)] = start, len(piece)
            pieces.append(piece)
            start += len(piece)
        told.append(own)
    given: dict[str, Any] = {"rows": msgspec.json.encode(told).decode()}
    return given | {"long": b"".join(pieces)} if long else given


def _given(table: Table, names: tuple[str, ...]) -> TableValuedAlias:
    """The rows as a table, from one parameter."""
    columns = [column(name, Integer() if _is_long(table, name) else table.c[name].type) for name in names]
    columns += [column(_its(name), Integer()) for name in names if _is_long(table, name)]
    rows = cast(bindparam("rows", type_=Text()), postgresql.JSON)
    return func.json_to_recordset(rows).table_valued(*columns, name="given").render_derived(with_types=True)


def _value(table: Table, given: TableValuedAlias, name: str) -> ColumnElement[Any]:
    if not _is_long(table, name):
        return given.c[name]
    piece = func.substring(bindparam("long", type_=LargeBinary()), given.c[name], given.c[_its(name)])
    is_text = isinstance(table.c[name].type, Text)
    return func.convert_from(piece, literal_column("'UTF8'")) if is_text else piece


def _is_long(table: Table, name: str) -> bool:
    return isinstance(table.c[name].type, (LargeBinary, Text))


def _its(name: str) -> str:
    return f"its_{name}"
