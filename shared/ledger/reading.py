"""Reads a ledger file as offices send it into accounts, with every error named by its cell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from openpyxl.utils import get_column_letter

from shared.account import Account
from shared.errors import InputError
from shared.ledger.around import is_header_again, note_of
from shared.ledger.columns import HEADER_OF, SECRETS, is_ledger_header, normal_header, recognise
from shared.ledger.rows import filled_cells, read_row
from shared.ledger.sheets import HEADER_WITHIN_ROWS, MAX_ROWS, Sheet, read_sheets
from shared.ledger.values import BadCellError, CellValue, UnsupportedPlatformError, is_blank, shown


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell, in Chinese. `row` counts from 1 as spreadsheets show it; `column` is its letter.

    `field`: of Account. `name`, `platform`, `unit`: of its row, as far as they could be read. `key`: the account the
    row was taken as, without this cell; null when the row was not taken.
    """

    sheet: str
    row: int
    column: str
    header: str
    value: str
    message: str
    remedy: str
    field: str = ""
    name: str = ""
    platform: str = ""
    unit: str = ""
    key: str | None = None

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

    `warnings`: bad cells of rows that were taken without them. `unsupported`: rows of platforms nobody visits yet.
    `columns`: the fields of Account the file has a column for. `given`: what the id's cell says, by key of the account,
    where that is not its id.
    """

    accounts: tuple[Account, ...]
    errors: tuple[CellError, ...] = ()
    notices: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    warnings: tuple[CellError, ...] = ()
    unsupported: tuple[CellError, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def bad_rows(self) -> tuple[int, ...]:
        return tuple(sorted({error.row for error in self.errors}))

    def over(self, known: Iterable[Account]) -> "LedgerFile":
        """The file as it should stand over the `known` ledger: what it has no column for (a phone, say) and what could
        not be read of a row stays as it was.

        A new account whose status could not be read is not taken: it may be cancelled, and would be accused.
        """
        before = {account.key: account for account in known}
        unread: dict[str, set[str]] = defaultdict(set)
        for warning in self.warnings:
            unread[warning.key or ""].add(warning.field)
        unsure = {
            account.key for account in self.accounts if account.key not in before and "status" in unread[account.key]
        }
        refused = tuple(replace(warning, key=None) for warning in self.warnings if warning.key in unsure)
        return replace(
            self,
            accounts=tuple(
                _over(before.get(account.key), account, {*Account.model_fields} - {*self.columns} | unread[account.key])
                for account in self.accounts
                if account.key not in unsure
            ),
            errors=tuple(sorted((*self.errors, *refused), key=_in_order)),
            warnings=tuple(warning for warning in self.warnings if warning.key not in unsure),
        )


def _over(was: Account | None, account: Account, kept: Iterable[str]) -> Account:
    return account.model_copy(update={name: getattr(was, name) for name in kept}) if was else account


def _in_order(error: CellError) -> tuple[int, int, str]:
    return error.row, len(error.column), error.column


def read_ledger(path: Path) -> LedgerFile:
    """Read the first visible sheet with a recognisable header. Bad rows never raise.

    Raises InputError when the file cannot be read, has no such sheet, or lacks a column no row can do without.
    """
    table = _find_table(path.name, read_sheets(path))
    _refuse_missing_columns(path.name, table.fields)
    accounts = tuple(_last_of_each(table, list(_read_rows(table))))
    faults = sorted(table.faults, key=_in_order)
    return LedgerFile(
        accounts,
        errors=tuple(fault for fault in faults if fault.key is None),
        notices=tuple(table.notices),
        columns=tuple(table.fields),
        warnings=tuple(fault for fault in faults if fault.key is not None),
        unsupported=tuple(table.unsupported),
        given=table.given,
    )


@dataclass
class _Table:
    """A sheet with a header: row number of it, field -> column index, and what is to be said of it."""

    sheet: Sheet
    header_row: int
    fields: dict[str, int]
    faults: list[CellError] = field(default_factory=list)
    unsupported: list[CellError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)

    @property
    def header(self) -> list[CellValue]:
        return self.sheet.rows[self.header_row - 1]

    def fault(self, number: int, name: str, bad: BadCellError, key: str | None = None) -> CellError:
        """What has no column of its own is blamed at the account's name. `key`: the row was taken as this account."""
        index = self.fields.get(name)
        own = {one: self.shown(number, one) for one in ("name", "platform", "unit")}
        header = HEADER_OF[name] if index is None else shown(self.header[index])
        column = get_column_letter((self.fields["name"] if index is None else index) + 1)
        value = "（不显示）" if name in SECRETS else self.shown(number, name)
        return CellError(self.sheet.name, number, column, header, value, bad.message, bad.remedy, name, key=key, **own)

    def shown(self, number: int, name: str) -> str:
        row, index = self.sheet.rows[number - 1], self.fields.get(name)
        return shown(row[index])[:200] if index is not None and index < len(row) else ""

    def targets(self, number: int) -> dict[str, str]:
        """The web addresses behind the cells of a row, by field."""
        found = {name: self.sheet.targets.get((number, index + 1)) for name, index in self.fields.items()}
        return {name: target for name, target in found.items() if target}


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
        if not filled or is_header_again(cells, table.header, table.fields):
            continue
        if len(filled) == 1:
            table.notices.append(f"第{number}行只有一格有内容，已略过")
        elif note := note_of(cells, filled, table.fields):
            table.notices.append(f"第{number}行“{note[:20]}”是合计、说明或签字，不是账号，已略过")
        elif account := _read_account(table, number, filled):
            yield number, account


def _read_account(table: _Table, number: int, filled: dict[str, CellValue]) -> Account | None:
    followers = table.fields.get("followers")
    ten_thousands = followers is not None and "万" in shown(table.header[followers])
    try:
        row = read_row(filled, ten_thousands, table.targets(number))
    except UnsupportedPlatformError as platform:
        table.notices.append(f"第{number}行：暂不支持的平台“{platform}”，该行未导入")
        unable = BadCellError("暂不支持的平台", "本系统不核查该平台，请另行检查")
        table.unsupported.append(table.fault(number, "platform", unable))
        return None
    account = row.account
    for name, bad in (*row.bad.items(), *row.left_out.items()):
        table.faults.append(table.fault(number, name, bad, account.key if account else None))
    if account and row.given and row.given != account.id:
        table.given[account.key] = row.given
    if row.notice:
        table.notices.append(f"第{number}行：{row.notice}")
    return account


def _last_of_each(table: _Table, kept: Sequence[tuple[int, Account]]) -> Iterator[Account]:
    """Of rows about one account the last stands: whoever adds to a list adds below."""
    rows: dict[str, list[tuple[int, Account]]] = defaultdict(list)
    for number, account in kept:
        rows[account.key].append((number, account))
    for key, own in rows.items():
        last, stands = own[-1]
        dropped = {number for number, _ in own[:-1]}
        if dropped:
            table.faults = [fault for fault in table.faults if fault.key != key or fault.row not in dropped]
        for number, account in own[:-1]:
            _say_twice(table, number, account, last, stands)
        yield stands


def _say_twice(table: _Table, number: int, account: Account, last: int, stands: Account) -> None:
    """Of one name or unit it is one account filed twice; of two names and units one of them is not watched."""
    if account.name == stands.name or account.unit == stands.unit:
        names = account.name if account.name == stands.name else f"{account.name}，{stands.name}"
        table.notices.append(f"第{number}行与第{last}行是同一个账号（{names}），以第{last}行为准")
        return
    bad = BadCellError(
        f"与第{last}行“{stands.name}”是同一个账号，以第{last}行为准",
        "若是两个账号，请改正其中一行的账号ID或主页链接；若是一个，请删去这一行",
    )
    table.faults.append(table.fault(number, "id" if table.shown(number, "id") else "url", bad))
