"""`xunjian db`: which version of the tables the database holds, and bringing it to this program's."""

import time
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Annotated

import typer
from sqlalchemy import make_url

from shared.clock import utc_now
from shared.errors import InputError, TransientError
from shared.runtime.settings import load_settings
from shared.storage.database import Database
from shared.storage.files import make_private
from shared.storage.schema import NOTHING, UPGRADE, Schema, newest
from shared.storage.store import SQLITE
from shared.storage.upgrade import upgrade as bring_up

db_app = typer.Typer(help="数据库：表结构的版本与升级。", no_args_is_help=True)

_PAUSE_SECONDS = 2.0

Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@db_app.command()
def version(config: Config = None) -> None:
    """数据库现在的表结构版本、本程序需要的版本、升级要做的事；什么也不改。"""
    url = load_settings(config).store_url
    typer.echo(f"数据库：{_shown(url)}")
    schema = _schema(url)
    typer.echo(f"现在的版本：{_now(schema)}")
    typer.echo(f"本程序需要：{newest()}")
    if schema.is_current:
        typer.echo("无需升级")
    else:
        copied = "先在数据库旁留一份副本，再" if url.startswith(SQLITE) and schema.has_tables else ""
        by_itself = "启动时也会自动执行" if url.startswith(SQLITE) else "先停止各服务并备份"
        typer.echo(f"待升级：{'、'.join(schema.to_do)}（{copied}执行 {UPGRADE}；{by_itself}）")


@db_app.command()
def upgrade(config: Config = None) -> None:
    """建表，或升级到本程序需要的版本；SQLite 先留副本。中途被打断可以重新执行。"""
    url = load_settings(config).store_url
    if url.startswith(SQLITE):
        make_private(Path(url.removeprefix(SQLITE)))
    with closing(Database(url)) as database:
        done = bring_up(database, utc_now())
    typer.echo(f"{_shown(url)}：{done.sentence if done else f'已是版本{newest()}，无需升级'}")


@db_app.command()
def wait(
    seconds: Annotated[float, typer.Option("--for", min=0, help="最多等多少秒")] = 3600, config: Config = None
) -> None:
    """等到数据库连得上、表结构是本程序需要的版本；用于容器启动之前。数据库比程序新的，立即报错。"""
    url = load_settings(config).store_url
    deadline, said = time.monotonic() + seconds, ""
    while lacking := _lacking(url):
        if time.monotonic() >= deadline:
            raise InputError(_shown(url), f"等了{seconds:.0f}秒，{lacking}；请查看数据库，并执行 {UPGRADE}")
        if lacking != said:
            typer.echo(f"等待：{lacking}", err=True)
        said = lacking
        sleep(min(_PAUSE_SECONDS, max(deadline - time.monotonic(), 0)))
    typer.echo(f"{_shown(url)}：表结构版本{newest()}")


def _lacking(url: str) -> str | None:
    """What a service would miss; null when it can be started. Raises InputError for what waiting does not mend."""
    try:
        schema = _schema(url)
    except TransientError as error:
        return str(error)
    return None if schema.is_current else f"表结构版本为{schema.version}，需要{newest()}"


def _schema(url: str) -> Schema:
    """Makes no file where there is none."""
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        return Schema(NOTHING, has_tables=False)
    with closing(Database(url)) as database:
        return database.schema()


def _now(schema: Schema) -> str:
    if not schema.has_tables:
        return "还没有建表"
    return "编号之前的版本（可以升级）" if schema.version == NOTHING else schema.version


def _shown(url: str) -> str:
    return url.removeprefix(SQLITE) if url.startswith(SQLITE) else make_url(url).render_as_string(hide_password=True)
