"""`xunjian ledger`: a ledger file in, checked cell by cell, and the ledger out again; who is in it."""

from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.clock import utc_now
from shared.errors import InputError
from shared.filing import file_ledger
from shared.ledger.reading import read_ledger
from shared.ledger.writing import write_ledger, write_template
from shared.runtime.settings import load_settings
from shared.storage.store import open_store, open_to_read
from xunjian.commands import _registered as registered
from xunjian.shown import imported
from xunjian.shown.where import where

SOME_ROWS_BAD = 1

ledger_app = typer.Typer(help="台账：导入、导出、空白模板、查看、移出与恢复。", no_args_is_help=True)
ledger_app.command("list")(registered.list_)
ledger_app.command("show")(registered.show)
ledger_app.command("remove")(registered.remove)
ledger_app.command("restore")(registered.restore)

Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@ledger_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="台账文件", help="台账文件（.xlsx、.xls、.ods 或 .csv）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    config: Config = None,
) -> None:
    """导入台账：有错的行列出并略过，其余按（平台，账号ID）新增或更新；从不删除账号。

    姓名、平台、单位、账号ID或链接以外的单元格有错时，该行照常导入，只略过这一格。
    退出码：0 全部导入，1 有的行有错，2 文件无法读取。
    """
    console = Console()
    settings = load_settings(config, needs_store=not dry_run)
    if dry_run:
        store = open_to_read(settings.store_url)
        with closing(store) if store else nullcontext():
            ledger = read_ledger(file).over(store.accounts.all() if store else ())
        imported.show(ledger, console)
        imported.say_checked(ledger, console)
    else:
        with closing(open_store(settings.store_url)) as store:
            filed = file_ledger(store, file, utc_now())
        ledger = filed.file
        imported.show(ledger, console)
        imported.say_filed(filed, console)
        imported.say(console, where(settings))
        imported.say_next(file, ledger, console)
    if ledger.errors:
        raise typer.Exit(SOME_ROWS_BAD)


@ledger_app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="文件", help="写入的文件（.xlsx 或 .csv）")], config: Config = None
) -> None:
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
def template(file: Annotated[Path, typer.Argument(metavar="文件", help="写入的文件（.xlsx 或 .csv）")]) -> None:
    """写出空白台账模板。"""
    if file.exists():
        raise InputError(str(file), "文件已存在，请换一个文件名")
    write_template(file)
    typer.echo(f"已写出模板：{file}")
