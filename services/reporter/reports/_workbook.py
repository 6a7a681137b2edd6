"""Lists as office workbooks: A4 landscape, frozen and filtered header, text never a formula, the same bytes again."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import IO, Any, cast
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from shared.spreadsheet import TEXT_FORMAT, safe_text, write_text_cell

# Named, not shipped: the office PC has them (GB/T 9704-2012), other machines fall back.
_TITLE = Font(name="方正小标宋简体", size=18)
_NOTE = Font(name="楷体_GB2312", size=11)
_HEADER = Font(name="黑体", size=11)
_BODY = Font(name="仿宋_GB2312", size=11)
_LINE = Side(style="thin")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_LINE_POINTS, _MOST_POINTS = 14.5, 400
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


@dataclass(frozen=True)
class ListColumn:
    """`width` in characters of the body font; `centred` for short values."""

    header: str
    width: float
    centred: bool = False


@dataclass(frozen=True)
class ListSheet:
    """Whole numbers in `rows` stay numbers, so that they sort; everything else is written as text."""

    name: str
    title: str
    notes: tuple[str, ...]
    rows: Iterable[Sequence[object]]


def write_workbook(
    file: IO[bytes], columns: Sequence[ListColumn], sheets: Iterable[ListSheet], moment: datetime
) -> None:
    """Write the sheets row by row, so that memory does not grow with them. `moment` stands for every date inside.

    Raises OSError when `file`, or the folder for temporary files, takes no more.
    """
    book = Workbook(write_only=True)
    styles = _Styles(book)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), columns, sheet, styles)
    _save(book, file, moment)


class _Styles:
    """What cells look like, made once: asking for a font costs more than writing the cell that has it."""

    def __init__(self, book: Workbook) -> None:
        cell: Any = WriteOnlyCell(book.create_sheet("styles"))
        self.title = _style(cell, _TITLE, _MIDDLE, None)
        self.note = _style(cell, _NOTE, _LEFT, None)
        self.header = _style(cell, _HEADER, _MIDDLE, _BOX)
        self.centred = _style(cell, _BODY, _MIDDLE, _BOX)
        self.left = _style(cell, _BODY, _LEFT, _BOX)
        cell.alignment, cell.number_format = _MIDDLE, "General"
        self.number: StyleArray = copy(cell._style)
        book.remove(book.worksheets[0])


def _style(cell: Any, font: Font, alignment: Alignment, border: Border | None) -> StyleArray:
    cell.font, cell.alignment, cell.border = font, alignment, border or Border()
    cell.number_format = TEXT_FORMAT
    style: StyleArray = copy(cell._style)
    return style


def _fill(sheet: Any, columns: Sequence[ListColumn], content: ListSheet, styles: _Styles) -> None:
    head = len(content.notes) + 2
    _set_up(sheet, head, columns)
    above = [(content.title, styles.title, 32.0), *((note, styles.note, 18.0) for note in content.notes)]
    for place, (text, style, height) in enumerate(above, 1):
        sheet.merged_cells.ranges.add(CellRange(f"A{place}:{get_column_letter(len(columns))}{place}"))
        _append(sheet, place, height, [_cell(sheet, text, style)])
    names = [column.header for column in columns]
    _append(sheet, head, _height(names, columns), [_cell(sheet, name, styles.header) for name in names])
    last = head
    for last, values in enumerate(content.rows, head + 1):
        cells = [
            _cell(sheet, value, styles.centred if column.centred else styles.left, styles.number)
            for value, column in zip(values, columns, strict=True)
        ]
        _append(sheet, last, _height(values, columns), cells)
    corner = f"{get_column_letter(len(columns))}{max(last, head + 1)}"
    sheet.auto_filter.ref = f"A{head}:{corner}"
    sheet.print_area = f"A1:{corner}"


def _append(sheet: Any, row: int, height: float, cells: list[Cell]) -> None:
    sheet.row_dimensions[row].height = height
    sheet.append(cells)
    del sheet.row_dimensions[row]


def _cell(sheet: Any, value: object, style: StyleArray, number: StyleArray | None = None) -> Cell:
    cell: Any = WriteOnlyCell(sheet)
    if isinstance(value, int):
        cell.value, style = value, number or style
    else:
        write_text_cell(cell, value)
    cell._style = style
    return cast("Cell", cell)


def _height(values: Sequence[object], columns: Sequence[ListColumn]) -> float:
    """Points for the cell with the most lines: programs do not agree on whether to find that out by themselves."""
    lines = (_lines(safe_text(value), column.width) for value, column in zip(values, columns, strict=True))
    return min(_MOST_POINTS, 6 + _LINE_POINTS * max(1, *lines))


def _lines(text: str, width: float) -> int:
    """Chinese characters are two wide and break anywhere; addresses break early, at their slashes."""
    wide = sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)
    return ceil(wide / (width * 0.8 if text.isascii() else width - 1))


def _set_up(sheet: Any, head: int, columns: Sequence[ListColumn]) -> None:
    """All that stands before the rows in the file, and the page."""
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.freeze_panes = f"C{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _save(book: Workbook, file: IO[bytes], moment: datetime) -> None:
    """The workbook with `moment` in place of the time of saving, in its properties and its archive."""
    utc = moment.astimezone(UTC)
    book.properties.creator = "xunjian"
    book.properties.created = utc.replace(tzinfo=None)
    with tempfile.TemporaryFile() as saved:
        book.save(saved)
        with zipfile.ZipFile(saved) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                _copy(source, target, name, utc)


def _copy(source: zipfile.ZipFile, target: zipfile.ZipFile, name: str, utc: datetime) -> None:
    entry = zipfile.ZipInfo(name, utc.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    with source.open(name) as given, target.open(entry, "w") as taken:
        if name == "docProps/core.xml":
            modified = f"\\g<1>{utc:%Y-%m-%dT%H:%M:%SZ}\\g<2>".encode()
            taken.write(re.sub(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)", modified, given.read()))
        else:
            shutil.copyfileobj(given, taken)
