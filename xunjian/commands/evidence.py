"""`xunjian evidence`: what was kept held against itself, shown as a folder, and its head to be written down."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from services.collector.__main__ import browser_settings
from services.collector.browser.printing import print_pdf
from shared.errors import InputError, TransientError
from shared.evidence.entry import Head
from shared.evidence.keeper import Keeper
from shared.evidence.opening import vault_of
from shared.evidence.verifying import Fault, verify
from shared.runtime.settings import load_settings
from shared.storage.store import Store, open_to_read
from xunjian.exhibits.folder import PAGE, PDF, write_exhibit, write_sums
from xunjian.exhibits.gathered import gather

evidence_app = typer.Typer(help="证据：核对有无改动，导出给人看的材料。", no_args_is_help=True)

FAULTY = 1
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@evidence_app.command()
def head(config: Config = None) -> None:
    """打印登记簿的簿尾（序号:SHA-256）。请抄在别处，日后用 verify --against 核对。"""
    with _opened(config) as (keeper, _):
        typer.echo(str(keeper.log.head()))


@evidence_app.command("verify")
def verify_(
    against: Annotated[str | None, typer.Option(metavar="序号:SHA-256", help="以前抄下的簿尾，一并核对")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON，供程序读取")] = False,
    config: Config = None,
) -> None:
    """核对全部证据：登记簿有无改动、删除、插入，内容是否都在、一字未改。有问题时退出码为1。"""
    written_down = _head_of(against) if against else None
    errors = hints = 0
    with _opened(config) as (keeper, _):
        for fault in verify(keeper.vault, keeper.log, written_down):
            errors += fault.kind.is_error
            hints += not fault.kind.is_error
            typer.echo(_as_json(fault) if as_json else f"{'✗' if fault.kind.is_error else '△'} {fault.sentence}")
        last = keeper.log.head()
    if as_json:
        typer.echo(json.dumps({"errors": errors, "hints": hints, "head": str(last)}))
    else:
        said = f"发现{errors}处问题；请保留现场，从备份中找回，并查明谁能写数据库和证据库" if errors else "全部相符"
        typer.echo(f"{said}。登记共{last.n}条，簿尾 {last}{f'；另有{hints}个提示' if hints else ''}")
    if errors:
        raise typer.Exit(FAULTY)


@evidence_app.command()
def show(
    number: Annotated[str, typer.Argument(metavar="编号", help="告警编号，或一次查看的 SHA-256（可只写开头）")],
    out: Annotated[Path | None, typer.Option(help="写到这个新文件夹；不填为 证据-编号")] = None,
    config: Config = None,
) -> None:
    """导出一个问题的证据：说明、网页原始内容、截图、登记，供附在公文后；不用本程序也能核对。"""
    with _opened(config) as (keeper, store):
        gathered = gather(number, keeper, store)
        folder = out or Path(f"证据-{gathered.number}")
        missing = write_exhibit(gathered, folder, keeper)
    try:
        print_pdf(folder / PAGE, folder / PDF, browser_settings(load_settings(config)))
    except (TransientError, InputError) as error:
        missing.append(str(error))
    write_sums(folder)
    for words in missing:
        typer.echo(f"缺：{words}", err=True)
    typer.echo(f"已写到 {folder.resolve()}；先看 说明.html，核对用 sha256sum -c SHA256SUMS")


@contextmanager
def _opened(config: Path | None) -> Iterator[tuple[Keeper, Store]]:
    settings = load_settings(config)
    store = open_to_read(settings.store_url)
    if store is None:
        raise InputError(str(settings.data_dir), "这里还没有数据；请核对设置中的 data_dir，或用 --config 指明设置文件")
    with closing(store):
        yield Keeper(vault_of(settings.evidence, settings.data_dir), store.evidence), store


def _head_of(words: str) -> Head:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", words.strip().lower())
    if found is None:
        raise InputError("--against", "应为 序号:SHA-256，即 xunjian evidence head 打印的一行")
    return Head(n=int(found[1]), hash=found[2])


def _as_json(fault: Fault) -> str:
    return fault.model_dump_json()
