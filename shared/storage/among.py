"""The condition that a column has one of the values given as `those`: on PostgreSQL one parameter for all of them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Boolean, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType


class among(FunctionElement[bool]):  # noqa: N801 - read like a function
    """Of a column of text. A parameter for each would be another statement for each number of them."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)

    def self_group(self, against: OperatorType | None = None) -> "among":
        # SQLAlchemy's would compare it with 1 where a database has no booleans, and SQLite would then scan the table.
        return self


class _Texts(TypeDecorator[Iterable[str]]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()


@compiles(among)
def _each(element: among, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = element.clauses
    return compiler.process(column.in_(bindparam("those", expanding=True)), **options)


@compiles(among, "postgresql")
def _at_once(element: among, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = element.clauses
    those = compiler.process(bindparam("those", type_=_Texts), **options)
    words = f"ARRAY(SELECT json_array_elements_text(CAST({those} AS json)))"
    return f"{compiler.process(column, **options)} = ANY ({words})"
