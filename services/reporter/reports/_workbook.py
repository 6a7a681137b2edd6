"""Lists as office workbooks: A4 landscape, frozen and filtered header, text never a formula, the same bytes again."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from shared.spreadsheet import safe_text, write_text_cell

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
    rows: Sequence[Sequence[object]]


def write_workbook(path: Path, columns: Sequence[ListColumn], sheets: Sequence[ListSheet], moment: datetime) -> None:
    """Write the sheets, whole or not at all. `moment` stands for every date inside the file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), columns, sheet)
    draft = path.with_suffix(".tmp")
    draft.write_bytes(_reproducible(book, moment))
    draft.replace(path)


def _fill(sheet: Worksheet, columns: Sequence[ListColumn], content: ListSheet) -> None:
    for place, (text, font, height) in enumerate(
        [(content.title, _TITLE, 32), *((note, _NOTE, 18) for note in content.notes)], 1
    ):
        sheet.merge_cells(start_row=place, end_row=place, start_column=1, end_column=len(columns))
        cell = sheet.cell(place, 1)
        write_text_cell(cell, text)
        cell.font, cell.alignment = font, _MIDDLE if font is _TITLE else _LEFT
        sheet.row_dimensions[place].height = height
    head = len(content.notes) + 2
    for place, column in enumerate(columns, 1):
        _write(sheet.cell(head, place), column.header, _HEADER, _MIDDLE)
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.row_dimensions[head].height = _height([column.header for column in columns], columns)
    for row, values in enumerate(content.rows, head + 1):
        sheet.row_dimensions[row].height = _height(values, columns)
        for place, (value, column) in enumerate(zip(values, columns, strict=True), 1):
            _write(sheet.cell(row, place), value, _BODY, _MIDDLE if column.centred else _LEFT)
    _set_up(sheet, head, len(columns), head + max(1, len(content.rows)))


def _write(cell: Cell | MergedCell, value: object, font: Font, alignment: Alignment) -> None:
    if isinstance(value, int):
        cell.value = value
    else:
        write_text_cell(cell, value)
    cell.font, cell.alignment, cell.border = font, alignment, _BOX


def _height(values: Sequence[object], columns: Sequence[ListColumn]) -> float:
    """Points for the cell with the most lines: programs do not agree on whether to find that out by themselves."""
    lines = (_lines(safe_text(value), column.width) for value, column in zip(values, columns, strict=True))
    return min(_MOST_POINTS, 6 + _LINE_POINTS * max(1, *lines))


def _lines(text: str, width: float) -> int:
    """Chinese characters are two wide and break anywhere; addresses break early, at their slashes."""
    wide = sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)
    return ceil(wide / (width * 0.8 if text.isascii() else width - 1))


def _set_up(sheet: Worksheet, head: int, width: int, last: int) -> None:
    sheet.freeze_panes = f"C{head + 1}"
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(width)}{last}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.print_area = f"A1:{get_column_letter(width)}{last}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    if sheet.oddFooter is not None:
        sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _reproducible(book: Workbook, moment: datetime) -> bytes:
    """The saved workbook with `moment` in place of the time of saving, in its properties and its archive."""
    utc = moment.astimezone(UTC)
    book.properties.creator = "xunjian"
    book.properties.created = utc.replace(tzinfo=None)
    saved, fixed = io.BytesIO(), io.BytesIO()
    book.save(saved)
    modified = f"\\g<1>{utc:%Y-%m-%dT%H:%M:%SZ}\\g<2>".encode()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)", modified, body)
            entry = zipfile.ZipInfo(name, utc.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, body)
    return fixed.getvalue()
