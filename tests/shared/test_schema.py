"""A database that is not this program's is refused at the door, with a remedy, and left as it was."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from shared.errors import InputError
from shared.storage.schema import VERSION_TABLE, newest
from shared.storage.store import open_store, open_to_read
from shared.storage.tables.every import metadata
from tests.postgres_server import with_tables


def make(path: Path, *statements: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return f"sqlite:///{path}"


@pytest.mark.parametrize("version", ["0", "1", "3", "999"])
def test_a_database_of_an_unknown_version_is_refused_with_a_remedy(tmp_path: Path, version: str) -> None:
    path = tmp_path / "xunjian.db"
    open_store(f"sqlite:///{path}").close()
    url = make(path, f"PRAGMA user_version = {version}", f"DROP TABLE {VERSION_TABLE}")
    for opened in (open_store, open_to_read):
        with pytest.raises(InputError, match="重新导入台账"):
            opened(url)


def test_a_newer_programs_database_is_refused_naming_both_versions_and_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    open_store(f"sqlite:///{path}").close()
    url = make(path, f"UPDATE {VERSION_TABLE} SET version_num = '0999'")
    for opened in (open_store, open_to_read):
        with pytest.raises(InputError, match=f"版本为0999，比本程序（{newest()}）新；请更新本程序，或.*restore.*备份"):
            opened(url)


@pytest.mark.parametrize("table", ["account", "post", "report"])
def test_somebody_elses_tables_of_the_same_name_are_refused_and_left_alone(tmp_path: Path, table: str) -> None:
    url = make(tmp_path / "other.db", f"CREATE TABLE {table} (id INTEGER)")
    with pytest.raises(InputError, match="表结构版本为0"):
        open_store(url)
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [(table,)]


def test_somebody_elses_tables_in_postgresql_are_refused(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
        connection.execute(text("CREATE TABLE post (id INTEGER)"))
    try:
        with pytest.raises(InputError, match="表结构版本为0"):
            open_store(postgres_url)
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE post"))
        engine.dispose()
    with pytest.raises(InputError, match="xunjian db upgrade"):
        open_store(postgres_url)
    open_store(with_tables(postgres_url)).close()


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    path.write_bytes(b"no database" * 500)
    with pytest.raises(InputError, match="请确认地址"):
        open_store(f"sqlite:///{path}")
