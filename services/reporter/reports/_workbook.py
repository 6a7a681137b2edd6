"""Lists as office workbooks: A4 landscape, frozen and filtered header, text never a formula, the same bytes again."""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil, floor
from pathlib import Path
from typing import IO, Any, NamedTuple, cast
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter

from services.reporter.reports._links import safe_link, short
from services.reporter.reports._picture import ListPicture, anchored
from shared.errors import InputError
from shared.spreadsheet import TEXT_FORMAT, safe_text, write_text_cell
from shared.workbook import UNREADABLE, refuse_bomb

# Named, not shipped: the office PC has them (GB/T 9704-2012); by the character set (GB2312) others find one in place.
_GB2312 = 134
_TITLE = Font(name="方正小标宋简体", size=18, charset=_GB2312)
_NOTE = Font(name="楷体_GB2312", size=11, charset=_GB2312)
_HEADER = Font(name="黑体", size=11, charset=_GB2312)
_BODY = Font(name="仿宋_GB2312", size=11, charset=_GB2312)
_LINK = Font(name="仿宋_GB2312", size=11, charset=_GB2312, color="0563C1", underline="single")
_LINE = Side(style="thin")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_LINE_POINTS, _AROUND_POINTS, _MOST_POINTS = 16.0, 6.0, 400.0
"""Of one line, as high as the fonts that others fall back to; around all; Excel takes no row over 409."""
_MOST_LINES = floor((_MOST_POINTS - _AROUND_POINTS) / _LINE_POINTS)
_MOST_LINKS = 65_530
"""Of one sheet, in Excel."""
_PROPERTIES = "docProps/core.xml"
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


@dataclass(frozen=True)
class ListColumn:
    """`width` in characters of the body font; `centred` for short values; `is_link`: a web address can be clicked.

    `choices`: what may be typed into it; `is_hidden`: for the program that reads the list back. `is_whole`: never cut,
    since what stands there is read back.
    """

    header: str
    width: float
    centred: bool = False
    is_link: bool = False
    choices: tuple[str, ...] = ()
    is_hidden: bool = False
    is_whole: bool = False


@dataclass(frozen=True)
class ListSheet:
    """Whole numbers in `rows` stay numbers, so that they sort, a ListPicture is shown; all else is written as text."""

    name: str
    title: str
    notes: tuple[str, ...]
    columns: Sequence[ListColumn]
    rows: Iterable[Sequence[object]]


def write_workbook(file: IO[bytes], sheets: Iterable[ListSheet], moment: datetime) -> None:
    """Write the sheets row by row, so that memory does not grow with them. `moment` stands for every date inside.

    Raises OSError when `file`, or the folder for temporary files, takes no more.
    """
    book = Workbook(write_only=True)
    try:
        styles = _Styles(book)
        for sheet in sheets:
            _Filling(book.create_sheet(sheet.name), sheet.columns, styles).fill(sheet)
        _save(book, file, moment)
    finally:
        _discard(book)


def _discard(book: Workbook) -> None:
    """The temporary files of sheets that were not saved: openpyxl would leave them until the process ends."""
    sheets: Iterable[Any] = book.worksheets
    for rows, writer in [(sheet._rows, sheet._writer) for sheet in sheets if sheet._writer]:
        if Path(writer.out).exists():
            with suppress(OSError):  # the folder for temporary files may be what takes no more
                rows.close()
            with suppress(OSError):
                writer.close()
            writer.cleanup()


def wide_enough(texts: Iterable[str], least: float) -> float:
    """The width from `least` on at which every text fits into the highest row."""
    width = least
    for text in texts:
        while _lines(text, width) > _MOST_LINES:
            width += 4
    return width


def is_as_written(path: Path) -> bool:
    """False when somebody saved the workbook since `write_workbook` did, or it is none of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bomb(path.name, archive)
            content = hashlib.sha256()
            for entry in archive.infolist():
                if entry.filename != _PROPERTIES:
                    _digest(archive, entry.filename, content)
            found = re.search(rb"identifier[^<>]{0,200}>([0-9a-f]{64})<", archive.read(_PROPERTIES))
            return found is not None and found[1].decode() == content.hexdigest()
    except (*UNREADABLE, InputError):
        return False


class _Styles:
    """What cells look like, made once: asking for a font costs more than writing the cell that has it."""

    def __init__(self, book: Workbook) -> None:
        cell: Any = WriteOnlyCell(book.create_sheet("styles"))
        self.title = _style(cell, _TITLE, _MIDDLE, None)
        self.note = _style(cell, _NOTE, _LEFT, None)
        self.header = _style(cell, _HEADER, _MIDDLE, _BOX)
        self.centred = _style(cell, _BODY, _MIDDLE, _BOX)
        self.left = _style(cell, _BODY, _LEFT, _BOX)
        self.link = _style(cell, _LINK, _LEFT, _BOX)
        cell.font, cell.alignment, cell.number_format = _BODY, _MIDDLE, "General"
        self.number: StyleArray = copy(cell._style)
        book.remove(book.worksheets[0])


def _style(cell: Any, font: Font, alignment: Alignment, border: Border | None) -> StyleArray:
    cell.font, cell.alignment, cell.border = font, alignment, border or Border()
    cell.number_format = TEXT_FORMAT
    style: StyleArray = copy(cell._style)
    return style


class _Filling:
    """One sheet, row by row."""

    def __init__(self, sheet: Any, columns: Sequence[ListColumn], styles: _Styles) -> None:
        self._sheet, self._columns, self._styles = sheet, columns, styles
        self._shown = [column for column in columns if not column.is_hidden]
        self._links = 0

    def fill(self, content: ListSheet) -> None:
        sheet, styles, head = self._sheet, self._styles, len(content.notes) + 2
        _set_up(sheet, head, self._columns)
        width = sum(column.width for column in self._shown)
        edge = get_column_letter(len(self._shown))
        self._above(1, content.title, styles.title, 32.0, edge)
        for place, note in enumerate(content.notes, 2):
            self._above(place, note, styles.note, 2 + _LINE_POINTS * _lines(note, width), edge)
        names = [column.header for column in self._columns]
        self._append(head, names, [_cell(sheet, name, styles.header) for name in names])
        last = head
        for last, values in enumerate(content.rows, head + 1):
            self._row(last, [self._written(*each) for each in zip(values, self._columns, strict=True)])
        self._finish(head, max(last, head + 1), edge)

    def _finish(self, head: int, last: int, edge: str) -> None:
        # The hidden column is sorted with the others, or its keys would come to stand beside other rows.
        self._sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(self._columns))}{last}"
        self._sheet.print_area = f"A1:{edge}{last}"
        for place, column in enumerate(self._columns, 1):
            if column.choices:
                letter = get_column_letter(place)
                self._sheet.data_validations.append(_choice(column, f"{letter}{head + 1}:{letter}{last}"))

    def _above(self, place: int, text: str, style: StyleArray, height: float, edge: str) -> None:
        self._sheet.merged_cells.ranges.add(CellRange(f"A{place}:{edge}{place}"))
        self._put(place, height, [_cell(self._sheet, text, style)])

    def _append(self, row: int, texts: Sequence[int | str], cells: list[Cell], least: float = 0.0) -> None:
        shown = zip(texts, self._columns, strict=True)
        lines = (_lines(str(text), column.width) for text, column in shown if not column.is_hidden)
        self._put(row, max(least, min(_MOST_POINTS, _AROUND_POINTS + _LINE_POINTS * max(1, *lines))), cells)

    def _put(self, row: int, height: float, cells: list[Cell]) -> None:
        self._sheet.row_dimensions[row].height = height
        self._sheet.append(cells)
        del self._sheet.row_dimensions[row]

    def _row(self, row: int, values: Sequence["_Written"]) -> None:
        cells: list[Any] = [self._cell(value) for value in values]
        for cell, value in zip(cells, values, strict=True):
            if value.target:
                cell.hyperlink = Hyperlink(ref="", target=value.target)
        pictures = [(place, value.picture) for place, value in enumerate(values, 1) if value.picture]
        highest = max((picture.points for _, picture in pictures), default=0.0)
        self._append(row, [value.shown for value in values], cells, highest)
        for place, picture in pictures:
            self._sheet.add_image(anchored(picture, row, place))

    def _cell(self, written: "_Written") -> Any:
        cell: Any = WriteOnlyCell(self._sheet)
        if isinstance(written.shown, int):
            cell.value, cell._style = written.shown, self._styles.number
        else:
            # Made safe already: asking again costs as much as writing it.
            cell._value, cell.data_type, cell._style = written.shown, "s", written.style
        return cell

    def _written(self, value: object, column: ListColumn) -> "_Written":
        style = self._styles.centred if column.centred else self._styles.left
        if isinstance(value, int):
            return _Written(value, style)
        if isinstance(value, ListPicture):
            return _Written("", style, picture=value)
        text = safe_text(value)
        if column.is_hidden:
            return _Written(text, style)
        target = safe_link(text) if column.is_link and self._links < _MOST_LINKS else None
        if target is not None:
            self._links += 1
            return _Written(short(text, floor(column.width * 0.8)), self._styles.link, target)
        # An address that is no link stays whole: cut, it would lead nowhere.
        return _Written(text if column.is_link or column.is_whole else _fitted(text, column.width), style)


class _Written(NamedTuple):
    """A cell: what it shows, where a click leads, and the picture that lies on it."""

    shown: int | str
    style: StyleArray
    target: str | None = None
    picture: ListPicture | None = None


def _fitted(text: str, width: float) -> str:
    """What is too long for the highest row is cut where it can be seen."""
    if _lines(text, width) <= _MOST_LINES:
        return text
    room = floor(_MOST_LINES * width * 0.8 / (1 if text.isascii() else 2)) - 2
    return f"{' '.join(text.split())[:room]}…"


def _choice(column: ListColumn, cells: str) -> DataValidation:
    words = "、".join(column.choices)
    choice = DataValidation(
        type="list",
        formula1=f'"{",".join(column.choices)}"',
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=column.header,
        error=f"请从下拉列表中选：{words}",
    )
    choice.add(cells)
    return choice


def _cell(sheet: Any, value: object, style: StyleArray) -> Cell:
    cell: Any = WriteOnlyCell(sheet)
    write_text_cell(cell, value)
    cell._style = style
    return cast("Cell", cell)


@lru_cache(maxsize=10_000)
def _lines(text: str, width: float) -> int:
    """Chinese characters are two wide and break anywhere; addresses break early, at their slashes."""
    return max(1, sum(_lines_of(part, width) for part in text.split("\n")))


def _lines_of(text: str, width: float) -> int:
    if text.isascii():
        return ceil(len(text) / (width * 0.8))
    wide = sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)
    return ceil(wide / (width - 1))


def _set_up(sheet: Any, head: int, columns: Sequence[ListColumn]) -> None:
    """All that stands before the rows in the file, and the page."""
    for place, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.hidden = column.width, column.is_hidden
    sheet.freeze_panes = f"C{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.8
    sheet.page_margins.header = sheet.page_margins.footer = 0.35
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _save(book: Workbook, file: IO[bytes], moment: datetime) -> None:
    """The workbook with `moment` in place of the time of saving, and by what its content is known again."""
    utc = moment.astimezone(UTC)
    book.properties.creator = "xunjian"
    book.properties.created = utc.replace(tzinfo=None)
    book.properties.identifier = "0" * 64
    with tempfile.TemporaryFile() as saved:
        # Packed once, below: packing costs as much as making the cells.
        with zipfile.ZipFile(saved, "w", zipfile.ZIP_STORED) as stored:
            ExcelWriter(book, stored).save()
        with zipfile.ZipFile(saved) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
            content = hashlib.sha256()
            for name in source.namelist():
                if name != _PROPERTIES:
                    with target.open(_entry(name, utc), "w") as taken:
                        _digest(source, name, content, taken)
            with target.open(_entry(_PROPERTIES, utc), "w") as taken:
                taken.write(_properties(source.read(_PROPERTIES), utc, content.hexdigest()))


def _digest(archive: zipfile.ZipFile, name: str, content: "hashlib._Hash", copy_to: IO[bytes] | None = None) -> None:
    content.update(name.encode())
    with archive.open(name) as given:
        while part := given.read(1 << 20):
            content.update(part)
            if copy_to:
                copy_to.write(part)


def _entry(name: str, utc: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, utc.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _properties(given: bytes, utc: datetime, content: str) -> bytes:
    modified = f"\\g<1>{utc:%Y-%m-%dT%H:%M:%SZ}\\g<2>".encode()
    dated = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)", modified, given)
    return dated.replace(b"0" * 64, content.encode())
