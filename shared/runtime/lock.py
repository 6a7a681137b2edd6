"""One process a role on one data folder: a lock of the operating system, which falls with its process, however it ends.

Where the bus is a broker the services share their work by it, and no folder is locked.
"""

import errno
import fcntl
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from shared.clock import chinese_time
from shared.errors import InputError
from shared.folders import make_folder
from shared.system_words import system_words

ROLES = ("collector", "analyzer", "alerter", "reporter")
_HELD = (errno.EAGAIN, errno.EACCES)
MAX_HOLDER_BYTES = 400


@contextmanager
def holding(folder: Path, roles: Iterable[str], now: datetime) -> Iterator[None]:
    """Hold these roles on a data folder until the end. Raises InputError naming who holds one of them already."""
    with ExitStack() as stack:
        for role in roles:
            _hold(stack.enter_context(_opened(folder, role)), folder, role, now)
        yield


def _opened(folder: Path, role: str) -> IO[bytes]:
    try:
        make_folder(folder)
        # Unbuffered: what a full disk refuses must not be tried again, and raise again, when the file is closed.
        return (folder / f"xunjian.{role}.lock").open("ab+", buffering=0)
    except OSError as error:
        remedy = "让运行用户可以写，或改设置 data_dir"
        raise InputError(str(folder), f"数据目录不可写（{system_words(error)}）；{remedy}") from error


def _hold(file: IO[bytes], folder: Path, role: str, now: datetime) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD:
            remedy = "数据目录请放在本机磁盘（网络盘常不支持文件锁）"
            raise InputError(str(folder), f"无法给文件加锁（{system_words(error)}）；{remedy}") from error
        raise InputError(str(folder), _refusal(file, role)) from None
    _sign(file, folder, now)


def _refusal(file: IO[bytes], role: str) -> str:
    file.seek(0)
    text = file.read(MAX_HOLDER_BYTES).decode("utf-8", "replace")
    holder = " ".join(text.split()) or "进程号未知"
    return f"已有巡检进程在使用这个数据目录（{role}：{holder}）；请先结束它，或用另一个 data_dir"


def _sign(file: IO[bytes], folder: Path, now: datetime) -> None:
    """For whoever is refused; the lock itself is not in the file's text, so that a stale text locks nobody out."""
    try:
        file.truncate(0)
        file.write(f"进程号 {os.getpid()}，主机 {socket.gethostname()}，启动于 {chinese_time(now)}\n".encode())
    except OSError as error:
        raise InputError(str(folder), f"数据目录写不进去（{system_words(error)}）；请清理磁盘") from error
