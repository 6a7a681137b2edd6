"""Opens a file that an operator downloaded as tables of plain cells. The file is hostile until proved otherwise."""

import csv
import zipfile
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path

from shared.decoding import decoded
from shared.errors import InputError
from shared.ledger.foreign import read_foreign
from shared.ledger.values import CellValue
from shared.ledger.web_table import tables_in
from shared.system_words import system_words
from shared.workbook import UNREADABLE, refuse_bomb

MAX_FILE_BYTES = 50_000_000
MAX_PAGE_BYTES = 5_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 64

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_STYLES = "xl/styles.xml"
_AGAIN = "请到后台重新下载；仍不行，请用 Excel/WPS 打开后另存为 .xlsx"


@dataclass(frozen=True)
class Table:
    """One visible sheet, or one table of a page: `rows[0]` is row 1. `name`: for a person."""

    name: str
    rows: list[list[CellValue]]


def read_bytes(path: Path) -> bytes:
    """Raises InputError when it cannot be opened, is empty or larger than `MAX_FILE_BYTES`."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputError(path.name, f"文件超过 {MAX_FILE_BYTES // 1_000_000} MB，请缩短时间范围，分几次下载后导入")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"打不开（{system_words(error)}），请检查路径与权限") from error
    if not data.strip():
        raise InputError(path.name, f"是空文件，{_AGAIN}")
    return data


def read_tables(place: str, data: bytes) -> list[Table]:
    """By its content, whatever its name says: back offices send pages as .xls. Raises InputError with the remedy."""
    if data.startswith(_OLD_EXCEL):
        tables = _foreign(place, data)
    elif data.startswith(b"PK"):
        tables = _packed(place, data)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        tables = _page(place, data)
    elif data.startswith(b"%PDF"):
        raise InputError(place, f"是 PDF，不是导出的表格，{_AGAIN}")
    else:
        tables = [_csv(place, data)]
    if any(len(table.rows) > MAX_ROWS for table in tables):
        raise InputError(place, f"超过 {MAX_ROWS} 行，请缩短时间范围，分几次下载后导入")
    return tables


def _foreign(place: str, data: bytes) -> list[Table]:
    return [Table(name, rows) for name, rows, _ in read_foreign(place, data, MAX_ROWS + 1, MAX_COLUMNS)]


def _packed(place: str, data: bytes) -> list[Table]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            refuse_bomb(place, archive)
    except UNREADABLE as error:
        raise InputError(place, f"不是完好的 .xlsx 文件，可能没有下载完，{_AGAIN}") from error
    try:
        return _foreign(place, data)
    except InputError:
        # 头条号 writes style sheets that no reader bears; what the cells hold does not depend on them.
        bare = _without_styles(data)
        if bare is None:
            raise
        return _foreign(place, bare)


def _without_styles(data: bytes) -> bytes | None:
    """Null where there are none, or where the archive itself is broken."""
    out = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bare:
            names = archive.namelist()
            if _STYLES not in names:
                return None
            for name in dict.fromkeys(names):
                if name != _STYLES:
                    bare.writestr(name, archive.read(name))
    except UNREADABLE:
        return None
    return out.getvalue()


def _page(place: str, data: bytes) -> list[Table]:
    text = decoded(data) if len(data) <= MAX_PAGE_BYTES else None
    if text is None or "<table" not in text.lower():
        raise InputError(place, f"是网页，里面没有能识别的表格（登录可能已失效），{_AGAIN}")
    tables = tables_in(text, MAX_ROWS + 1, MAX_COLUMNS)
    if not tables:
        raise InputError(place, f"是网页，里面没有能识别的表格，{_AGAIN}")
    return [Table(f"网页表格{number}", rows) for number, (rows, _) in enumerate(tables, 1)]


def _csv(place: str, data: bytes) -> Table:
    text = decoded(data)
    if text is None:
        raise InputError(place, f"认不出是什么文件，{_AGAIN}")
    text = text.replace("\x00", "")
    head = text[:4_000]
    try:
        reader = csv.reader(StringIO(text, newline=""), delimiter=max(",\t;", key=head.count))
        rows: list[list[CellValue]] = [
            [cell.strip() or None for cell in row[:MAX_COLUMNS]] for row in islice(reader, MAX_ROWS + 1)
        ]
    except csv.Error as error:
        raise InputError(place, f"不是完好的 CSV 文件，{_AGAIN}") from error
    return Table("CSV", rows)
