"""Writes the ledger file: the template to fill in, and the export, which has the same columns and can be read back."""

import csv
from collections.abc import Callable, Iterable
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from shared.account import PLATFORM_NAMES, Account, AccountStatus
from shared.errors import InputError
from shared.ledger.columns import COLUMNS, HEADERS
from shared.ledger.sheets import MAX_ROWS
from shared.spreadsheet import TEXT_FORMAT, csv_text, write_text_cell
from shared.system_words import system_words

SHEET_NAME = "台账"


def write_ledger(path: Path, accounts: Iterable[Account]) -> None:
    """Write accounts as .xlsx or .csv (UTF-8 with BOM) by the path's ending, contacts included.

    Raises InputError when the path ends otherwise or cannot be written.
    """
    rows = [[cell_text(account, column.field) for column in COLUMNS] for account in accounts]
    write, was_there = _writer(path), path.exists()
    try:
        write(path, rows)
    except OSError as error:
        if not was_there:
            path.unlink(missing_ok=True)  # half a file looks like a whole one
        raise InputError(str(path), f"写不进去（{system_words(error)}），请检查目录、权限与磁盘剩余空间") from error


def write_template(path: Path) -> None:
    """An empty ledger to fill in; the .xlsx explains its columns on a second sheet. Raises InputError."""
    write_ledger(path, ())


def _writer(path: Path) -> Callable[[Path, list[list[str]]], None]:
    writers = {".xlsx": _write_workbook, ".csv": _write_csv}
    if path.suffix.lower() not in writers:
        raise InputError(str(path), "文件名须以 .xlsx 或 .csv 结尾")
    return writers[path.suffix.lower()]


def cell_text(account: Account, field: str) -> str:
    """What the ledger file says in the field's column."""
    value: object = account.platform_name if field == "platform" else getattr(account, field)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "；".join(value)
    return "" if value is None else str(value)


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows([csv_text(value) for value in row] for row in rows)


def _write_workbook(path: Path, rows: list[list[str]]) -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 -- a new workbook has a sheet
    sheet.title = SHEET_NAME
    _write_rows(sheet, [list(HEADERS), *rows])
    _make_fillable(sheet, last_row=max(len(rows), 1_000) + 1)
    _write_rows(book.create_sheet("填写说明"), _instructions())
    whole = BytesIO()  # a disk that fills up under openpyxl is told once more when its archive is thrown away
    book.save(whole)
    path.write_bytes(whole.getvalue())


def _write_rows(sheet: Worksheet, rows: list[list[str]]) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value:
                write_text_cell(sheet.cell(number, column), value)
    sheet.freeze_panes = "A2"


def _make_fillable(sheet: Worksheet, last_row: int) -> None:
    """Text columns, so that an id typed in keeps its digits; drop-downs for platform and status; A4 across."""
    for index, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(index)
        dimension = sheet.column_dimensions[letter]
        dimension.width, dimension.number_format = column.width, TEXT_FORMAT
        if words := _CHOICES.get(column.field):
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}{last_row}")
            sheet.add_data_validation(choice)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last_row}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


_CHOICES = {"platform": tuple(PLATFORM_NAMES.values()), "status": tuple(AccountStatus)}


def _instructions() -> list[list[str]]:
    columns = [[c.header, "必填" if c.required else "选填", c.help, c.example] for c in COLUMNS]
    notes = [
        [f"每个账号一行，最多 {MAX_ROWS} 行。重复导入会更新已有账号；台账里没有的账号不会被删除。"],
        ["账号ID或主页链接填一项即可：把浏览器地址栏里的网址整个粘贴进来，编号会自动取出。"],
        ["同一账号填了两行的，以后一行为准；不再核查的账号用 xunjian ledger remove 移出。"],
    ]
    return [["列名", "是否必填", "说明", "示例"], *columns, [], *notes]
