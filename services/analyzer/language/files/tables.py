"""Rows of the tables that offices keep: csv as text or as Excel saves it, and xlsx."""

import csv
import io
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

from shared.decoding import decoded
from shared.errors import InputError
from shared.system_words import system_words


def read_raw(path: Path) -> bytes:
    """Raises InputError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"无法读取（{system_words(error)}）；请给出可读的 txt、csv 或 xlsx 文件") from error


def text_in(raw: bytes, path: Path) -> str:
    """UTF-8 or GB18030. Raises InputError."""
    text = decoded(raw)
    if text is None:
        raise InputError(str(path), "既不是 UTF-8 也不是 GB18030 编码；请另存为 UTF-8 的 txt 或 csv")
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise InputError(f"{path}:{line}", "含有空字符，不是文本；请另存为 txt 或 csv")
    return text


def rows_in(raw: bytes, path: Path) -> list[Sequence[str]]:
    """Of csv or xlsx, as the name tells; of a workbook the first sheet. Raises InputError naming file and row."""
    return workbook_rows(path, raw) if path.suffix.lower() == ".xlsx" else csv_rows(path, text_in(raw, path))


def csv_rows(path: Path, text: str) -> list[Sequence[str]]:
    """Raises InputError."""
    table = csv.reader(io.StringIO(text, newline=""))
    try:
        return list(table)
    except csv.Error as error:
        raise InputError(f"{path}:{table.line_num}", f"无法按 CSV 读取（{error}）；请另存为 CSV 文件") from error


def workbook_rows(path: Path, raw: bytes) -> list[Sequence[str]]:
    """The first sheet. Raises InputError."""
    # Imported where a workbook is read: it takes a quarter of a second, and few processes read one.
    from openpyxl import load_workbook  # noqa: PLC0415

    from shared.workbook import UNREADABLE, refuse_bomb  # noqa: PLC0415

    try:
        with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(io.BytesIO(raw)) as archive:  # of lost styles
            refuse_bomb(str(path), archive)
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            rows = book.worksheets[0].iter_rows(values_only=True)
            return [["" if cell is None else str(cell) for cell in row] for row in rows]
    except UNREADABLE as error:
        raise InputError(str(path), f"不是可读的 xlsx 文件（{error}）；请用 Excel 打开后另存为 xlsx") from error
