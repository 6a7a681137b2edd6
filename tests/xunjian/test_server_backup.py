"""A server's database is backed up by pg_dump and comes back by pg_restore; the rest is as with a file."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
import typer
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner

from shared.errors import InputError
from shared.storage.database import Database
from shared.storage.schema import newest
from shared.storage.store import open_store
from tests.builders import NOW, days
from tests.postgres_server import with_tables
from tests.shared.old_databases import make_old, make_old_postgresql
from tests.xunjian import office as offices
from tests.xunjian.office import Office
from xunjian.backups import postgres_tools
from xunjian.commands.backup import make_backup
from xunjian.commands.restore import restore

LATER = NOW + days(0.1)
app = typer.Typer()
app.command()(restore)


@pytest.fixture
def urls(postgres_url: str) -> Iterator[list[str]]:
    """Two databases of one server, with nothing in them."""
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    names = ("one", "other")
    with admin.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(text(f"CREATE DATABASE {name}"))
    yield [make_url(postgres_url).set(database=name).render_as_string(hide_password=False) for name in names]
    with admin.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def office(tmp_path: Path, urls: list[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    # Its days lie in the past, as nobody's do.
    monkeypatch.setattr(Database, "check_clock", lambda *_: None)
    office = Office(tmp_path / "var", with_tables(urls[0]))
    office.enlist()
    office.find(NOW, {"1001": 20})
    return office


def bring_back(office: Office, file: Path, monkeypatch: pytest.MonkeyPatch, at: datetime = LATER) -> str:
    monkeypatch.setattr("xunjian.commands.restore.utc_now", lambda: at)
    result = CliRunner().invoke(app, [str(file), "--config", str(office.config)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_in_another_database_everything_is_there_and_nobody_is_told_twice(
    office: Office, tmp_path: Path, urls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar.gz"
    manifest = make_backup(office.settings, file, NOW)
    assert manifest.database == "postgresql"
    assert {"xunjian.dump", "xunjian.db"} <= manifest.files.keys()
    office.find(NOW + days(0.05), {"1002": 21})
    told = office.told()
    assert len(told) == 2

    other = Office(tmp_path / "other", urls[1])
    bring_back(other, file, monkeypatch)
    brought = len(other.told())
    other.find(NOW + days(0.2), {"1001": 20.2, "1002": 21.2})
    assert other.told()[brought:] == []
    other.find(NOW + days(2), {"1003": 30, "1004": 1, "1005": 1})
    assert len(other.told()[brought:]) == 1
    with closing(open_store(urls[1])) as store:
        assert len(store.accounts.all()) == len(offices.ACCOUNTS)


def test_what_was_in_the_database_is_dumped_aside(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar.gz"
    make_backup(office.settings, file, NOW)
    office.find(NOW + days(0.05), {"1002": 21})
    bring_back(office, file, monkeypatch)
    (aside,) = office.folder.glob("before-restore-*")
    postgres_tools.check(str(office.settings.database_url), aside / "xunjian.dump")
    with closing(open_store(office.settings.store_url)) as store:
        held = store.deliveries.listed()
    assert held == []


def test_an_older_one_is_upgraded(tmp_path: Path, urls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(tmp_path / "old.db")
    make_old_postgresql(urls[0], tmp_path / "old.db")
    old = Office(tmp_path / "var", urls[0])
    old.folder.mkdir()
    make_backup(old.settings, tmp_path / "old.tar.gz", NOW)
    other = Office(tmp_path / "other", with_tables(urls[1]))
    assert f"已升级到{newest()}" in bring_back(other, tmp_path / "old.tar.gz", monkeypatch)
    with closing(open_store(urls[1])) as store:
        assert len(store.accounts.all()) == 3


def test_while_anybody_is_connected_nothing_is_restored(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar.gz"
    make_backup(office.settings, file, NOW)
    with (
        closing(open_store(office.settings.store_url)) as store,
        store.database.read(),
        pytest.raises(InputError, match=r"还有1个连接在使用；请先停止"),
    ):
        bring_back(office, file, monkeypatch)


def test_a_missing_program_is_named_with_how_to_get_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"pg_dump: 没有安装；.*apt install postgresql-client"):
        make_backup(office.settings, tmp_path / "backup.tar.gz", NOW)
    assert not list(tmp_path.glob("*.gz*"))


def test_the_password_is_on_no_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "pg_dump"
    script.write_text(
        f'#!/bin/sh\necho "$0 $@" > {tmp_path}/said\necho "$PGPASSWORD $PGHOST $PGPORT" > {tmp_path}/kept\nexit 1\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    url = "postgresql+psycopg://user:geheim%40x@db.example:5433/xunjian"
    with pytest.raises(InputError, match="没有成功") as told:
        postgres_tools.dump(url, tmp_path / "dump")
    assert "geheim" not in (tmp_path / "said").read_text() + str(told.value)
    assert (tmp_path / "kept").read_text() == "geheim@x db.example 5433\n"


def test_what_others_hang_on_our_tables_stops_it_before_anything_is_changed(
    office: Office, tmp_path: Path, urls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar.gz"
    make_backup(office.settings, file, NOW)
    told = office.told()
    engine = create_engine(urls[0])
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW theirs AS SELECT * FROM account"))
    engine.dispose()
    with pytest.raises(InputError, match=r"数据没有改动.*移走依赖它们的视图"):
        bring_back(office, file, monkeypatch)
    assert office.told() == told
    with closing(open_store(urls[0])) as store:
        assert store.accounts.all()


def test_what_does_not_come_back_leaves_what_was_there(
    office: Office, tmp_path: Path, urls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar.gz"
    make_backup(office.settings, file, NOW)
    whole, tried = postgres_tools.restore, []

    def failing_once(url: str, source: Path) -> None:
        tried.append(source)
        if len(tried) == 1:
            raise InputError("pg_restore", "没有成功")
        whole(url, source)

    monkeypatch.setattr(postgres_tools, "restore", failing_once)
    with pytest.raises(InputError, match="没有成功"):
        bring_back(office, file, monkeypatch)
    with closing(open_store(urls[0])) as store:
        assert store.accounts.all()
