"""The database's address, rights, content and schema; nothing is made by looking."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.errors import InputError, PermanentError, TransientError
from shared.storage.schema import Schema, newest
from shared.storage.store import open_store
from tests.xunjian.checks.signs import only, signs
from xunjian.checks import storage
from xunjian.checks.diagnosis import Sign

PLACE = "设置文件 /etc/xunjian/xunjian.yaml 的 database_url"


@pytest.mark.parametrize(
    ("url", "detail", "remedy"),
    [
        ("mysql://u:p@h/x", "不支持 mysql", "postgresql+psycopg://用户"),
        ("postgresql://u:p@h/x", "不是本程序的驱动", "改为 postgresql+psycopg://"),
        ("postgres://u:p@h/x", "不是本程序的驱动", "改为 postgresql+psycopg://"),
        ("sqlite:x.db", "三条斜线", "sqlite:///路径"),
        ("postgresql+psycopg://u:p@h:port/x", "地址写法不对", "删去这一项"),
    ],
)
def test_a_wrong_address_is_answered_where_it_was_written(url: str, detail: str, remedy: str) -> None:
    check = only(storage.check_address(url, PLACE))
    assert check.sign is Sign.FAILED
    assert detail in check.detail
    assert remedy in check.remedy
    assert PLACE in check.remedy


@pytest.mark.parametrize("url", ["sqlite:////var/x.db", "postgresql+psycopg://u:p@h:5432/x"])
def test_a_right_address_is_not_mentioned(url: str) -> None:
    assert list(storage.check_address(url, PLACE)) == []


def test_a_database_yet_to_be_made_is_fine_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "var" / "xunjian.db"
    assert "尚未建立" in only(storage.check_sqlite("数据库", path, "ext4", PLACE)).detail
    assert list(tmp_path.iterdir()) == []


def test_a_whole_one_is_fine_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    open_store(f"sqlite:///{path}").close()
    before = sorted((file.name, file.stat().st_mtime_ns) for file in tmp_path.iterdir())
    assert "内容完整" in only(storage.check_sqlite("数据库", path, "ext4", PLACE)).detail
    schema = storage.schema_at(f"sqlite:///{path}")
    assert schema is not None
    assert schema.is_current
    assert sorted((file.name, file.stat().st_mtime_ns) for file in tmp_path.iterdir()) == before


def test_a_copy_that_left_its_shared_memory_behind_is_read_without_making_one(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    open_store(f"sqlite:///{path}").close()
    (tmp_path / "xunjian.db-wal").touch()
    storage.schema_at(f"sqlite:///{path}")
    list(storage.check_sqlite("数据库", path, None, PLACE))
    assert not (tmp_path / "xunjian.db-shm").exists()


def test_one_in_use_is_read_beside_its_services(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    store = open_store(f"sqlite:///{path}")
    try:
        assert signs(storage.check_sqlite("数据库", path, None, PLACE)) == "✓"
    finally:
        store.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_corrupt_one_fails(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "xunjian.db"
    path.write_bytes(content)
    path.chmod(0o600)
    check = only(storage.check_sqlite("数据库", path, "ext4", PLACE))
    assert check.sign is Sign.FAILED
    assert "xunjian restore" in check.remedy


def test_a_page_destroyed_in_the_middle_is_found(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE x (a TEXT)")
        connection.execute("CREATE INDEX y ON x (a)")
        connection.executemany("INSERT INTO x VALUES (?)", [(f"{number:0200}",) for number in range(500)])
    content = bytearray(path.read_bytes())
    content[20_000:40_000] = b"\x55" * 20_000
    path.write_bytes(content)
    path.chmod(0o600)
    assert signs(storage.check_sqlite("数据库", path, "ext4", PLACE)) == "✗"


def test_a_file_that_others_can_read_and_a_network_disk_are_advised(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    open_store(f"sqlite:///{path}").close()
    path.chmod(0o644)
    network, readable, _ = storage.check_sqlite("数据库", path, "nfs4", PLACE)
    assert (network.sign, readable.sign) == (Sign.ADVICE, Sign.ADVICE)
    assert readable.remedy == f"chmod 600 {path}"


def test_a_folder_that_cannot_be_made_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    check = only(storage.check_sqlite("数据库", tmp_path / "file" / "var" / "x.db", None, PLACE))
    assert "不是文件夹" in check.detail


def test_a_data_folder_open_to_others_is_advised(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert only(storage.check_folder(tmp_path)).remedy == f"chmod 700 {tmp_path}"
    tmp_path.chmod(0o700)
    assert list(storage.check_folder(tmp_path)) == []
    assert list(storage.check_folder(tmp_path / "none")) == []


def newer() -> Schema:
    raise InputError("数据库", "表结构版本为0099，比本程序（0001）新；请更新本程序")


def away() -> Schema:
    raise TransientError("数据库没有应答：refused")


def test_the_schema_says_who_has_to_be_upgraded() -> None:
    def found(schema: Schema, is_embedded: bool) -> str:
        return only(storage.check_schema(lambda: schema, is_embedded, PLACE)).line

    old, current, empty = Schema("0000", True), Schema(newest(), True), Schema("0000", False)
    assert found(current, True).startswith("✓")
    assert found(old, True).startswith("△")
    assert "启动时自动升级" in found(old, True)
    assert found(old, False).startswith("✗")
    assert "xunjian db upgrade" in found(old, False)
    assert "xunjian db upgrade" in found(empty, False)
    assert only(storage.check_schema(newer, True, PLACE)).remedy == "请更新本程序"
    assert signs(storage.check_schema(away, False, PLACE)) == "✗"
    assert list(storage.check_schema(lambda: None, True, PLACE)) == []
    assert list(storage.check_schema(lambda: empty, True, PLACE)) == []


def test_a_server_that_refuses_is_told_without_its_password() -> None:
    def ask() -> None:
        raise TransientError("数据库没有应答：postgresql://u:canary@h/x\nrefused")

    check = storage.check_postgresql(ask, "PostgreSQL h:5432/x", PLACE)
    assert check.sign is Sign.FAILED
    assert "canary" not in check.line
    assert PLACE in check.remedy
    assert storage.check_postgresql(lambda: None, "PostgreSQL h:5432/x", PLACE).sign is Sign.GOOD


def test_a_server_of_a_newer_program_is_answered_with_its_own_remedy() -> None:
    def ask() -> None:
        raise InputError("数据库", "表结构版本为0099，比本程序（0001）新；请更新本程序")

    check = storage.check_postgresql(ask, "PostgreSQL h:5432/x", PLACE)
    assert check.detail == "PostgreSQL h:5432/x：表结构版本为0099，比本程序（0001）新"
    assert check.remedy == "请更新本程序"


def test_a_connection_has_a_time_limit_unless_it_says_so_itself() -> None:
    assert "connect_timeout=5" in storage.with_time_limit("postgresql+psycopg://u:p%40q@h/x", 5)
    assert "u:p%40q@h" in storage.with_time_limit("postgresql+psycopg://u:p%40q@h/x", 5)
    assert "connect_timeout=9" in storage.with_time_limit("postgresql+psycopg://h/x?connect_timeout=9", 5)
    assert storage.with_time_limit("sqlite:///x", 5) == "sqlite:///x"


def test_a_real_server_is_asked_for_its_rights_schema_and_clock(postgres_url: str) -> None:
    storage.ask_postgresql(postgres_url)
    schema = storage.schema_at(postgres_url)
    assert schema is not None
    assert schema.is_current
    assert storage.database_time(postgres_url) is not None
    assert storage.database_time("sqlite:///x") is None


def test_a_server_that_is_not_there_is_given_up_in_time() -> None:
    with pytest.raises((TransientError, PermanentError)):
        storage.ask_postgresql(storage.with_time_limit("postgresql+psycopg://u@127.0.0.1:1/x", 2))


def test_the_nearest_mount_tells_the_file_system(tmp_path: Path) -> None:
    mounts = f"/dev/a / ext4 rw 0 0\nhost:/x {tmp_path} nfs4 rw 0 0\ntmpfs /elsewhere tmpfs rw 0 0\n"
    assert storage.file_system_of(tmp_path / "var" / "x.db", mounts) == "nfs4"
    assert storage.file_system_of(Path("/usr"), mounts) == "ext4"
    assert storage.file_system_of(tmp_path, "") is None
