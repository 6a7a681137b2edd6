"""The database: what its address says, whether this user may write, whether it is whole, and its schema's version."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared.errors import InputError, PermanentError, TransientError, XunjianError
from shared.storage.database import Database
from shared.storage.refused import sqlite_words
from shared.storage.schema import UPGRADE, Schema
from shared.storage.store import SQLITE, reading_url
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good
from xunjian.checks.machine import nearest
from xunjian.checks.wording import translated

LARGEST_CHECKED_BYTES = 200 * 1024**2
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "lustre", "fuse.sshfs", "afs"})
_TITLE = "数据库"
_GRANT = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO 用户"
_WRITE = " AND ".join(
    f"has_table_privilege('account', '{right}')" for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
)


def check_address(url: str, place: str) -> Iterable[Diagnosis]:
    """What is wrong with the address itself; nothing where it may do."""
    scheme = url.partition(":")[0]
    forms = "写 postgresql+psycopg://用户:口令@主机/库名，或删去这一项以使用数据目录里的 SQLite"
    if not scheme.startswith(("sqlite", "postgres")):
        yield failed(_TITLE, f"本程序不支持 {scheme}，只支持 SQLite 与 PostgreSQL", f"在{place}{forms}")
    elif scheme.startswith("postgres") and scheme != "postgresql+psycopg":
        yield failed(_TITLE, f"{scheme}:// 用的不是本程序的驱动", f"把{place}的开头改为 postgresql+psycopg://")
    elif scheme.startswith("sqlite") and not url.startswith(SQLITE):
        yield failed(_TITLE, "SQLite 的地址应为三条斜线加路径", f"在{place} 写 sqlite:///路径（绝对路径是四条斜线）")
    elif not _is_readable(url):
        yield failed(_TITLE, "地址写法不对（口令里的 @ : / 要写成 %40 %3A %2F）", f"在{place}{forms}")
    elif scheme.startswith("postgres") and find_spec("psycopg") is None:
        yield failed(_TITLE, "没有安装 PostgreSQL 的驱动", "pip install 'psycopg[binary]'")


def _is_readable(url: str) -> bool:
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return False
    return True


def check_sqlite(title: str, path: Path, file_system: str | None, place: str) -> Iterator[Diagnosis]:
    """One SQLite file. `place`: where its folder is set."""
    if why := rights_problem(path):
        yield failed(title, why, f"让运行用户可以读写（chown、chmod），或改正{place}")
        return
    if file_system in _NETWORK:
        why = f"{nearest(path)} 在网络盘上（{file_system}），断电或断网会损坏数据"
        yield advice(title, why, f"把{place} 改到本机磁盘")
    if not path.exists():
        yield good(title, f"尚未建立，启动时会建在 {path}")
        return
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield advice(title, f"{path} 可被其他用户读取，里面有联系人电话", f"chmod 600 {path}")
    yield _check_content(title, path)


def rights_problem(path: Path) -> str | None:
    """The file there is, those beside it, and the folder it is or will be made in."""
    folder = nearest(path.parent)
    if not folder.is_dir():
        return f"{folder} 不是文件夹"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} 不可写"
    for needed in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if needed.exists() and not (needed.is_file() and os.access(needed, os.R_OK | os.W_OK)):
            return f"{needed} 不可读写"
    return None


def _check_content(title: str, path: Path) -> Diagnosis:
    size = path.stat().st_size
    megabytes = f"{path}（{size / 1024**2:.1f} MB）"
    if size > LARGEST_CHECKED_BYTES:
        return good(title, f"{megabytes}，可读写；文件较大，没有逐页检查")
    remedy = "停止服务，用 xunjian restore 恢复最近的备份"
    try:
        with closing(sqlite3.connect(_uri(path), uri=True, timeout=5)) as connection:
            told = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        # A full disk or a lock is not the file's fault: it needs no backup.
        what, _, its_remedy = (sqlite_words(error) or "").rpartition("；")
        if what:
            return failed(title, f"{path} {what}（{error}）", its_remedy)
        return failed(title, f"{path} 读不了或已损坏（{error}）", remedy)
    return good(title, f"{megabytes}，可读写，内容完整") if told == "ok" else failed(title, f"{path} 已损坏", remedy)


def _uri(path: Path) -> str:
    return str(reading_url(f"{SQLITE}{path}")).removeprefix(SQLITE)


def check_schema(ask: Callable[[], Schema | None], is_embedded: bool, place: str) -> Iterable[Diagnosis]:
    """`ask`: null where there is no database yet. `is_embedded`: the services upgrade it at their start."""
    try:
        schema = ask()
    except InputError as error:
        what, _, remedy = error.message.rpartition("；")
        yield failed("表结构", what or remedy, remedy if what else f"核对{place}")
        return
    except XunjianError as error:
        what, _, remedy = str(error).rpartition("；")
        yield failed("表结构", what or remedy, remedy if what else f"核对{place}")
        return
    if schema is None or (is_embedded and not schema.has_tables):
        return
    if not schema.has_tables:
        yield failed("表结构", "数据库还是空的", f"建表：{UPGRADE}")
    elif schema.is_current:
        yield good("表结构", f"版本 {schema.version}，与程序一致")
    elif is_embedded:
        yield advice(
            "表结构", f"版本 {schema.version}，比程序旧", f"下次启动时自动升级（先存一份副本），或执行 {UPGRADE}"
        )
    else:
        yield failed("表结构", f"版本 {schema.version}，比程序旧，服务不会启动", f"停止服务并备份后执行 {UPGRADE}")


def schema_at(url: str) -> Schema | None:
    """Raises InputError, TransientError."""
    url_to_read = reading_url(url)
    if url_to_read is None:
        return None
    with closing(Database(url_to_read)) as database:
        return database.schema()


def check_postgresql(ask: Callable[[], None], shown: str, place: str) -> Diagnosis:
    """`ask` really asks and raises XunjianError or OSError. `shown`: the address without its password."""
    try:
        ask()
    except PermanentError as error:  # it answers, and is not ours, a newer program's, or closed to us
        words = str(error).removeprefix(f"{error.place}: ") if isinstance(error, InputError) else str(error)
        what, _, remedy = words.rpartition("；")
        return failed(_TITLE, f"{shown}：{what or remedy}", remedy if what else f"核对{place}")
    except (XunjianError, OSError) as error:
        words = translated(str(error).partition("；")[0])
        return failed(_TITLE, f"{shown} 不可用（{words}）", f"启动数据库，核对{place}、防火墙与用户的权限")
    return good(_TITLE, f"{shown} 可用")


def ask_postgresql(url: str) -> None:
    """Raises TransientError, PermanentError: away, a standby, or without the rights that the services need."""
    with closing(Database(url)) as database, database.read() as connection:
        if connection.execute(text("SELECT pg_is_in_recovery()")).scalar():
            raise PermanentError("这是备机，只能读；请把 database_url 指向主机")
        if database.schema().has_tables:
            if not connection.execute(text(f"SELECT {_WRITE}")).scalar():
                raise PermanentError(f"用户没有读写数据表的权限；请数据库管理员执行：{_GRANT}")
        elif not connection.execute(text("SELECT has_schema_privilege(current_schema(), 'CREATE')")).scalar():
            raise PermanentError("用户没有建表的权限；请数据库管理员执行：GRANT CREATE ON SCHEMA public TO 用户")


def with_time_limit(url: str, seconds: int) -> str:
    """A server's address whose connections give up; an SQLite file's as it is."""
    if not url.startswith("postgresql"):
        return url
    given = make_url(url)
    wanted = {} if "connect_timeout" in given.query else {"connect_timeout": str(seconds)}
    return given.update_query_dict(wanted).render_as_string(hide_password=False)


def database_time(url: str) -> datetime | None:
    """The server's clock; null for SQLite, which has none, and for a server that does not answer."""
    if not url.startswith("postgresql"):
        return None
    with suppress(TransientError, PermanentError), closing(Database(url)) as database, database.read() as connection:
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment
    return None


def file_system_of(path: Path, mounts: str) -> str | None:
    """The type of the mount a path lies on; `mounts`: the text of /proc/self/mounts."""
    whole = nearest(path).resolve()
    rows = [row.split() for row in mounts.splitlines()]
    held = [(row[1].replace("\\040", " "), row[2]) for row in rows if len(row) > 2]
    fitting = [(point, kind) for point, kind in held if whole.is_relative_to(point)]
    return max(fitting, key=lambda row: len(row[0]), default=(None, None))[1]


def check_folder(folder: Path) -> Iterable[Diagnosis]:
    """The data folder's own mode: in it lie phone numbers, messages and evidence."""
    if folder.is_dir() and folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield advice("数据目录", f"{folder} 可被其他用户进入", f"chmod 700 {folder}")
