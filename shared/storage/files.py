"""The SQLite file: made for its owner's eyes only, since it holds phone numbers; locked, copied and checked."""

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.folders import OWNER_ONLY, make_file
from shared.system_words import system_words

PARTIAL = ".part"
_PAGES_AT_ONCE = 1000
_MAGIC = b"SQLite format 3\0"
_MEGABYTE = 1 << 20


def make_private(path: Path) -> None:
    """Make file and folder where there are none; SQLite gives the files beside it the same rights.

    Raises InputError.
    """
    try:
        make_file(path)
    except OSError as error:
        remedy = "请让运行用户可以写该目录并清理磁盘，或改设置 data_dir"
        raise InputError(str(path), f"建不了数据库文件（{system_words(error)}）；{remedy}") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time, however long it takes; the others wait. It falls with its process. Raises InputError."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, OWNER_ONLY)
    except OSError as error:
        raise InputError(str(path), f"写不了（{system_words(error)}）；请让运行用户可以写该目录") from error
    with os.fdopen(descriptor) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            remedy = "数据目录请放在本机磁盘（网络盘常不支持文件锁）"
            raise InputError(str(path), f"无法给文件加锁（{system_words(error)}）；{remedy}") from error
        yield


def use_log_of_changes(execute: Callable[[str], Any], patience_seconds: float) -> None:
    """Write-ahead logging on: refused at once while others open the file, since SQLite does not wait here."""
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)
        else:
            return


def demand_space(folder: Path, wanted: int, why: str) -> None:
    """Raises InputError when the disk has less than `wanted` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise InputError(
            str(folder),
            f"{why}约需{wanted // _MEGABYTE + 1} MB，磁盘只剩{free // _MEGABYTE} MB；请清理磁盘后再试，数据没有改动",
        )


def size_of(path: Path) -> int:
    """Bytes of the database with its log of changes."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def copy_database(source: Path, target: Path) -> None:
    """A checked copy as of one moment, while others write: whole or not there at all. Owner's eyes only.

    Raises InputError, sqlite3.Error when the source cannot be read.
    """
    partial = target.with_name(target.name + PARTIAL)
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(partial)) as writing:
            reading.backup(writing, pages=_PAGES_AT_ONCE)
        check_whole(partial)
        flush(partial)
        partial.rename(target)
        flush(target.parent)
    except OSError as error:
        raise InputError(str(target), f"写不进去（{system_words(error)}）；请检查权限和剩余空间") from error
    finally:
        partial.unlink(missing_ok=True)


def is_database(path: Path) -> bool:
    """Whether it says so itself. Raises OSError."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def check_whole(path: Path) -> None:
    """Raises InputError with what `quick_check` says when the file is no database or a damaged one."""
    remedy = "请换一份完好的备份，或恢复更早的备份"
    try:
        # Nobody writes to it, and nothing is left beside it.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as error:
        raise InputError(str(path), f"不是可用的 SQLite 数据库（{error}）；{remedy}") from error
    if said != ["ok"]:
        raise InputError(str(path), f"数据库已损坏（quick_check：{'；'.join(said)}）；{remedy}")


def flush(path: Path) -> None:
    """File or folder: what was written is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
