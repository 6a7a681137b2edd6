"""`xunjian restore`: a backup comes back, on this machine or another; what is here is moved aside, never destroyed."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from services.alerter.notices import RESTORED
from shared.clock import chinese_time, to_shanghai, utc_now
from shared.delivery import Notice
from shared.errors import InputError
from shared.folders import make_folder
from shared.runtime.lock import ROLES, holding
from shared.runtime.settings import Settings, load_settings
from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.files import PARTIAL, check_whole, copy_database, demand_space, flush, is_database, size_of
from shared.storage.notices import Notices
from shared.storage.restored import free_leases, hold_back
from shared.storage.schema import newest
from shared.storage.store import SQLITE
from shared.storage.upgrade import upgrade
from shared.system_words import system_words
from xunjian.backups import postgres_tools
from xunjian.backups.archive import FOLDERS, LEDGER, POSTGRESQL_MEMBER, SQLITE_MEMBER, Entry, Manifest, open_archive
from xunjian.backups.folders import folder_in
from xunjian.backups.server_database import empty_server, put_aside

QUIET_HOURS = 24
_WORKPLACE = ".xunjian-restore-"


def restore(
    file: Annotated[Path, typer.Argument(metavar="备份文件", help="xunjian backup 写的文件，或升级前的 .bak 副本")],
    quiet_hours: Annotated[
        float,
        typer.Option(
            "--quiet-hours",
            min=0,
            max=24 * 30,
            help="恢复后这么多小时内发现的和备份里待发的都留待人工确认，因为备份之后可能已经告知过；0：照常发送",
        ),
    ] = QUIET_HOURS,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """从备份恢复。须先停止各服务；现有数据移到一旁，不删除；已告知过的不会再告知。"""
    settings, now = load_settings(config), utc_now()
    with ExitStack() as stack:
        # Whatever the bus is: on this folder nobody may be at work.
        stack.enter_context(holding(settings.data_dir, ROLES, now))
        folder = Path(stack.enter_context(_beside(settings.data_dir)))
        coming = _Return(_unpacked(file, folder, settings), now, timedelta(hours=quiet_hours))
        is_file = settings.store_url.startswith(SQLITE)
        # Upgraded and told that it was away while the present one is still untouched.
        waited = coming.ready(f"{SQLITE}{folder / SQLITE_MEMBER}") if is_file else 0
        # A database alone leaves the files as they are: it may well point to them.
        folders = () if is_database(file) else FOLDERS
        aside = settings.data_dir / f"before-restore-{to_shanghai(now):%Y%m%dT%H%M%S}"
        if not is_file:
            _replace_server(settings.store_url, folder, aside)
            waited = coming.ready(settings.store_url)
        _put_aside(settings, folders, aside)
        _move_in(settings, folder)
    for line in coming.told(settings, aside, waited):
        typer.echo(line)


@dataclass(frozen=True)
class _Return:
    """A backup on its way back, at `now`; for so long nothing is told by itself."""

    manifest: Manifest
    now: datetime
    quiet: timedelta

    @property
    def until(self) -> str:
        return chinese_time(self.now + self.quiet)

    @property
    def _upgraded(self) -> str:
        return "" if self.manifest.tables == newest() else f"，已升级到{newest()}"

    def ready(self, url: str) -> int:
        """The database upgraded and told that it was away; how many messages waited in it and are held back."""
        with closing(Database(url)) as database:
            upgrade(database, self.now, keeps_copy=False)
            free_leases(database)
            if not self.quiet:
                return 0
            waited = hold_back(database, self.now + self.quiet, self.now)
            text = (
                f"系统已用{chinese_time(self.manifest.at)}的备份恢复。到{self.until}为止发现的（和写出的清单）、备份里待发的"
                f"{waited}条可能已经发过，都没有再发；执行 xunjian deliveries list --state dead 查看，"
                "确认没有告知过的执行 xunjian deliveries resend 编号。"
            )
            notice = Notice(kind=RESTORED, subject=self.now.isoformat(), text=text, since=self.now)
            Notices(database).post(notice)
            return waited

    def told(self, settings: Settings, aside: Path, waited: int) -> list[str]:
        tables = self.manifest.tables
        lines = [
            f"已恢复 {self.manifest.host} 于{chinese_time(self.manifest.at)}的备份（{len(self.manifest.files)}个文件，"
            f"表结构版本{tables}{self._upgraded}）到 {settings.data_dir.resolve()}"
        ]
        lines += [f"原有数据移到了 {aside.resolve()}，确认无误后可以删除"] if aside.exists() else []
        if self.quiet:
            lines.append(
                f"备份里待发的{waited}条、{self.until}之前发现的，都留待人工确认，不自动发出："
                "xunjian deliveries list 查看，xunjian deliveries resend 编号 补发"
            )
        if self.manifest.at > self.now + CLOCKS_DIFFER:
            lines.append(
                f"备份的时间比本机现在（{chinese_time(self.now)}）还晚：本机时钟现在或当时不对；"
                "请先校时（timedatectl set-ntp true），现在的时钟慢了的，校时后再恢复一次，以免重复告知"
            )
        lines.append("设置文件、密钥和登录会话不在备份里，请另行放好，再启动服务；用 xunjian doctor 检查")
        return lines


def _beside(folder: Path) -> "tempfile.TemporaryDirectory[str]":
    """On the same disk, so that what is unpacked is moved in by a name alone."""
    try:
        make_folder(folder)
        # The folder is held: what lies there was left by one that was killed.
        for left in folder.glob(f"{_WORKPLACE}*"):
            shutil.rmtree(left, ignore_errors=True)
        return tempfile.TemporaryDirectory(prefix=_WORKPLACE, dir=folder)
    except OSError as error:
        remedy = "请让运行用户可以写并清理磁盘，或改设置 data_dir"
        raise InputError(str(folder), f"数据目录写不进去（{system_words(error)}）；{remedy}") from error


def _unpacked(file: Path, folder: Path, settings: Settings) -> Manifest:
    """Checked in every way before anything here is touched. Raises InputError."""
    try:
        if is_database(file):
            return _bare(file, folder, settings)
        with open_archive(file) as archive:
            manifest = archive.unpack(folder)
    except IsADirectoryError:
        raise InputError(
            str(file), "这是文件夹；请写出里面的一份备份，如 xunjian-backup-年月日T时分秒.tar.gz"
        ) from None
    except OSError as error:
        raise InputError(str(folder), f"解不开备份（{system_words(error)}）；请清理磁盘、核对权限后再试") from error
    _demand_fitting(file, manifest, settings)
    if SQLITE_MEMBER in manifest.files:
        check_whole(folder / SQLITE_MEMBER)
    if manifest.database == "postgresql":
        postgres_tools.check(settings.store_url, folder / POSTGRESQL_MEMBER)
        empty_server(settings.store_url)
    return manifest


def _demand_fitting(file: Path, manifest: Manifest, settings: Settings) -> None:
    """Raises InputError for the backup of a newer program, of another kind of database, or of none."""
    if manifest.tables > newest():
        raise InputError(
            str(file),
            f"备份的表结构版本为{manifest.tables}（程序 {manifest.program}），比本程序（{newest()}）新；请先更新本程序",
        )
    here = "sqlite" if settings.store_url.startswith(SQLITE) else "postgresql"
    if manifest.database != here:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise InputError(
            str(file),
            f"这是 {names[manifest.database]} 的备份，而设置中的数据库是 {names[here]}；"
            "请改设置 database_url 与备份一致后再恢复",
        )
    needed = SQLITE_MEMBER if here == "sqlite" else POSTGRESQL_MEMBER
    if needed not in manifest.files:
        raise InputError(str(file), f"备份里没有数据库（{needed}）；请换一份完好的备份")


def _bare(file: Path, folder: Path, settings: Settings) -> Manifest:
    """The database alone: the copy that an upgrade left beside it, or anybody's. Its moment is the file's."""
    if not settings.store_url.startswith(SQLITE):
        raise InputError(str(file), "这是 SQLite 的数据库文件，而设置中的数据库是 PostgreSQL；请改设置 database_url")
    check_whole(file)
    demand_space(folder.parent, 2 * size_of(file), "恢复")
    try:
        copy_database(file, folder / SQLITE_MEMBER)
    except sqlite3.Error as error:
        raise InputError(str(file), f"读不出来（{error}）；请让运行用户可以读写它和所在文件夹，或换一份备份") from error
    with closing(Database(f"{SQLITE}{folder / SQLITE_MEMBER}")) as database:
        schema = database.schema()
    if not schema.has_tables:
        raise InputError(str(file), "里面没有巡检的数据；请核对文件")
    return Manifest(
        program="?",
        tables=schema.version,
        database="sqlite",
        host=file.name,
        at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        files={SQLITE_MEMBER: Entry(sha256="0" * 64, size=size_of(file))},
    )


def _replace_server(url: str, folder: Path, aside: Path) -> None:
    """Raises InputError; what was in the database is in it again then."""
    make_folder(aside)
    put_aside(url, aside / POSTGRESQL_MEMBER)
    try:
        postgres_tools.restore(url, folder / POSTGRESQL_MEMBER)
    except InputError:
        if (aside / POSTGRESQL_MEMBER).exists():
            postgres_tools.restore(url, aside / POSTGRESQL_MEMBER)
        raise


def _put_aside(settings: Settings, folders: Sequence[str], aside: Path) -> None:
    """What is here, moved there. The database itself stays until the other takes its name: no moment is without."""
    database = _database_file(settings)
    beside = [database.with_name(f"{database.name}-{end}") for end in ("wal", "shm")]
    try:
        if database.is_file():
            make_folder(aside)
            _write_out(database)
            _link(database, aside / database.name)
        named = [*((path, path.name) for path in beside), *((folder_in(settings, name), name) for name in folders)]
        for path, name in named:
            if path.exists():
                make_folder(aside)
                shutil.move(path, aside / name)
    except OSError as error:
        raise InputError(str(aside), f"现有数据移不开（{system_words(error)}）；请核对数据目录的权限") from error


def _database_file(settings: Settings) -> Path:
    """The SQLite file these settings use: the store, wherever it is set to be, or the bus beside a server's store."""
    url = settings.store_url
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else settings.data_dir / SQLITE_MEMBER


def _link(file: Path, name: Path) -> None:
    """A second name for a file; a copy where the other name is on another disk."""
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)


def _take_name(file: Path, target: Path) -> None:
    """In one step, from another disk too. Raises InputError."""
    partial = target.with_name(target.name + PARTIAL)
    try:
        make_folder(target.parent)
        shutil.move(file, partial)
        flush(partial)
        partial.replace(target)
        flush(target.parent)
    except OSError as error:
        remedy = "请核对权限和剩余空间后再恢复一次"
        raise InputError(str(target), f"数据库放不进去（{system_words(error)}）；{remedy}") from error


def _write_out(database: Path) -> None:
    """What is still in the log of changes goes into the file, where it can be read at all."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _move_in(settings: Settings, folder: Path) -> None:
    if (folder / SQLITE_MEMBER).exists():
        _take_name(folder / SQLITE_MEMBER, _database_file(settings))
    for name in FOLDERS:
        if (folder / name).exists():
            make_folder(folder_in(settings, name).parent)
            shutil.move(folder / name, folder_in(settings, name))
    flush(settings.data_dir)
    for file in sorted((folder / LEDGER).glob("*")):
        wanted = settings.ledger if settings.ledger is not None and not settings.ledger.exists() else None
        target = wanted or settings.data_dir / f"ledger-of-backup{file.suffix}"
        make_folder(target.parent)
        shutil.move(file, target)
