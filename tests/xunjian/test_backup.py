"""A backup while all runs: whole, checked, its owner's alone; and what is told when there can be none."""

import errno
import io
import json
import os
import shutil
import sqlite3
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from shared.clock import utc_now
from shared.errors import InputError, PermanentError, TransientError
from shared.runtime.lock import ROLES, holding
from shared.runtime.opening import open_host
from shared.storage.notes import Notes
from shared.storage.schema import newest
from tests.builders import NOW
from tests.shared.old_databases import rows_of
from tests.xunjian.office import Office
from xunjian.backups import archive
from xunjian.backups.archive import Manifest
from xunjian.commands import backup as module
from xunjian.commands.backup import backup, make_backup

app = typer.Typer()
app.command()(backup)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "var")
    office.enlist()
    office.find(NOW, {"1001": 20})
    return office


def said(office: Office, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--config", str(office.config)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_it_holds_database_and_files_with_a_manifest_and_no_secrets(office: Office, tmp_path: Path) -> None:
    (office.folder / "reports").mkdir()
    (office.folder / "reports" / "周报.xlsx").write_bytes(b"list")
    (office.folder / "state.json").write_text("session", "utf-8")
    (office.folder / "inbox" / "half.tmp").write_text("half", "utf-8")
    file = tmp_path / "copies" / "backup.tar.gz"
    assert "已校验" in said(office, str(file))
    with tarfile.open(file) as tar:
        names = tar.getnames()
        told = json.load(tar.extractfile("manifest.json") or io.BytesIO())
    assert {"xunjian.db", "reports/周报.xlsx", "manifest.json"} <= set(names)
    assert len([name for name in names if name.startswith("inbox/")]) == 1
    assert not [name for name in names if "state" in name or name.endswith((".tmp", ".lock", "-wal", ".yaml"))]
    assert told["tables"] == newest()
    assert told["database"] == "sqlite"
    assert told["files"].keys() == set(names) - {"manifest.json"}
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert list(file.parent.iterdir()) == [file]


def backups_told(office: Office) -> set[str]:
    with open_host(office.settings, utc_now, "test") as host:
        return {result for (result,) in host.store.counting.census(utc_now()).backups}


def test_the_services_can_tell_when_it_was_made_and_that_it_failed(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backups_told(office) == set()
    before = utc_now().timestamp()
    said(office, str(tmp_path / "copies"))
    with open_host(office.settings, utc_now, "test") as host:
        told = host.store.counting.census(utc_now()).backups
    assert [*told] == [("ok",)]
    assert before <= told[("ok",)] <= utc_now().timestamp()

    def full(*_: object) -> Manifest:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "write_archive", full)
    with pytest.raises(InputError, match="备份写不进去"):
        said(office, str(tmp_path / "more"))
    assert backups_told(office) == {"ok", "failed"}


@pytest.mark.parametrize("trouble", [TransientError("数据库被占用"), PermanentError("数据库拒绝执行")])
def test_a_backup_that_cannot_be_noted_is_a_backup(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def away(*_: object) -> bool:
        raise trouble

    with monkeypatch.context() as patched:
        patched.setattr(Notes, "add", away)
        output = said(office, str(tmp_path / "copies"))
    assert "已校验" in output
    assert f"没有记入数据库（{trouble}），监控看不到这一次；备份本身不受影响" in output
    assert backups_told(office) == set()


def test_it_is_of_one_moment_while_the_services_hold_the_folder_and_write(office: Office, tmp_path: Path) -> None:
    ended = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(office.folder / "xunjian.db", timeout=30)) as connection:
            number = 0
            while not ended.is_set():
                number += 1
                with connection:
                    for name in ("one", "two"):
                        row = (name, str(number), f"2026-11-21 04:00:{number:06}")
                        connection.execute("INSERT INTO note (name, value, since) VALUES (?, ?, ?)", row)

    with holding(office.folder, ROLES, NOW):
        writer = threading.Thread(target=write)
        writer.start()
        try:
            make_backup(office.settings, tmp_path / "backup.tar.gz", NOW)
        finally:
            ended.set()
            writer.join()
    with archive.open_archive(tmp_path / "backup.tar.gz") as opened:
        opened.unpack(tmp_path / "out")
    notes = rows_of(tmp_path / "out" / "xunjian.db")["note"]
    assert sum(row["name"] == "one" for row in notes) == sum(row["name"] == "two" for row in notes)


def test_a_name_without_the_ending_is_a_folder(office: Office, tmp_path: Path) -> None:
    said(office, str(tmp_path / "new"))
    (file,) = (tmp_path / "new").iterdir()
    assert file.name.startswith("xunjian-backup-20")


def test_in_a_folder_it_is_dated_and_only_our_own_old_ones_go(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    old = [folder / f"xunjian-backup-2026010{day}T000000.tar.gz" for day in (1, 2, 3)]
    others = [folder / "年终.tar.gz", folder / "xunjian-backup-20260101T000000.tar.gz.bak"]
    for file in (*old, *others):
        file.touch()
    output = said(office, str(folder), "--keep", "2")
    assert f"已删除旧备份 {old[0]}" in output
    left = set(folder.iterdir())
    assert {old[2], *others} < left
    assert len(left) == 4


def test_one_of_a_wrong_clock_never_costs_the_one_just_made(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    of_the_future = folder / "xunjian-backup-30300102T000000.tar.gz"
    of_the_future.touch()
    output = said(office, str(folder), "--keep", "1")
    assert "日期比现在还晚" in output
    assert of_the_future.exists()
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("name", ["inbox", "reports/old", "evidence/copy.tar.gz"])
def test_where_the_next_one_would_hold_it_none_is_made(office: Office, name: str) -> None:
    with pytest.raises(InputError, match="会被以后每一份备份带上"):
        said(office, str(office.folder / name))


def test_what_a_killed_one_left_goes_with_the_next(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    (folder / ".xunjian-backup-old").mkdir(parents=True)
    (folder / ".xunjian-backup-new").mkdir()
    (folder / "xunjian-backup-20260101T000000.tar.gz.part").touch()
    (folder / "年终.part").touch()
    for left in folder.iterdir():
        if not left.name.endswith("new"):
            os.utime(left, (0, 0))
    said(office, str(folder))
    names = {path.name for path in folder.iterdir()}
    assert {".xunjian-backup-new", "年终.part"} < names
    assert len(names) == 3


def test_what_is_there_is_not_overwritten(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.write_text("mine", "utf-8")
    with pytest.raises(InputError, match="已经存在"):
        said(office, str(file))
    assert file.read_text("utf-8") == "mine"


def test_where_there_is_nothing_to_back_up_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="还没有数据库"):
        said(Office(tmp_path / "var"), str(tmp_path / "file.tgz"))
    assert not (tmp_path / "var").exists()


def test_a_full_disk_is_told_and_leaves_nothing(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    folder = tmp_path / "copies"
    folder.mkdir()
    with pytest.raises(InputError, match=r"磁盘只剩0 MB；请清理磁盘"):
        said(office, str(folder))
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(office: Office) -> None:
    with pytest.raises(InputError, match=r"备份写不进去.*请检查权限"):
        said(office, "/proc/backup.tar.gz")


def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(office: Office, tmp_path: Path) -> None:
    path = office.folder / "xunjian.db"
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 40)
    with pytest.raises(InputError, match=r"损坏|malformed|读不出来"):
        said(office, str(tmp_path / "file.tgz"))
    assert not (tmp_path / "file.tgz").exists()
