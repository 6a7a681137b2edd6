"""Opens what an office sends as sheets of plain cells. The file is hostile until proved otherwise."""

import csv
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.functions import iterparse  # defusedxml's

from shared.decoding import decoded
from shared.errors import InputError
from shared.ledger.columns import is_ledger_header, recognise
from shared.ledger.foreign import ENCRYPTED, read_foreign
from shared.ledger.open_document import Marks, marks_of
from shared.ledger.values import CellValue, Unreadable
from shared.ledger.web_table import tables_in
from shared.spreadsheet import from_csv_text
from shared.system_words import system_words
from shared.workbook import UNREADABLE, refuse_bomb

MAX_FILE_BYTES = 20_000_000
MAX_PAGE_BYTES = 5_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 64
MAX_MERGED_CELLS = 1_000_000
HEADER_WITHIN_ROWS = 10
_ROW_LIMIT = MAX_ROWS + HEADER_WITHIN_ROWS

_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HYPERLINK = re.compile(r'HYPERLINK\("([^"]{1,2000})"', re.IGNORECASE)
_MANIFEST = "META-INF/manifest.xml"
_OF_XLSX = {"[Content_Types].xml", "xl/workbook.xml"}
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass
class Sheet:
    """One visible sheet: `rows[0]` is row 1 of the file. Merged ranges are filled with their value.

    `targets`: the web addresses behind cells, by (row, column) counted from 1.
    """

    name: str
    rows: list[list[CellValue]] = field(default_factory=list)
    targets: dict[tuple[int, int], str] = field(default_factory=dict)


def read_sheets(path: Path) -> list[Sheet]:
    """The visible sheets of a file, by its content whatever its name says. Raises InputError with the remedy."""
    data = _bytes(path)
    if data.startswith(_OLD_EXCEL):
        return _within(path.name, _foreign(path.name, data))
    if sheets := _web_page(data):
        return _within(path.name, sheets)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"%PDF")):
        raise InputError(path.name, "是网页、XML 或 PDF（名称可能仍写着 .xls），请用 Excel/WPS 打开后另存为 .xlsx")
    sheets = _workbook(path.name, data) if data.startswith(b"PK") else [_csv(path.name, data)]
    return _within(path.name, sheets)


def _within(place: str, sheets: list[Sheet]) -> list[Sheet]:
    if any(len(sheet.rows) > _ROW_LIMIT for sheet in sheets):
        raise InputError(place, f"超过 {MAX_ROWS} 行，请分成几个文件导入")
    return sheets


def _web_page(data: bytes) -> list[Sheet]:
    """The tables of a web page that look like a ledger; none of any other file."""
    is_page = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and len(data) <= MAX_PAGE_BYTES
    text = decoded(data) if is_page else None
    if text is None or "<table" not in text.lower():
        return []
    tables = tables_in(text, _ROW_LIMIT + 1, MAX_COLUMNS)
    sheets = [Sheet(f"网页表格{number}", rows, targets) for number, (rows, targets) in enumerate(tables, 1)]
    headers = ((sheet, row) for sheet in sheets for row in sheet.rows[:HEADER_WITHIN_ROWS])
    found = {sheet.name for sheet, row in headers if is_ledger_header(recognise(row))}
    return [sheet for sheet in sheets if sheet.name in found]


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(path.name, f"文件超过 {MAX_FILE_BYTES // 1_000_000} MB，请分成几个文件导入")
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"打不开（{system_words(error)}），请检查路径与权限") from error


def _workbook(place: str, data: bytes) -> list[Sheet]:
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(BytesIO(data)) as archive:
            warnings.simplefilter("ignore")  # openpyxl warns of charts and drop-downs it would lose on saving
            refuse_bomb(place, archive)
            if not _OF_XLSX.issubset(archive.namelist()):
                return _foreign(place, data, _marks(place, archive))
            book = load_workbook(BytesIO(data), read_only=True, data_only=True)
            visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            return [_sheet(place, sheet, archive) for sheet in visible if isinstance(sheet, ReadOnlyWorksheet)]
    except UNREADABLE as error:
        raise InputError(place, "不是完好的 .xlsx 文件，请用 Excel/WPS 打开后另存为 .xlsx") from error


def _foreign(place: str, data: bytes, marks: dict[str, Marks] | None = None) -> list[Sheet]:
    sheets = []
    for name, rows, merged in read_foreign(place, data, _ROW_LIMIT + 1, MAX_COLUMNS):
        own = (marks or {}).get(name, Marks())
        _fill_merged(place, rows, [*merged, *own.merged])
        sheets.append(Sheet(name, rows, own.targets))
    return sheets


def _marks(place: str, archive: zipfile.ZipFile) -> dict[str, Marks]:
    if "content.xml" not in archive.namelist():
        return {}
    if _MANIFEST in archive.namelist() and b"encryption-data" in archive.read(_MANIFEST):
        raise InputError(place, ENCRYPTED)
    with archive.open("content.xml") as content:
        return marks_of(content)


def _sheet(place: str, sheet: ReadOnlyWorksheet, archive: zipfile.ZipFile) -> Sheet:
    path = sheet._worksheet_path  # type: ignore[attr-defined]  # the stubs leave it out
    sheet.reset_dimensions()
    uncached, merged, targets = _beside_cells(archive, path)
    cells = sheet.iter_rows(  # type: ignore[misc]  # borrowed from Worksheet, the stubs say
        max_row=_ROW_LIMIT + 1, max_col=MAX_COLUMNS
    )
    rows = [[_value(cell, uncached) for cell in row] for row in cells]
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    _fill_merged(place, rows, merged)
    return Sheet(sheet.title, rows, targets)


def _value(cell: Cell | MergedCell, uncached: set[str]) -> CellValue:
    value = cell.value
    if value is None and uncached and getattr(cell, "coordinate", None) in uncached:
        return Unreadable("公式", "公式没有计算结果", "用 Excel/WPS 打开并保存一次，或粘贴为数值")
    if cell.data_type == "e":
        return Unreadable(str(value), "公式结果是错误值", "改正公式，或粘贴为数值")
    return value if value is None or isinstance(value, (str, int, float, date)) else str(value)


def _beside_cells(archive: zipfile.ZipFile, path: str) -> tuple[set[str], list[str], dict[tuple[int, int], str]]:
    """Cells with a formula and no result, merged ranges, addresses behind cells: the streaming reader tells none."""
    uncached: set[str] = set()
    merged: list[str] = []
    targets: dict[tuple[int, int], str] = {}
    addresses = _addresses(archive, path)
    with archive.open(path) as xml:
        for _, element in iterparse(xml):
            tag = element.tag.rpartition("}")[2]
            if tag == "c" and (formula := element.find("{*}f")) is not None:
                if not element.findtext("{*}v"):
                    uncached.add(element.get("r", ""))
                if literal := _HYPERLINK.match(formula.text or ""):
                    _put(targets, element.get("r", ""), literal[1])
            elif tag == "mergeCell":
                merged.append(element.get("ref", ""))
            elif tag == "hyperlink":
                _put(targets, element.get("ref", ""), addresses.get(element.get(_RELATION_ID, ""), ""))
            elif tag == "row":
                element.clear()
    return uncached, merged, targets


def _addresses(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    """The addresses that a sheet's hyperlinks name by number."""
    folder, _, name = path.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    with archive.open(relations) as xml:
        return {element.get("Id", ""): element.get("Target", "") for _, element in iterparse(xml)}


def _put(targets: dict[tuple[int, int], str], place: str, address: str) -> None:
    """Of a range of cells the first has the address."""
    if address.lower().startswith(("http://", "https://")) and len(targets) < MAX_ROWS:
        targets.setdefault(coordinate_to_tuple(place.partition(":")[0]), address)


def _fill_merged(place: str, rows: list[list[CellValue]], merged: list[str]) -> None:
    """Every cell of a merged range takes the value shown, as a reader of the sheet would."""
    budget = MAX_MERGED_CELLS
    for ref in merged:
        left, top, right, bottom = range_boundaries(ref)
        last_row, last_column = min(bottom or 0, len(rows)), min(right or 0, MAX_COLUMNS)
        if not left or not top or top > len(rows) or left > len(rows[top - 1]):
            continue
        budget -= (last_row - top + 1) * (last_column - left + 1)
        if budget < 0:
            raise InputError(place, "合并单元格过多，请取消合并后重试")
        for row in rows[top - 1 : last_row]:
            row.extend([None] * (last_column - len(row)))
            row[left - 1 : last_column] = [rows[top - 1][left - 1]] * (last_column - left + 1)


def _csv(place: str, data: bytes) -> Sheet:
    text = _text_of(place, data).replace("\x00", "")
    try:
        delimiter = max(",;\t", key=lambda sign: _recognised(text, sign))
        rows: list[list[CellValue]] = [[from_csv_text(cell) or None for cell in row] for row in _rows(text, delimiter)]
    except csv.Error as error:
        raise InputError(place, f"不是完好的 CSV 文件（{error}），请用 Excel/WPS 另存为 .xlsx") from error
    return Sheet("CSV", rows)


def _text_of(place: str, data: bytes) -> str:
    text = decoded(data)
    if text is None:
        raise InputError(place, "认不出文字编码，请用 Excel/WPS 另存为 .xlsx 或“CSV UTF-8”")
    return text


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    return (row[:MAX_COLUMNS] for row in islice(reader, _ROW_LIMIT + 1))


def _recognised(text: str, delimiter: str) -> int:
    """How much of a header the first rows hold when cut at `delimiter`."""
    return max((len(recognise(row)) for row in islice(_rows(text, delimiter), HEADER_WITHIN_ROWS)), default=0)
