"""`xunjian ledger`: a ledger file in, checked cell by cell, and the ledger out again."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.clock import utc_now
from shared.errors import InputError
from shared.ledger.reading import LedgerFile, read_ledger
from shared.ledger.writing import write_ledger, write_template
from shared.runtime.settings import load_settings
from shared.storage.store import open_store, open_to_read
from xunjian.where import where

SOME_ROWS_BAD = 1
MAX_SHOWN = 200
"""Lines of one kind on a screen: a file of ten thousand bad rows has one fault, not ten thousand."""

ledger_app = typer.Typer(help="台账：导入、导出、空白模板。", no_args_is_help=True)
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@ledger_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="台账文件（.xlsx 或 .csv）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    config: Config = None,
) -> None:
    """导入台账：有错的行列出并略过，其余按（平台，账号ID）新增或更新；从不删除账号。

    退出码：0 全部导入，1 有的行有错，2 文件无法读取。
    """
    console = Console()
    ledger = read_ledger(file)
    show(ledger, console)
    if dry_run:
        say(console, f"检查完毕（未写入）：可导入 {len(ledger.accounts)} 个账号，{len(ledger.bad_rows)} 行有错")
    else:
        _save(ledger, config, console)
    if ledger.errors:
        raise typer.Exit(SOME_ROWS_BAD)


@ledger_app.command()
def export(file: Annotated[Path, typer.Argument(help="写入的文件（.xlsx 或 .csv）")], config: Config = None) -> None:
    """导出台账（含联系人电话），列与模板相同，可再导入。"""
    settings = load_settings(config)
    store = open_to_read(settings.store_url)
    if store is None:
        raise InputError(str(settings.data_dir), "这里还没有数据；请先导入台账，或用 --config 指明设置文件")
    with closing(store):
        accounts = store.accounts.all()
    write_ledger(file, accounts)
    typer.echo(f"已导出 {len(accounts)} 个账号：{file}（含联系人信息和机器人地址，请妥善保管，勿外传）")


@ledger_app.command()
def template(file: Annotated[Path, typer.Argument(help="写入的文件（.xlsx 或 .csv）")]) -> None:
    """写出空白台账模板。"""
    if file.exists():
        raise InputError(str(file), "文件已存在，请换一个文件名")
    write_template(file)
    typer.echo(f"已写出模板：{file}")


def _save(ledger: LedgerFile, config: Path | None, console: Console) -> None:
    settings = load_settings(config)
    store = open_store(settings.store_url)
    try:
        done = store.accounts.upsert(ledger.over(store.accounts.all()).accounts, utc_now())
    finally:
        store.close()
    counts = f"新增 {done.added}，变更 {done.changed}，未变 {done.unchanged}，{len(ledger.bad_rows)} 行有错未导入"
    say(console, f"导入完毕：{counts}")
    if done.absent:
        doubt = "（有错的行不算在内，可能就是其中的账号）" if ledger.errors else ""
        say(console, f"未在新台账：{len(done.absent)} 个账号，均保留未删{doubt}")
        _lines(console, done.absent)
    say(console, where(settings))


def show(ledger: LedgerFile, console: Console) -> None:
    """Errors as a table on a terminal, one line each elsewhere; then the notices."""
    if ledger.errors and console.is_terminal:
        console.print(_table(ledger))
    else:
        _lines(console, [f"错误 {error}" for error in ledger.errors])
    _lines(console, [f"未采纳 {warning}（该行其余内容已导入）" for warning in ledger.warnings])
    _lines(console, [f"提示 {notice}" for notice in ledger.notices])


def _table(ledger: LedgerFile) -> Table:
    table = Table(title=f"有错的单元格（共 {len(ledger.errors)} 处）")
    for header in ("单元格", "列", "内容", "问题", "怎么改"):
        table.add_column(header, overflow="fold")
    for error in ledger.errors[:MAX_SHOWN]:
        cells = (error.place, error.header, error.value[:40], error.message, error.remedy)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _lines(console: Console, lines: list[str] | tuple[str, ...]) -> None:
    for line in lines[:MAX_SHOWN]:
        say(console, line)
    if len(lines) > MAX_SHOWN:
        say(console, f"……还有 {len(lines) - MAX_SHOWN} 条")


def say(console: Console, line: str) -> None:
    """A line as it is: no markup, no wrapping, no colour from what a file says."""
    console.print(Text(line), soft_wrap=True)
