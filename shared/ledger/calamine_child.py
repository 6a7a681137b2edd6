"""Reads an old or foreign workbook from standard input and writes its visible sheets as JSON; run as a script.

A process of its own, with bounds of memory and time: what such a file makes a native library do ends here. It knows
nothing of this program, so that it starts at once. Exit status: 0 read, 3 not readable, 4 encrypted.
"""

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MOST_BYTES = 1_500_000_000
MOST_SECONDS = 60


def main() -> int:
    rows, columns = int(sys.argv[1]), int(sys.argv[2])
    _bound(resource.RLIMIT_AS, MOST_BYTES)
    _bound(resource.RLIMIT_CPU, MOST_SECONDS)
    _bound(resource.RLIMIT_CORE, 0)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
            visible = [one.name for one in book.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
            sheets = [_sheet(book, name, rows, columns) for name in visible]
    except PasswordError:
        return 4
    except (CalamineError, OSError, ValueError, MemoryError):
        return 3
    json.dump(sheets, sys.stdout)
    return 0


def _bound(kind: int, most: int) -> None:
    """Who started this may have set a closer bound, which nobody may loosen."""
    _, hard = resource.getrlimit(kind)
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (limit, limit))


def _sheet(book: CalamineWorkbook, name: str, rows: int, columns: int) -> dict[str, object]:
    sheet = book.get_sheet_by_name(name)
    cells = sheet.to_python(skip_empty_area=False, nrows=rows) if sheet.height else []
    return {
        "name": name,
        "rows": [[_cell(value) for value in _filled(row[:columns])] for row in cells],
        "merged": sheet.merged_cell_ranges or [],
    }


def _filled(row: list[Any]) -> list[Any]:
    while row and row[-1] == "":
        row.pop()
    return row


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if isinstance(value, (str, int, float, bool)) else str(value)


if __name__ == "__main__":
    sys.exit(main())
