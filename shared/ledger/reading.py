"""Reads a ledger file (.xlsx, .csv) as offices send it into accounts, with every error named by its cell."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import get_column_letter

from shared.account import Account
from shared.errors import InputError
from shared.ledger.columns import HEADER_OF, SECRETS, is_ledger_header, normal_header, recognise
from shared.ledger.rows import filled_cells, read_row
from shared.ledger.sheets import HEADER_WITHIN_ROWS, MAX_ROWS, Sheet, read_sheets
from shared.ledger.values import BadCellError, CellValue, UnsupportedPlatformError, is_blank, shown

_EXAMPLE = re.compile(r"[(（【]?(?:填写|填报)?(?:示例|样例|举例|例如?|范例|说明|要求)[)）】:：]?$")
_SIGNATURE = re.compile(
    r"(?:填表|填报|制表|经办|审核|审批|审签|复核|签发|签字|盖章|报送|统计)[一-鿿]{0,4}(?:[(（].{0,8}[)）])?[:：]"
)


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell, in Chinese. `row` counts from 1 as spreadsheets show it; `column` is its letter."""

    sheet: str
    row: int
    column: str
    header: str
    value: str
    message: str
    remedy: str

    @property
    def place(self) -> str:
        """`台账!C5`"""
        return f"{self.sheet}!{self.column}{self.row}"

    def __str__(self) -> str:
        value = f"“{self.value[:40]}”" if self.value else "（空）"
        return f"{self.place} {self.header}{value}：{self.message}，{self.remedy}"


@dataclass(frozen=True)
class LedgerFile:
    """What a file holds. Rows with an error are not among `accounts`; `notices` are sentences that block nothing.

    `columns`: the fields of Account the file has a column for.
    """

    accounts: tuple[Account, ...]
    errors: tuple[CellError, ...] = ()
    notices: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def bad_rows(self) -> tuple[int, ...]:
        return tuple(sorted({error.row for error in self.errors}))

    def over(self, known: Iterable[Account]) -> list[Account]:
        """The file's accounts as they should stand: what it has no column for (a phone, say) stays as `known`."""
        before = {account.key: account for account in known}
        kept = [name for name in Account.model_fields if name not in self.columns]
        return [
            account.model_copy(update={name: getattr(before[account.key], name) for name in kept})
            if account.key in before
            else account
            for account in self.accounts
        ]


def read_ledger(path: Path) -> LedgerFile:
    """Read the first visible sheet with a recognisable header. Bad rows never raise.

    Raises InputError when the file cannot be read, has no such sheet, or lacks a column no row can do without.
    """
    table = _find_table(path.name, read_sheets(path))
    _refuse_missing_columns(path.name, table.fields)
    kept = list(_read_rows(table))
    accounts = tuple(_without_duplicates(table, kept))
    errors = sorted(table.errors, key=lambda error: (error.row, len(error.column), error.column))
    return LedgerFile(accounts, tuple(errors), tuple(table.notices), tuple(table.fields))


@dataclass
class _Table:
    """A sheet with a header: row number of it, field -> column index, and what is to be said of it."""

    sheet: Sheet
    header_row: int
    fields: dict[str, int]
    errors: list[CellError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def header(self) -> list[CellValue]:
        return self.sheet.rows[self.header_row - 1]

    def blame(self, number: int, name: str, bad: BadCellError) -> None:
        """Add an error. What has no column of its own is blamed at the account's name."""
        row, index = self.sheet.rows[number - 1], self.fields.get(name)
        header = HEADER_OF[name] if index is None else shown(self.header[index])
        value = shown(row[index])[:200] if index is not None and index < len(row) else ""
        value = "（不显示）" if name in SECRETS else value
        column = get_column_letter((self.fields["name"] if index is None else index) + 1)
        self.errors.append(CellError(self.sheet.name, number, column, header, value, bad.message, bad.remedy))


def _find_table(place: str, sheets: Sequence[Sheet]) -> _Table:
    tables = [table for sheet in sheets if (table := _table(sheet)) is not None]
    if not tables:
        raise InputError(
            place, "前10行里找不到表头（如 账号名称、平台、主办单位），请对照 xunjian ledger template 的表头"
        )
    chosen, *others = tables
    for other in others:
        chosen.notices.append(f"工作表“{other.sheet.name}”也像台账，未读取；请另存为单独的文件导入")
    used = {*chosen.fields.values()}
    unused = [shown(cell) for index, cell in enumerate(chosen.header) if index not in used and not is_blank(cell)]
    if unused := [name for name in unused if normal_header(name) not in ("序号", "编号")]:
        chosen.notices.append(f"未使用的列：{'、'.join(unused)[:200]}")
    if "unit" not in chosen.fields and "supervisor" in chosen.fields:
        chosen.fields["unit"] = chosen.fields.pop("supervisor")
        chosen.notices.append("表中没有“主办单位”一列，以“主管单位”作为主办单位")
    return chosen


def _table(sheet: Sheet) -> _Table | None:
    """The row among the first ten that names most columns, the upper of two equals."""
    candidates = [(number, recognise(row)) for number, row in enumerate(sheet.rows[:HEADER_WITHIN_ROWS], start=1)]
    number, fields = max(candidates, key=lambda candidate: len(candidate[1]), default=(0, {}))
    return _Table(sheet, number, fields) if is_ledger_header(fields) else None


def _refuse_missing_columns(place: str, fields: dict[str, int]) -> None:
    needed = ("unit",) if "url" in fields else ("unit", "platform", "id")
    if missing := [HEADER_OF[name] for name in needed if name not in fields]:
        raise InputError(place, f"缺少必要的列：{'、'.join(missing)}，请补上后重新导入")


def _read_rows(table: _Table) -> Iterator[tuple[int, Account]]:
    rows = table.sheet.rows[table.header_row :]
    if len(rows) > MAX_ROWS:
        raise InputError(table.sheet.name, f"超过 {MAX_ROWS} 行，请分成几个文件导入")
    for number, cells in enumerate(rows, start=table.header_row + 1):
        filled = filled_cells(cells, table.fields)
        if not filled or filled.get("name") == table.header[table.fields["name"]]:
            continue  # an empty row, or the header repeated for printing
        if len(filled) == 1:
            table.notices.append(f"第{number}行只有一格有内容，已略过")
        elif note := _note_of(table, cells, filled):
            table.notices.append(f"第{number}行“{note[:20]}”是说明或签字，不是账号，已略过")
        elif account := _read_account(table, number, filled):
            yield number, account


def _note_of(table: _Table, cells: Sequence[CellValue], filled: dict[str, CellValue]) -> str | None:
    """What an office writes around the accounts: an example or instructions where the number stands, signatures."""
    used = {*table.fields.values()}
    beside = [shown(cell) for index, cell in enumerate(cells[: min(used) + 1]) if index not in used]
    notes = [text for text in beside if _EXAMPLE.match(text)]
    texts = [text for cell in cells if (text := shown(cell))]
    if "url" not in filled:
        notes += [text for text in (texts if "id" not in filled else texts[:1]) if _SIGNATURE.match(text)]
    return notes[0] if notes else None


def _read_account(table: _Table, number: int, filled: dict[str, CellValue]) -> Account | None:
    followers = table.fields.get("followers")
    ten_thousands = followers is not None and "万" in shown(table.header[followers])
    try:
        row = read_row(filled, ten_thousands)
    except UnsupportedPlatformError as platform:
        table.notices.append(f"第{number}行：暂不支持的平台“{platform}”，该行未导入")
        return None
    for name, bad in row.bad.items():
        table.blame(number, name, bad)
    if row.notice:
        table.notices.append(f"第{number}行：{row.notice}")
    return row.account


def _without_duplicates(table: _Table, kept: Sequence[tuple[int, Account]]) -> Iterator[Account]:
    """Accounts that stand in one row only: of two nobody can say which is right, so both are errors."""
    rows: dict[str, list[int]] = defaultdict(list)
    for number, account in kept:
        rows[account.key].append(number)
    for number, account in kept:
        others = "、".join(str(other) for other in rows[account.key] if other != number)
        if others:
            table.blame(number, "id", BadCellError(f"第{number}行与第{others}行是同一个账号", "同一账号只保留一行"))
        else:
            yield account
