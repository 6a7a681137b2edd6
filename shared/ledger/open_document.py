"""What the cells of an .ods do not tell by themselves: ranges that are merged, and the addresses behind words."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

from openpyxl.utils.cell import get_column_letter
from openpyxl.xml.functions import iterparse  # defusedxml's

_MOST_MARKS = 10_000


@dataclass
class Marks:
    """Of one sheet: merged ranges (`B2:B5`), and web addresses by (row, column) counted from 1."""

    merged: list[str] = field(default_factory=list)
    targets: dict[tuple[int, int], str] = field(default_factory=dict)


def marks_of(content: bytes | IO[bytes]) -> dict[str, Marks]:
    """By name of the sheet. Rows said once and meant many times are counted, not made."""
    found: dict[str, Marks] = {}
    marks, row = Marks(), 1
    for event, element in iterparse(BytesIO(content) if isinstance(content, bytes) else content, ("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            if tag == "table":
                marks, row = found.setdefault(_told(element, "name"), Marks()), 1
        elif tag == "table-row":
            _read_row(element, marks, row)
            row += _count(element, "number-rows-repeated")
            element.clear()
    return found


def _read_row(element: Any, marks: Marks, row: int) -> None:
    column = 1
    for cell in element:
        down, across = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        if (down > 1 or across > 1) and len(marks.merged) < _MOST_MARKS:
            last = f"{get_column_letter(min(column + across - 1, 16_384))}{row + down - 1}"
            marks.merged.append(f"{get_column_letter(min(column, 16_384))}{row}:{last}")
        for link in cell.iter("{urn:oasis:names:tc:opendocument:xmlns:text:1.0}a"):
            address = _told(link, "href")
            if len(marks.targets) < _MOST_MARKS and address.lower().startswith(("http://", "https://")):
                marks.targets.setdefault((row, column), address)
        column += _count(cell, "number-columns-repeated")


def _told(element: Any, name: str) -> str:
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _count(element: Any, name: str) -> int:
    text = _told(element, name)
    return min(int(text), 1_048_576) if text.isdecimal() else 1
