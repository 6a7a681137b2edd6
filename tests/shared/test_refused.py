"""What SQLite refuses is told with the file and the remedy, not as a database that does not answer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.errors import InputError, TransientError
from shared.storage.database import Database
from shared.storage.refused import sqlite_words
from shared.storage.store import open_store, open_to_read


def refusal(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("SQLITE_FULL", "清理磁盘"),
        ("SQLITE_IOERR_WRITE", "df -h"),
        ("SQLITE_READONLY_DBMOVED", "可以写"),
        ("SQLITE_CANTOPEN", "可以读写"),
        ("SQLITE_BUSY_SNAPSHOT", "稍后"),
        ("SQLITE_CORRUPT", "xunjian restore"),
    ],
)
def test_each_has_its_remedy(name: str, remedy: str) -> None:
    assert remedy in str(sqlite_words(refusal(name)))


def test_a_statement_that_is_wrong_is_none_of_them() -> None:
    assert sqlite_words(refusal("SQLITE_CONSTRAINT_UNIQUE")) is None
    assert sqlite_words(sqlite3.OperationalError("no such table: x")) is None


def test_a_full_database_is_told_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "full.db"
    with closing(Database(f"sqlite:///{file}")) as database:

        def fill() -> None:
            with database.begin() as connection:
                connection.execute(text("PRAGMA max_page_count = 2"))
                connection.execute(text("CREATE TABLE t (x BLOB)"))
                connection.execute(text("INSERT INTO t VALUES (zeroblob(1000000))"))

        with pytest.raises(TransientError, match=f"数据库 {file} 磁盘已满.*请清理磁盘"):
            fill()


def test_one_that_is_no_database_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "text.db"
    file.write_text("x" * 5000)
    with pytest.raises(InputError) as refused:
        Database(f"sqlite:///{file}")
    assert str(refused.value).count(str(file)) == 1
    assert "xunjian restore" in str(refused.value)


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
