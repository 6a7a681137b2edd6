"""A database that cannot be had is named, with the reason and what to do: never taken for a damaged one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from shared.errors import InputError, TransientError
from shared.storage.refused import away
from shared.storage.store import open_store, open_to_read


@pytest.mark.parametrize(
    ("name", "words", "remedy"),
    [
        ("SQLITE_BUSY", "正被别的程序占用", "请关闭占用它的程序后再试"),
        ("SQLITE_FULL", "写不进去", "请清理磁盘"),
        ("SQLITE_IOERR_SHMSIZE", "写不进去", "请清理磁盘"),
        ("SQLITE_CANTOPEN", "写不进去", "核对权限"),
        ("SQLITE_NOMEM", "内存不足", "请关闭别的程序"),
    ],
)
def test_a_file_that_cannot_be_had_is_named_with_a_remedy(name: str, words: str, remedy: str) -> None:
    error = sqlite3.OperationalError("its\n own words")
    error.sqlite_errorname = name
    said = away(OperationalError("", {}, error), "数据库 /x/xunjian.db")
    assert said.startswith(f"数据库 /x/xunjian.db {words}：its own words；")
    assert remedy in said


def test_a_server_that_is_away_is_told_with_a_remedy() -> None:
    said = away(OperationalError("", {}, Exception("refused")), "数据库")
    assert said.startswith("数据库没有应答：refused；请确认数据库服务在运行")


def test_a_file_that_another_holds_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.storage.database._BUSY_SECONDS", 0.1)
    path = tmp_path / "held.db"
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("CREATE TABLE other (x)")
        with pytest.raises(TransientError, match=f"{path} 正被别的程序占用"):
            open_store(f"sqlite:///{path}")


def test_a_newer_database_is_named_by_its_file_also_to_who_only_reads(tmp_path: Path) -> None:
    path = tmp_path / "数据 库.db"
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE xunjian_version SET version_num = '9999'")
        connection.commit()
    for opened in (open_store, open_to_read):
        with pytest.raises(InputError, match="比本程序") as told:
            opened(f"sqlite:///{path}")
        assert told.value.place == f"数据库 {path}"
