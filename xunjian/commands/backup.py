"""`xunjian backup`: everything that would be missed, in one file, while the services run."""

import re
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import structlog
import typer

from shared.clock import to_shanghai, utc_now
from shared.errors import InputError, PermanentError, TransientError, XunjianError
from shared.folders import make_folder
from shared.runtime.settings import Settings, load_settings
from shared.storage.backed_up import note_backup
from shared.storage.database import Database
from shared.storage.files import PARTIAL, copy_database, demand_space, size_of
from shared.storage.notes import Notes
from shared.storage.store import SQLITE
from shared.system_words import system_words
from xunjian.backups import postgres_tools
from xunjian.backups.archive import (
    FOLDERS,
    LEDGER,
    POSTGRESQL_MEMBER,
    SQLITE_MEMBER,
    Manifest,
    is_ours,
    write_archive,
)
from xunjian.backups.folders import folder_in

log = structlog.get_logger(__name__)

_MEGABYTE = 1 << 20
_OURS = re.compile(r"xunjian-backup-\d{8}T\d{6}\.tar\.gz")
_ENDINGS = (".tar.gz", ".tgz")
_UNFINISHED = (".tmp", PARTIAL)
_WORKPLACE = ".xunjian-backup-"
_LONGEST = timedelta(hours=12)
"""No backup takes so long: what is older was left by one that was killed."""


def backup(
    target: Annotated[
        Path, typer.Argument(metavar="文件|文件夹", help="写成这个 .tar.gz 文件；别的都当作文件夹，文件按时间取名")
    ],
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="文件夹里只留最新的几份（只删本命令取名的文件）")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """备份数据库、清单、收件夹、证据和台账文件为一个文件；服务不必停。不含设置文件、密钥和登录会话。"""
    settings, now = load_settings(config), utc_now()
    is_file = target.name.endswith(_ENDINGS) and keep is None and not target.is_dir()
    file = target if is_file else target / f"xunjian-backup-{to_shanghai(now):%Y%m%dT%H%M%S}.tar.gz"
    if taken := next((path for path in (target, file) if path.is_file()), None):
        raise InputError(str(taken), "已经存在，没有覆盖；请换一个文件名，或给出文件夹")
    if within := next((name for name in FOLDERS if _lies_in(file, folder_in(settings, name))), None):
        raise InputError(str(target), f"在数据目录的 {within} 里，会被以后每一份备份带上；请换一个文件夹")
    try:
        manifest = make_backup(settings, file, now)
    except XunjianError:
        _note(settings, "failed", now)
        raise
    _note(settings, "ok", now)
    size = file.stat().st_size / _MEGABYTE
    typer.echo(
        f"已备份到 {file.resolve()}（{size:.1f} MB，{len(manifest.files)}个文件，表结构版本{manifest.tables}），已校验"
    )
    if (bucket := settings.evidence.bucket) is not None:
        typer.echo(f"证据在桶 {bucket.bucket} 里，不在这份备份中；请用对象存储自己的备份或版本功能另行备份", err=True)
    if keep is not None:
        _tidy(target, file, keep)


def _note(settings: Settings, result: str, now: datetime) -> None:
    """For the services to tell. A backup that cannot be noted is one all the same."""
    path = Path(settings.store_url.removeprefix(SQLITE))
    if settings.store_url.startswith(SQLITE) and not path.is_file():
        return
    try:
        with closing(Database(settings.store_url)) as database:
            note_backup(Notes(database), result, now)
    except (TransientError, PermanentError) as error:
        log.warning("backup_not_noted", error=str(error))
        typer.echo(f"没有记入数据库（{error}），监控看不到这一次；备份本身不受影响", err=True)


def make_backup(settings: Settings, target: Path, now: datetime) -> Manifest:
    """A checked backup at `target`. Raises InputError, TransientError when the database is away."""
    try:
        make_folder(target.parent)
        _sweep(target.parent, now)
        with tempfile.TemporaryDirectory(prefix=_WORKPLACE, dir=target.parent) as folder:
            return _gathered(settings, target, Path(folder), now)
    except OSError as error:
        remedy = "请检查权限和剩余空间，或换一个位置"
        raise InputError(str(target), f"备份写不进去（{system_words(error)}）；{remedy}") from error


def _gathered(settings: Settings, target: Path, folder: Path, now: datetime) -> Manifest:
    # The database first: it tells then of no file that was not there yet.
    tables = _tables(settings)
    about = Manifest(
        program=_program(),
        tables=tables,
        database="sqlite" if settings.store_url.startswith(SQLITE) else "postgresql",
        host=socket.gethostname(),
        at=now,
        files={},
    )
    databases = list(_databases(settings, folder))
    return write_archive(target, [*databases, *_files(settings)], about)


def _tables(settings: Settings) -> str:
    path = Path(settings.store_url.removeprefix(SQLITE))
    if settings.store_url.startswith(SQLITE) and not path.is_file():
        raise InputError(str(path), "还没有数据库，没有可备份的内容；请核对设置中的 data_dir")
    with closing(Database(settings.store_url)) as database:
        schema = database.schema()
    if not schema.has_tables:
        raise InputError("数据库", "还是空的，没有可备份的内容；请核对设置中的数据库地址")
    return schema.version


def _databases(settings: Settings, folder: Path) -> Iterator[tuple[str, Path]]:
    """As of one moment each. Where the store is a server's, the embedded bus has a file of its own all the same."""
    if not settings.store_url.startswith(SQLITE):
        postgres_tools.dump(settings.store_url, folder / POSTGRESQL_MEMBER)
        yield POSTGRESQL_MEMBER, folder / POSTGRESQL_MEMBER
    path = Path(settings.store_url.removeprefix(SQLITE))
    if not settings.store_url.startswith(SQLITE):
        path = settings.data_dir / SQLITE_MEMBER
    if path.is_file():
        demand_space(folder.parent, 2 * size_of(path), "备份")
        try:
            copy_database(path, folder / SQLITE_MEMBER)
        except sqlite3.Error as error:
            raise InputError(str(path), f"数据库读不出来（{error}）；请检查磁盘，或恢复更早的备份") from error
        yield SQLITE_MEMBER, folder / SQLITE_MEMBER


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    for name in FOLDERS:
        top = folder_in(settings, name)
        for path in sorted(top.rglob("*")) if top.is_dir() else ():
            member = f"{name}/{path.relative_to(top).as_posix()}"
            if not path.is_file() or path.is_symlink() or path.suffix in _UNFINISHED:
                continue
            if is_ours(member):
                yield member, path
            else:
                log.warning("file_left_out_of_backup", path=repr(str(path)))
    if settings.ledger is not None and settings.ledger.is_file():
        yield f"{LEDGER}/{settings.ledger.name}", settings.ledger


def _tidy(folder: Path, made: Path, keep: int) -> None:
    """Ours beyond the newest `keep` go: their names sort by time.

    What is dated after the one just made was made by a wrong clock, now or then: neither counted nor removed.
    """
    ours = sorted(path for path in folder.iterdir() if path.is_file() and _OURS.fullmatch(path.name))
    for old in [path for path in ours if path.name <= made.name][:-keep]:
        old.unlink()
        typer.echo(f"已删除旧备份 {old}")
    for odd in (path for path in ours if path.name > made.name):
        typer.echo(f"{odd} 的日期比现在还晚（本机时钟现在或当时不对），没有计入 --keep；请核对后自行处理", err=True)


def _sweep(folder: Path, now: datetime) -> None:
    """What those left who were killed: it holds phone numbers, and would fill the disk."""
    long_ago = now.timestamp() - _LONGEST.total_seconds()
    for pattern in (f"{_WORKPLACE}*", f"xunjian-backup-*{PARTIAL}"):
        for left in folder.glob(pattern):
            if left.is_symlink() or left.stat().st_mtime > long_ago:
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _program() -> str:
    try:
        return version("xunjian")
    except PackageNotFoundError:
        return "?"
