"""Files of conventions: csv or xlsx, a row a convention, columns known by their headers, Chinese or English."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from services.analyzer.language.conventions.convention import COLUMNS, CellError, Convention, convention_of
from services.analyzer.language.conventions.pattern import Pattern
from services.analyzer.language.files.tables import read_raw, rows_in
from shared.errors import InputError

_KNOWN = {name: name for name in COLUMNS} | {chinese: name for name, chinese in COLUMNS.items()}


class ConventionFile(NamedTuple):
    """What a file held. `version`: sha256 of its bytes."""

    name: str
    conventions: tuple[Convention, ...]
    version: str


def read_conventions(path: Path) -> ConventionFile:
    """A row that is there twice counts once. Raises InputError naming file, row, column and remedy."""
    raw = read_raw(path)
    rows = rows_in(raw, path)
    header = _header(path, rows[0] if rows else ())
    known: dict[Pattern, Convention] = {}
    for convention in _conventions(path, header, rows[1:]):
        before = known.setdefault(convention.pattern, convention)
        if not convention.says_the_same_as(before):
            place = f"{path}:{convention.row}:{COLUMNS['pattern']}"
            raise InputError(place, f"与第 {before.row} 行写法相同，其他列不同；请合并成一行")
    return ConventionFile(path.name, tuple(known.values()), hashlib.sha256(raw).hexdigest())


def _header(path: Path, cells: Sequence[str]) -> list[str | None]:
    """The English name of each column; null: a column of the office's own."""
    header = [_KNOWN.get(cell.strip().lower()) for cell in cells]
    for name, chinese in COLUMNS.items():
        if header.count(name) > 1:
            raise InputError(f"{path}:1:{chinese}", "这一列出现了两次；请只留一列")
    if "pattern" not in header:
        raise InputError(f"{path}:1", f"首行应为表头 {','.join(COLUMNS.values())}，至少要有“写法”；请补上")
    return header


def _conventions(path: Path, header: list[str | None], rows: list[Sequence[str]]) -> Iterator[Convention]:
    """Rows without anything are no mistake."""
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row[len(header) :]):
            raise InputError(f"{path}:{number}", "格数比表头多；内容里有英文逗号的请用英文引号括住，或改为中文逗号")
        if not any(cell.strip() for cell in row):
            continue
        try:
            yield convention_of(number, {name: cell for name, cell in zip(header, row, strict=False) if name})
        except CellError as error:
            raise InputError(f"{path}:{number}:{COLUMNS[error.column]}", str(error)) from error
