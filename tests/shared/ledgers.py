"""Ledger files as a test wants them, and the one account or error they should hold."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from shared.account import Account, AccountStatus
from shared.ledger.columns import COLUMNS, HEADERS
from shared.ledger.reading import CellError, LedgerFile, read_ledger

HEADER = ("账号名称", "平台", "账号ID", "主办单位")
GOOD = ("某市发布", "微博", "1234567890", "某市政府办")
TOKEN = "MS4wLjABAAAAexampleexampleexample-_1"

FULL = Account(
    platform="weibo", id="1234567890", name="某市发布", unit="某市政府办", supervisor="某省政府办公厅", region="某省某市",
    url="https://weibo.com/u/1234567890", verified_as="某市政府", status=AccountStatus.CLOSING, opened_on=date(2020, 3, 1),
    leader="李四", contact="张三", phone="+86 13800000000", mail=("xmt@example.gov.cn", "b.c@example.cn"),
    robot="https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef 加签:SEC0123456789", other_sources=("https://mp.weixin.qq.com/s?__biz=MzI&mid=1&idx=1", "https://rss.example.cn/a;b"), followers=12_000, remark="两句。\"引号\",逗号;\t分号",
)  # fmt: skip


def workbook(path: Path, *rows: Sequence[object], name: str = "台账") -> Path:
    book = Workbook()
    sheet = first_sheet(book)
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def first_sheet(book: Workbook) -> Worksheet:
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def read_rows(tmp_path: Path, *rows: Sequence[object]) -> LedgerFile:
    return read_ledger(workbook(tmp_path / "ledger.xlsx", *rows))


def read_one(tmp_path: Path, **cells: object) -> LedgerFile:
    """One good row of every column, some cells changed."""
    values: dict[str, object] = {
        "name": "某市发布",
        "platform": "微博",
        "id": "1234567890",
        "unit": "某市政府办",
    } | cells
    return read_rows(tmp_path, HEADERS, [values.get(column.field) for column in COLUMNS])


def only(file: LedgerFile) -> Account:
    assert not file.errors, file.errors
    (account,) = file.accounts
    return account


def only_error(file: LedgerFile) -> CellError:
    assert file.accounts == ()
    (error,) = file.errors
    return error


def only_warning(file: LedgerFile) -> CellError:
    """What the one account was taken without."""
    only(file)
    (warning,) = file.warnings
    return warning


def letter_of(field: str) -> str:
    return get_column_letter([column.field for column in COLUMNS].index(field) + 1)
