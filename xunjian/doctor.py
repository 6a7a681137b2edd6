"""`xunjian doctor`: everything this installation stands on, one line each, with what to do about it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.exc import SQLAlchemyError

from services.alerter.__main__ import channel_options
from services.alerter.channels.base import Channel
from services.alerter.routes import build_routes
from services.collector.__main__ import browser_settings
from services.collector.browser.chromium import find_browser
from shared.clock import utc_now
from shared.errors import InputError, PermanentError, XunjianError
from shared.plugins import discover
from shared.runtime.opening import open_bus
from shared.runtime.settings import Settings, load_settings
from shared.storage.database import Database
from shared.storage.store import SQLITE, open_to_read
from xunjian import checks
from xunjian.checks import Diagnosis

FAILED = 1
_SECONDS = 15


def doctor(config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None) -> None:
    """逐项检查运行环境，每项一行；必需的项不合格时退出码为 1。"""
    settings = load_settings(config, needs_store=False)
    healthy = True
    for check in diagnose(settings, utc_now()):
        typer.echo(check.line)
        healthy = healthy and (check.ok or not check.essential)
    if not healthy:
        raise typer.Exit(FAILED)


def diagnose(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    """One check after the other, the slow ones included."""
    yield checks.check_browser(browser_settings(settings).executable or find_browser(), _version)
    yield checks.check_fonts(_chinese_families)
    yield _check_database(settings)
    yield _check_bus(settings)
    yield from _check_recorded(settings, now)
    yield checks.check_zone(lambda: ZoneInfo("Asia/Shanghai").utcoffset(now.replace(tzinfo=None)))
    folder = _existing(settings.data_dir)
    yield checks.check_disk(folder, shutil.disk_usage(folder).free)
    kinds = discover("services.alerter.channels", Channel)
    for name, options in channel_options(settings).items():
        yield checks.check_channel(name, options, kinds)
    yield _check_routes(settings)


def _check_database(settings: Settings) -> Diagnosis:
    """Nothing is made or written: whether it could be, the database or the file's rights tell."""
    if settings.store_url.startswith("postgresql"):
        remedy = "启动数据库，核对 XUNJIAN_DATABASE_URL 与用户的写权限"
        return checks.check_attempt("数据库", "PostgreSQL", lambda: _ask_postgresql(settings), remedy)
    return checks.check_attempt("数据库", "SQLite", lambda: _ask_folder(settings), "让运行用户可以写 data_dir")


def _ask_postgresql(settings: Settings) -> None:
    try:
        with closing(Database(settings.store_url)) as database, database.read() as connection:
            if connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
                raise PermanentError("这是备机，只能读")
            if not connection.exec_driver_sql("SELECT has_schema_privilege(current_schema(), 'CREATE')").scalar():
                raise PermanentError("用户没有建表和写入的权限")
    except SQLAlchemyError as error:
        raise PermanentError(str(error.__cause__ or error)) from error


def _ask_folder(settings: Settings) -> None:
    """The file there is, or else the folder it will be made in."""
    path = Path(settings.store_url.removeprefix(SQLITE))
    for needed in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if needed.exists() and not os.access(needed, os.R_OK | os.W_OK):
            raise PermanentError(f"{needed} 不可写")
    folder = _existing(path.parent)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise PermanentError(f"{folder} 不是可写的目录")
    try:
        if (store := open_to_read(settings.store_url)) is not None:
            store.close()
    except SQLAlchemyError as error:
        raise PermanentError(str(error.__cause__ or error)) from error


def _check_bus(settings: Settings) -> Diagnosis:
    if settings.kafka_bootstrap is None:
        embedded = settings.model_copy(update={"database_url": None})
        return checks.check_attempt("消息总线", "内嵌总线", lambda: _ask_folder(embedded), "让运行用户可以写 data_dir")

    def ask() -> None:
        with closing(open_bus(settings.model_copy(update={"kafka_create_topics": 0}), utc_now, "doctor")) as bus:
            bus.check()

    what = f"Kafka {settings.kafka_bootstrap}"
    return checks.check_attempt("消息总线", what, ask, "启动 Kafka 并核对 XUNJIAN_KAFKA_BOOTSTRAP 与防火墙")


def _check_recorded(settings: Settings, now: datetime) -> Iterator[Diagnosis]:
    """What the services left in the store: clocks that differ, channels that are off."""
    database_now, troubles = None, []
    offsets: dict[str, timedelta] = {}
    with suppress(XunjianError, SQLAlchemyError):  # said by the check of the database already
        if (store := open_to_read(settings.store_url)) is not None:
            with closing(store):
                database_now = store.visits.database_now()
                offsets = store.visits.clock_offsets()
                troubles = store.channels.troubles()
    yield checks.check_clock(now, database_now, offsets)
    for trouble in troubles:
        yield checks.check_trouble(trouble)


def _check_routes(settings: Settings) -> Diagnosis:
    try:
        routes = build_routes(settings.routes, settings.operators).routes
    except InputError as error:
        return Diagnosis("通知去向", False, str(error), "按 docs/settings.md 改正设置")
    used = {f"routes.{number}": route.channels for number, route in enumerate(routes)}
    return checks.check_routes(used | {"operators": settings.operators}, settings.channels)


def _version(browser: Path) -> str:
    return _output(str(browser), "--version").strip()


def _chinese_families() -> list[str]:
    return sorted(filter(None, _output("fc-list", ":lang=zh-cn", "family").splitlines()))


def _output(*command: str) -> str:
    """What a program prints. Raises OSError when it cannot be started, fails, or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise OSError(str(error)) from error
    return done.stdout


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
