"""What SQLite refuses, in Chinese, with the remedy."""

import sqlite3

_WORDS = {
    "SQLITE_FULL": "磁盘已满，没有写入；请清理磁盘，再执行一次",
    "SQLITE_IOERR": "磁盘读写出错；请看磁盘是否已满（df -h）或损坏，再执行一次",
    "SQLITE_READONLY": "只能读，没有写入；请让运行用户可以写这个文件和它的文件夹",
    "SQLITE_CANTOPEN": "打不开；请让运行用户可以读写这个文件和它的文件夹，并查看磁盘是否已满",
    "SQLITE_BUSY": "正被别的程序占用；请稍后再执行一次",
    "SQLITE_LOCKED": "正被别的程序占用；请稍后再执行一次",
    "SQLITE_NOMEM": "内存不足；请关掉别的程序，再执行一次",
    "SQLITE_CORRUPT": "文件已损坏；请停止服务，用 xunjian restore 恢复最近的备份",
    "SQLITE_NOTADB": "不是数据库文件，或已损坏",
}


def sqlite_words(error: sqlite3.Error) -> str | None:
    """Null where it is not of file, disk or lock."""
    name = getattr(error, "sqlite_errorname", "")
    return next((words for known, words in _WORDS.items() if name == known or name.startswith(f"{known}_")), None)
