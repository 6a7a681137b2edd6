"""Workbooks of other kinds (.xls, .xlsb, .ods), opened in a process of its own."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from shared.errors import InputError
from shared.ledger.values import CellValue, Unreadable

_CHILD = Path(__file__).with_name("calamine_child.py")
_ENCRYPTED = 4
ENCRYPTED = "文件加了密码，请用 Excel/WPS 打开后另存为不加密的 .xlsx"
_SECONDS = 120
_MEMBER_OF_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ERROR_VALUES = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


def read_foreign(
    place: str, data: bytes, most_rows: int, most_columns: int
) -> list[tuple[str, list[list[CellValue]], list[str]]]:
    """Name, cells and merged ranges of each visible sheet. Raises InputError with the remedy."""
    if _MEMBER_OF_ENCRYPTED in data:
        raise InputError(place, ENCRYPTED)
    command = [sys.executable, "-I", str(_CHILD), str(most_rows), str(most_columns)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(place, "读取超时或无法启动读取程序，请用 Excel/WPS 另存为 .xlsx") from error
    if done.returncode == _ENCRYPTED:
        raise InputError(place, ENCRYPTED)
    if done.returncode:
        raise InputError(place, "不是完好的表格文件，或内容过大，请用 Excel/WPS 打开后另存为 .xlsx")
    return [(one["name"], _rows(one["rows"]), _merged(one["merged"])) for one in json.loads(done.stdout)]


def _rows(rows: list[list[Any]]) -> list[list[CellValue]]:
    cells = [[_value(value) for value in row] for row in rows]
    while cells and not any(value is not None for value in cells[-1]):
        cells.pop()
    return cells


def _value(value: Any) -> CellValue:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["moment"]) if "moment" in value else date.fromisoformat(value["day"])
    if value in _ERROR_VALUES:
        return Unreadable(value, "公式结果是错误值", "改正公式，或粘贴为数值")
    if isinstance(value, (str, int, float)):
        return None if value == "" else value
    return None


def _merged(ranges: list[Any]) -> list[str]:
    """`B2:B5` of rows and columns counted from 0."""
    return [
        f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}"
        for (top, left), (bottom, right) in ranges
    ]
