"""A backup comes back, here or on another machine: nobody is told twice, and nothing is destroyed."""

import hashlib
import io
import json
import socket
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from shared.delivery import DeliveryState
from shared.errors import InputError
from shared.runtime.lock import holding
from shared.runtime.opening import open_host
from shared.storage.deliveries import About
from shared.storage.files import copy_database
from shared.storage.schema import newest
from tests.builders import NOW, days
from tests.shared.old_databases import make_old, rows_of
from tests.xunjian.office import Office
from xunjian.commands.backup import make_backup
from xunjian.commands.restore import restore

HOUR = timedelta(hours=1)
app = typer.Typer()
app.command()(restore)


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    def run(office: Office, file: Path, *options: str, at: datetime = NOW + 2 * HOUR) -> str:
        monkeypatch.setattr("xunjian.commands.restore.utc_now", lambda: at)
        arguments = [str(file), *options, "--config", str(office.config)]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    return run


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One matter told, one that waits for its group, one that is still on the bus."""
    office = Office(tmp_path / "var")
    office.enlist()
    office.find(NOW, {"1001": 20})
    office.find(NOW, {"1002": 21}, tell=False)
    office.queue(NOW)
    office.find(NOW, {"1003": 22}, tell=False)
    return office


@pytest.fixture
def backup(office: Office, tmp_path: Path) -> Path:
    file = tmp_path / "backup.tar.gz"
    make_backup(office.settings, file, NOW)
    return file


def test_on_another_machine_nobody_is_told_twice_and_everything_new_once(
    office: Office, backup: Path, tmp_path: Path, restored: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_host(office.settings, lambda: NOW, "test") as host:
        assert host.store.leases.take("timer", "lost-machine-7-0123abcd", NOW, days(300))
    make_backup(office.settings, tmp_path / "later.tar.gz", NOW)
    office.tell(NOW + HOUR)
    office.find(NOW + HOUR, {"1004": 23})
    told = office.told()
    assert len(told) == 4

    monkeypatch.setattr(socket, "gethostname", lambda: "another")
    other = Office(tmp_path / "elsewhere")
    output = restored(other, tmp_path / "later.tar.gz")
    assert "备份里待发的1条" in output
    brought = len(other.told())
    later = NOW + 3 * HOUR
    other.find(later, {"1001": 20.2, "1002": 21.2, "1003": 22.2, "1004": 23.2})
    held = other.told()[brought:]
    assert not {number for number, count in Counter(told + held).items() if count > 1}
    with open_host(other.settings, lambda: later, "test") as host:
        kept = host.store.deliveries.listed()
        assert {row.account_key for row in kept} == {f"weibo/{number}" for number in (1002, 1003, 1004)}
        assert all("resend" in (row.error or "") for row in kept)

    other.find(NOW + days(2), {"1005": 25, "1001": 22})
    new = other.told()[brought:]
    assert len(new) == 1
    assert new[0] not in told


def test_what_was_held_back_is_sent_when_a_person_asks_for_it(
    office: Office, backup: Path, tmp_path: Path, restored: Callable[..., str]
) -> None:
    other = Office(tmp_path / "other")
    restored(other, backup)
    brought = len(other.told())
    at = NOW + 3 * HOUR
    with open_host(other.settings, lambda: at, "test") as host:
        (row,) = host.store.deliveries.listed()
        assert host.store.deliveries.make_due({DeliveryState.DEAD}, at, About(number=row.finding.number)) == 1
    other.tell(at)
    assert other.told()[brought:] == [row.finding.number]


def test_the_operators_are_told_of_it_once(backup: Path, tmp_path: Path, restored: Callable[..., str]) -> None:
    other = Office(tmp_path / "other")
    restored(other, backup)
    for at in (NOW + 3 * HOUR, NOW + 4 * HOUR):
        other.tell(at)
    texts = [file.read_text("utf-8") for file in (other.folder / "inbox").glob("*.txt")]
    assert len([text for text in texts if "的备份恢复" in text]) == 1


def test_without_quiet_all_is_told_as_if_nothing_had_been(
    backup: Path, tmp_path: Path, restored: Callable[..., str]
) -> None:
    other = Office(tmp_path / "other")
    restored(other, backup, "--quiet-hours", "0")
    brought = len(other.told())
    other.tell(NOW + 3 * HOUR)
    assert len(other.told()) == brought + 2


def test_what_was_here_is_moved_aside_whole(office: Office, backup: Path, restored: Callable[..., str]) -> None:
    office.find(NOW + HOUR, {"1004": 23})
    before, told = rows_of(office.folder / "xunjian.db"), office.told()
    output = restored(office, backup)
    (aside,) = office.folder.glob("before-restore-*")
    assert str(aside) in output
    assert rows_of(aside / "xunjian.db") == before
    assert len(list((aside / "inbox").iterdir())) == len(told) + 0
    assert len(office.told()) == 1
    assert list(office.folder.glob(".xunjian-restore-*")) == []


def test_while_a_service_runs_nothing_is_restored(office: Office, backup: Path, restored: Callable[..., str]) -> None:
    before = rows_of(office.folder / "xunjian.db")
    with holding(office.folder, ["alerter"], NOW), pytest.raises(InputError, match=r"已有巡检进程.*请先结束它"):
        restored(office, backup)
    assert rows_of(office.folder / "xunjian.db") == before


def test_an_older_backup_is_upgraded(tmp_path: Path, restored: Callable[..., str]) -> None:
    old = Office(tmp_path / "old")
    old.folder.mkdir()
    make_old(old.folder / "xunjian.db")
    make_backup(old.settings, tmp_path / "old.tar.gz", NOW)
    other = Office(tmp_path / "other")
    assert f"已升级到{newest()}" in restored(other, tmp_path / "old.tar.gz")
    other.find(NOW + days(5), {"1001": 24}, tell=True)


def test_the_copy_of_before_an_upgrade_comes_back_as_it_is(tmp_path: Path, restored: Callable[..., str]) -> None:
    old = Office(tmp_path / "old")
    old.folder.mkdir()
    make_old(old.folder / "xunjian.db")
    old.tell(NOW)
    (copy,) = old.folder.glob("*.bak")
    output = restored(old, copy)
    assert copy.name in output
    assert f"已升级到{newest()}" in output
    assert len(rows_of(old.folder / "xunjian.db")["account"]) == 3
    assert copy.is_file()


def test_a_database_alone_leaves_the_files_as_they_are(
    office: Office, tmp_path: Path, restored: Callable[..., str]
) -> None:
    told = office.told()
    assert told
    copy_database(office.folder / "xunjian.db", tmp_path / "copy.bak")
    restored(office, tmp_path / "copy.bak")
    assert office.told() == told


def test_a_database_that_is_set_to_lie_elsewhere_comes_back_there(
    backup: Path, tmp_path: Path, restored: Callable[..., str]
) -> None:
    other = Office(tmp_path / "elsewhere")
    place = tmp_path / "disk" / "own.db"
    with other.config.open("a", encoding="utf-8") as config:
        config.write(f"\ndatabase_url: sqlite:///{place}\n")
    restored(other, backup)
    restored(other, backup, at=NOW + 3 * HOUR)
    assert rows_of(place)["account"]
    assert not (other.folder / "xunjian.db").exists()
    assert list(other.folder.glob("before-restore-*/own.db"))


def test_one_from_the_future_says_that_a_clock_is_wrong(
    office: Office, backup: Path, restored: Callable[..., str]
) -> None:
    assert "校时后再恢复一次" in restored(office, backup, at=NOW - days(30))
    assert "校时" not in restored(office, backup)


def test_what_a_killed_one_left_goes_with_the_next(office: Office, backup: Path, restored: Callable[..., str]) -> None:
    (office.folder / ".xunjian-restore-left" / "inbox").mkdir(parents=True)
    restored(office, backup)
    assert not list(office.folder.glob(".xunjian-restore-*"))


def test_a_folder_is_no_backup(office: Office, tmp_path: Path, restored: Callable[..., str]) -> None:
    with pytest.raises(InputError, match="这是文件夹；请写出里面的一份备份"):
        restored(office, tmp_path)


def test_a_database_of_others_is_no_backup(office: Office, tmp_path: Path, restored: Callable[..., str]) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE chat (id INTEGER)")
    with pytest.raises(InputError, match="里面没有巡检的数据"):
        restored(office, file)


def rewritten(backup: Path, target: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], Any]) -> Path:
    """The backup with other members."""
    with tarfile.open(backup) as tar:
        members = [(member, (tar.extractfile(member) or io.BytesIO()).read()) for member in tar]
    change(members)
    with tarfile.open(target, "w:gz") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return target


def described(members: list[tuple[tarfile.TarInfo, bytes]], **changes: object) -> None:
    """The manifest made to fit the members, or to say something else."""
    files = {
        member.name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for member, data in members[:-1]
    }
    manifest = {**json.loads(members[-1][1]), "files": files, **changes}
    members[-1] = (members[-1][0], json.dumps(manifest).encode())


def add(members: list[tuple[tarfile.TarInfo, bytes]], name: str, kind: bytes = tarfile.REGTYPE) -> None:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = "/etc/passwd"
    members.insert(0, (member, b"" if kind != tarfile.REGTYPE else b"harm"))
    described(members)


def other_bytes(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[0] = (members[0][0], members[0][1][:-1] + b"!")


def garbage(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[0] = (members[0][0], b"no database" * 1000)
    described(members)


HARM: dict[str, tuple[Callable[[list[tuple[tarfile.TarInfo, bytes]]], Any], str]] = {
    "absolute": (lambda members: add(members, "/tmp/evil"), "不该有的成员"),
    "upwards": (lambda members: add(members, "inbox/../../evil"), "不该有的成员"),
    "a link": (lambda members: add(members, "inbox/link", tarfile.SYMTYPE), "不该有的成员"),
    "a hard link": (lambda members: add(members, "inbox/link", tarfile.LNKTYPE), "不该有的成员"),
    "a device": (lambda members: add(members, "inbox/device", tarfile.CHRTYPE), "不该有的成员"),
    "a stranger": (lambda members: add(members, "xunjian.yaml"), "不该有的成员"),
    "twice": (lambda members: add(members, "xunjian.db"), "不该有的成员"),
    "changed": (other_bytes, "与备份时的校验值不符"),
    "missing": (lambda members: members.pop(0), "与备份时的校验值不符"),
    "no manifest": (lambda members: members.pop(), "没有 manifest.json"),
    "no database": (garbage, "不是可用的 SQLite 数据库"),
    "newer tables": (lambda members: described(members, tables="0999"), "版本为0999.*请先更新本程序"),
    "newer format": (lambda members: described(members, format=2), "manifest.json 无法识别"),
    "unknown words": (lambda members: described(members, more="x"), "manifest.json 无法识别"),
    "a server's": (lambda members: described(members, database="postgresql"), "PostgreSQL 的备份"),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_backup_that_is_not_right_changes_nothing(
    office: Office, backup: Path, tmp_path: Path, restored: Callable[..., str], harm: str
) -> None:
    change, words = HARM[harm]
    before = rows_of(office.folder / "xunjian.db"), office.told()
    with pytest.raises(InputError, match=words):
        restored(office, rewritten(backup, tmp_path / "harm.tar.gz", change))
    assert (rows_of(office.folder / "xunjian.db"), office.told()) == before
    assert not list(office.folder.glob("*restore*")) + list(office.folder.glob(".*restore*"))
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04"], ids=["empty", "text", "zip"])
def test_what_is_no_backup_is_told(
    office: Office, tmp_path: Path, restored: Callable[..., str], content: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"不是完整的备份文件|不是本程序的备份"):
        restored(office, file)


def test_one_that_was_cut_short_is_told(
    office: Office, backup: Path, tmp_path: Path, restored: Callable[..., str]
) -> None:
    file = tmp_path / "short.tar.gz"
    file.write_bytes(backup.read_bytes()[:-2000])
    with pytest.raises(InputError, match="不是完整的备份"):
        restored(office, file)


def test_a_file_that_is_not_there_is_told(office: Office, tmp_path: Path, restored: Callable[..., str]) -> None:
    with pytest.raises(InputError, match="没有这个文件"):
        restored(office, tmp_path / "none.tar.gz")
