"""A database of the past is brought to this program: once, whole, with a copy of what was before, and loses nothing."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from shared.errors import InputError, TransientError
from shared.storage import files
from shared.storage.database import Database
from shared.storage.schema import NOTHING, newest, number_of, versions
from shared.storage.store import open_store, open_to_read
from shared.storage.upgrade import migrate
from tests.builders import NOW, days
from tests.paths import ROOT
from tests.postgres_server import with_tables
from tests.shared.old_databases import FOLDER, empty_postgresql, make_old, make_old_postgresql, rows_of
from tests.xunjian.office import Office

MANY = 24
SOME = 8
SLOW = pytest.mark.timeout(600)
"""So many interpreters start on however few processors."""
OLD = sorted(file.stem for file in FOLDER.glob("*.sql"))
POINTS = (0, 1, 5, 20, 10_000)
"""Statements of the migration before which it is killed; the last: all done, and not yet committed."""


def opening(url: str, *kill_at: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.shared.upgrading", url, *map(str, kill_at)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    errors = process.communicate(timeout=500)[1]
    return process.returncode, errors.decode()[-300:]


def has_all(path: Path, before: dict[str, list[dict[str, object]]]) -> bool:
    """Every row that was there is there, with all it said."""
    after = rows_of(path)
    return all(
        any(row.items() <= found.items() for found in after[table]) for table, rows in before.items() for row in rows
    )


@pytest.mark.parametrize("version", OLD)
def test_a_database_of_the_past_keeps_every_row(tmp_path: Path, version: str) -> None:
    path = tmp_path / "xunjian.db"
    url = make_old(path, version)
    before = rows_of(path)
    assert len(before["finding"]) >= 3
    with closing(open_store(url, lambda: NOW)) as store:
        assert store.upgraded is not None
        assert store.upgraded.version == newest()
        assert store.database.schema().is_current
        assert len(store.accounts.all()) == 3
    assert has_all(path, before)
    with closing(open_store(url)) as store:
        assert store.upgraded is None


def test_every_version_on_the_way_keeps_every_row(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    with closing(Database(make_old(path))) as database:
        for name in versions():
            before = rows_of(path)
            with database.begin() as connection:
                migrate(connection, number_of(name))
            assert has_all(path, before), name
        assert database.schema().is_current


def test_the_services_go_on_with_it_and_tell_nobody_twice(tmp_path: Path) -> None:
    office = Office(tmp_path / "var")
    office.folder.mkdir()
    make_old(office.folder / "xunjian.db")
    told = {row["fingerprint"] for row in rows_of(office.folder / "xunjian.db")["delivery"]}
    later = NOW + days(1.1)
    office.find(later, {"1001": 21.1, "1002": 0.2, "1003": 14.6})
    numbers = office.told()
    assert len(numbers) == 1, "one was found before the upgrade and not told yet"
    assert not {str(fingerprint)[:8].upper() for fingerprint in told} & set(numbers)
    office.find(later + days(0.1), {"1001": 21.2, "1003": 14.7})
    assert office.told() == numbers


def test_before_the_upgrade_the_file_is_copied_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    url = make_old(path)
    before = rows_of(path)
    with closing(open_store(url, lambda: NOW)) as store:
        assert store.upgraded is not None
        copy, sentence = store.upgraded.copy, store.upgraded.sentence
    assert copy == tmp_path / f"xunjian.db.before-{newest()}-20261121T120000.bak"
    assert str(copy) in sentence
    assert sorted(tmp_path.glob("*.bak*")) == [copy]
    assert rows_of(copy) == before
    assert {oct(file.stat().st_mode & 0o777) for file in (copy, path)} == {"0o600"}
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_new_database_has_no_copy(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/xunjian.db").close()
    assert list(tmp_path.glob("*.bak*")) == []


def test_a_full_disk_is_told_before_anything_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "xunjian.db"
    url = make_old(path)
    before = rows_of(path)
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(InputError, match=r"约需.*MB，磁盘只剩0 MB；请清理磁盘"):
        open_store(url)
    assert rows_of(path) == before
    assert list(tmp_path.glob("*.bak*")) == []


def test_a_damaged_file_is_named_with_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    url = make_old(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 20_000)
    with pytest.raises(InputError, match=r"quick_check|malformed"):
        open_store(url)


@SLOW
def test_of_many_processes_starting_together_one_upgrades_and_none_dies(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.db"
    url = make_old(path)
    before = rows_of(path)
    assert [ended(process) for process in [opening(url) for _ in range(MANY)]] == [(0, "")] * MANY
    assert len(list(tmp_path.glob("*.bak"))) == 1
    assert has_all(path, before)


@SLOW
def test_many_processes_starting_together_on_nothing_all_live(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/xunjian.db"
    assert [ended(process) for process in [opening(url) for _ in range(MANY)]] == [(0, "")] * MANY
    with closing(Database(url)) as database:
        assert database.schema().is_current


@pytest.mark.fault(36)
@pytest.mark.parametrize("point", POINTS)
def test_killed_halfway_and_run_again_it_is_whole(tmp_path: Path, point: int) -> None:
    path = tmp_path / "xunjian.db"
    url = make_old(path)
    before = rows_of(path)
    assert ended(opening(url, point))[0] == -signal.SIGKILL
    with closing(Database(url)) as database:
        assert database.schema().version == NOTHING
    assert rows_of(path) == before
    assert ended(opening(url)) == (0, "")
    with closing(Database(url)) as database:
        assert database.schema().is_current
    assert has_all(path, before)


def test_an_upgrade_that_fails_changes_nothing_and_leaves_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failed(connection: Connection) -> None:
        migrate(connection)
        raise TransientError("database or disk is full")

    path = tmp_path / "xunjian.db"
    url = make_old(path)
    before = rows_of(path)
    monkeypatch.setattr("shared.storage.upgrade.migrate", failed)
    with pytest.raises(TransientError):
        open_store(url)
    assert rows_of(path) == before
    assert list(tmp_path.glob("*.bak*")) == []


def test_a_copy_begun_and_never_ended_is_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    url = make_old(tmp_path / "xunjian.db")
    with monkeypatch.context() as patched:
        patched.setattr(files, "check_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            open_store(url)
    assert list(tmp_path.glob("*.bak*")) == []
    open_store(url).close()
    assert len(list(tmp_path.glob("*.bak"))) == 1


def test_who_only_reads_an_old_database_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"版本为{NOTHING}，本程序需要{newest()}.*xunjian db upgrade"):
        open_to_read(make_old(tmp_path / "xunjian.db"))


@pytest.mark.fault(36)
@SLOW
def test_a_server_is_upgraded_by_its_keeper_alone_and_keeps_every_row(tmp_path: Path, postgres_url: str) -> None:
    path = tmp_path / "old.db"
    make_old(path)
    empty_postgresql(postgres_url)
    make_old_postgresql(postgres_url, path)
    engine = create_engine(postgres_url)
    try:
        with pytest.raises(InputError, match="xunjian db upgrade"):
            open_store(postgres_url)
        assert ended(opening(postgres_url, 5))[0] == -signal.SIGKILL
        with pytest.raises(InputError, match="xunjian db upgrade"):
            open_store(postgres_url)
        assert [ended(each) for each in [opening(postgres_url) for _ in range(SOME)]] == [(0, "")] * SOME
        with closing(open_store(postgres_url)) as store:
            assert len(store.accounts.all()) == 3
        with engine.connect() as connection:
            for table, rows in rows_of(path).items():
                if not table.startswith("bus_"):
                    count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
                    assert count == len(rows), table
    finally:
        engine.dispose()
        empty_postgresql(postgres_url)
        with_tables(postgres_url)


@SLOW
def test_many_on_an_empty_server_make_its_tables_once(postgres_url: str) -> None:
    empty_postgresql(postgres_url)
    try:
        assert [ended(each) for each in [opening(postgres_url) for _ in range(SOME)]] == [(0, "")] * SOME
    finally:
        with_tables(postgres_url)
    open_store(postgres_url).close()
