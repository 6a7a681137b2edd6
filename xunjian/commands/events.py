"""`xunjian events export`: what was observed, as a file that `xunjian replay` reads."""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Annotated, cast

import typer

from shared.errors import InputError
from shared.runtime.settings import load_settings
from shared.storage.store import Store, open_to_read
from shared.system_words import system_words
from xunjian.shown.where import typed
from xunjian.typed.moments import moment

events_app = typer.Typer(help="事件：导出已存的观测，供 replay 重放。", no_args_is_help=True)

_OUT = "-"


@events_app.callback()
def _group() -> None:
    """A group, though it has one command."""


@events_app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="文件", help="写到这个文件：.jsonl 或 .jsonl.gz；- 为标准输出")],
    account: Annotated[str | None, typer.Option(help="只导出这个账号（平台/账号ID）")] = None,
    since: Annotated[str | None, typer.Option(help="从何时观测到的起（ISO 8601，缺时区按北京时间）")] = None,
    until: Annotated[str | None, typer.Option(help="到何时为止，不含")] = None,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """按时间顺序导出存下的内容和核查记录（每行一个 JSON），不含台账里的联系人；不改数据。"""
    start = moment(since, "--since") if since else None
    end = moment(until, "--until") if until else None
    if start and end and start >= end:
        raise InputError("--since", "晚于截止时间，没有可导出的；请改正 --since 或 --until")
    settings = load_settings(config)
    store = open_to_read(settings.store_url)
    if store is None:
        raise InputError("数据库", "还没有数据；请先运行 xunjian run，或用 --config 指明设置文件")
    with closing(store):
        _refuse_unknown(store, account)
        with store.events.observed(key=account, since=start, until=end) as events, _target(file) as target:
            count = _write(events, target)
    where = "标准输出" if file == _OUT else file
    typer.echo(f"导出 {count} 个事件到 {where}；重放：xunjian replay {_named(file)} --ledger 台账文件", err=True)


def _named(file: str) -> str:
    return "文件" if file == _OUT else typed(file)


def _refuse_unknown(store: Store, account: str | None) -> None:
    if account is not None and store.accounts.find(account) is None:
        raise InputError("--account", f"台账里没有账号 {account}；请写 平台/账号ID，例如 weibo/1001")


def _write(events: Iterator[str], target: IO[bytes]) -> int:
    count = 0
    for count, body in enumerate(events, 1):  # noqa: B007 - counted
        target.write(body.encode() + b"\n")
    return count


@contextmanager
def _target(file: str) -> Iterator[IO[bytes]]:
    """Whole or not at all. Raises InputError."""
    if file == _OUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file)
    try:
        number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    except OSError as error:
        raise InputError(file, f"写不了（{system_words(error)}）；请检查文件夹和权限") from error
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as raw:
            if path.suffix == ".gz":
                # Without name and time: the same events, the same bytes.
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield raw
        draft.replace(path)
    except OSError as error:
        raise InputError(file, f"写不了（{system_words(error)}）；请检查剩余空间，或换一个位置") from error
    finally:
        draft.unlink(missing_ok=True)
