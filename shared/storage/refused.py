"""What a database's driver refuses, in Chinese: why, and what to do about it."""

import sqlite3

from sqlalchemy.exc import DBAPIError

_CANNOT_WRITE = "写不进去", "请清理磁盘、核对权限（文件系统不能是只读的），磁盘有坏道的更换磁盘"
_SQLITE = (
    (("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"), ("正被别的程序占用", "请关闭占用它的程序后再试")),
    (("SQLITE_FULL", "SQLITE_IOERR"), _CANNOT_WRITE),
    (("SQLITE_CANTOPEN", "SQLITE_READONLY"), _CANNOT_WRITE),
    (("SQLITE_NOMEM",), ("内存不足", "请关闭别的程序，或加大内存")),
)
_OTHER = "没有应答", "请稍后再试"
_SERVER = "没有应答", "请确认数据库服务在运行，核对设置 database_url、网络和防火墙"


def away(error: DBAPIError, place: str) -> str:
    """A sentence for what may pass. `place`: the database's name for people."""
    words, remedy = (why_passing(error.orig) or _OTHER) if isinstance(error.orig, sqlite3.Error) else _SERVER
    gap = " " if place.isascii() or "/" in place else ""
    return f"{place}{gap}{words}：{' '.join(str(error.orig).split())}；{remedy}"


def why_passing(error: sqlite3.Error) -> tuple[str, str] | None:
    """Why and what to do where the file itself is not to blame; null where it may be."""
    name = getattr(error, "sqlite_errorname", "")
    return next((told for names, told in _SQLITE if name.startswith(names)), None)
