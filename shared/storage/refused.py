"""What a database refuses, in Chinese, with the remedy."""

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


_AGAIN = "会自动重试"
_SERVER_WORDS = {
    "08": ("断开了连接", f"{_AGAIN}；一直如此请核对网络、防火墙和连接池"),
    "25006": ("现在只能读（刚切换到备库，或被设为只读）", f"{_AGAIN}；一直如此请让设置 database_url 指向主库"),
    "25P": ("结束了停留过久的事务", _AGAIN),
    "26": ("不认得准备好的语句", f"{_AGAIN}；经连接池（如 PgBouncer）时请用会话模式"),
    "28": ("拒绝登录", "请核对设置 database_url 中的用户和密码，以及数据库的 pg_hba.conf"),
    "28P01": ("拒绝了用户名或密码", "请核对设置 database_url 中的用户和密码"),
    "3D": ("那里没有这个库", "请核对设置 database_url 的库名，或先建库"),
    "3F": ("里没有本程序的表", "请核对设置 database_url 指向哪个库、哪个 schema"),
    "40": ("取消了与别处冲突的事务", _AGAIN),
    "42501": ("不许这个用户读写", "请数据库管理员授权；授权后自动恢复"),
    "42703": ("的表与本程序的版本不同", "请升级本服务，或执行 xunjian db upgrade"),
    "42P01": ("里没有本程序要的表", "请核对设置 database_url；刚升级过请执行 xunjian db upgrade"),
    "42P05": ("记错了准备好的语句", f"{_AGAIN}；经连接池（如 PgBouncer）时请用会话模式"),
    "53": ("资源不足", f"{_AGAIN}；请看数据库服务器的内存"),
    "53100": ("磁盘已满", "请清理数据库服务器的磁盘；腾出空间后自动恢复"),
    "53300": ("连接数已满", f"{_AGAIN}；一直如此请调大 max_connections"),
    "55": ("的表正被别处锁着", f"{_AGAIN}；一直如此请查是谁锁着，以及 lock_timeout 是否太短"),
    "57": ("断开了连接（被管理员结束、重启或切换主备）", f"{_AGAIN}；一直如此请确认数据库服务在运行"),
    "57014": ("中止了这条语句（超过 statement_timeout，或被人取消）", f"{_AGAIN}；一直如此请调大 statement_timeout"),
    "57P03": ("正在启动或停止", _AGAIN),
    "58": ("读写文件出错", "请看数据库服务器的磁盘是否已满或损坏"),
    "XX": ("内部出错", "请数据库管理员查看它的日志，数据可能已损坏"),
}
"""By the beginning of PostgreSQL's SQLSTATE, the longest that fits: trouble of the server, its set-up or its moment.

Of none of these is a row the cause, and most pass by themselves: what was to be written waits.
"""


_AT_LOGIN = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "认证失败": "28P01",
    "no pg_hba.conf entry": "28000",
    "not permitted to log in": "28000",
}
"""libpq keeps the words of a server that lets nobody in, English or Chinese, and drops their SQLSTATE."""


def login_state(said: str) -> str | None:
    """The SQLSTATE of a refused log-in; null: nobody was refused one."""
    return next((state for words, state in _AT_LOGIN.items() if words in said), None)


def server_words(state: str) -> tuple[str, str] | None:
    """What is wrong with the server, behind 数据库, and the remedy; null: it refuses what it was asked."""
    fitting = [known for known in _SERVER_WORDS if state.startswith(known)]
    return _SERVER_WORDS[max(fitting, key=len)] if fitting else None


def sqlite_words(error: sqlite3.Error) -> str | None:
    """Null where it is not of file, disk or lock."""
    name = getattr(error, "sqlite_errorname", "")
    return next((words for known, words in _WORDS.items() if name == known or name.startswith(f"{known}_")), None)
