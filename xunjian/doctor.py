"""`xunjian doctor`: everything this installation stands on, one line each, with what to do about it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
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
from shared.storage.store import open_store
from xunjian import checks
from xunjian.checks import Diagnosis

FAILED = 1
_SECONDS = 15


def doctor(config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None) -> None:
    """逐项检查运行环境，每项一行；必需的项不合格时退出码为 1。"""
    settings = load_settings(config)
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
    yield checks.check_clock(now, _database_now(settings))
    yield checks.check_zone(lambda: ZoneInfo("Asia/Shanghai").utcoffset(now.replace(tzinfo=None)))
    folder = _existing(settings.data_dir)
    yield checks.check_disk(folder, shutil.disk_usage(folder).free)
    kinds = discover("services.alerter.channels", Channel)
    for name, options in channel_options(settings).items():
        yield checks.check_channel(name, options, kinds)
    yield from _check_channels_off(settings)
    yield _check_routes(settings)


def _check_database(settings: Settings) -> Diagnosis:
    def write() -> None:
        try:
            with closing(open_store(settings.store_url)) as store:
                store.check()
                store.visits.free_leases([], utc_now())  # a write that changes nothing
        except SQLAlchemyError as error:  # a standby or missing rights, which the services do not expect
            raise PermanentError(str(error.__cause__ or error)) from error

    if settings.store_url.startswith("postgresql"):
        remedy = "启动数据库，核对 XUNJIAN_DATABASE_URL 与用户的写权限"
        return checks.check_attempt("数据库", "PostgreSQL", write, remedy)
    return checks.check_attempt("数据库", "SQLite", write, "让运行用户可以写 data_dir")


def _check_channels_off(settings: Settings) -> Iterator[Diagnosis]:
    """Those the alerter has switched off; none when the database cannot be asked, which was said before."""
    try:
        with closing(open_store(settings.store_url)) as store:
            troubles = store.channels.troubles()
    except (XunjianError, OSError):
        return
    for trouble in troubles:
        if trouble.off_since is not None:
            remedy = f"改正后重启，或执行 xunjian deliveries resend --channel {trouble.name}"
            yield Diagnosis(f"渠道 {trouble.name}", False, f"已停用：{trouble.error}", remedy)


def _check_routes(settings: Settings) -> Diagnosis:
    try:
        routes = build_routes(settings.routes, settings.operators).routes
    except InputError as error:
        return Diagnosis("通知去向", False, str(error), "按 docs/settings.md 改正设置")
    used = {f"routes.{number}": route.channels for number, route in enumerate(routes)}
    return checks.check_routes(used | {"operators": settings.operators}, settings.channels)


def _check_bus(settings: Settings) -> Diagnosis:
    def ask() -> None:
        with closing(open_bus(settings, utc_now, "doctor")) as bus:
            bus.check()

    if settings.kafka_bootstrap is None:
        return checks.check_attempt("消息总线", "内嵌总线", ask, "让运行用户可以写 data_dir")
    what = f"Kafka {settings.kafka_bootstrap}"
    return checks.check_attempt("消息总线", what, ask, "启动 Kafka 并核对 XUNJIAN_KAFKA_BOOTSTRAP 与防火墙")


def _database_now(settings: Settings) -> datetime | None:
    """The server's clock; null for SQLite, whose clock is ours, and when the database does not answer."""
    if not settings.store_url.startswith("postgresql"):
        return None
    try:
        with closing(open_store(settings.store_url)) as store, store.database.read() as connection:
            moment = connection.exec_driver_sql("SELECT CURRENT_TIMESTAMP").scalar()
    except XunjianError:
        return None
    return moment if isinstance(moment, datetime) else None


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
