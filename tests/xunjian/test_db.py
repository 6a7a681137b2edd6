"""`xunjian db`: what version there is, what would be done, and doing it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.errors import InputError
from shared.storage.schema import newest
from tests.postgres_server import with_tables
from tests.shared.old_databases import empty_postgresql, make_old
from xunjian.commands.db import db_app


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "xunjian.yaml"
    file.write_text(f"data_dir: {tmp_path}/var\n", "utf-8")
    return file


def said(*arguments: str) -> str:
    result = CliRunner().invoke(db_app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_where_there_is_no_database_it_says_so_and_makes_none(config: Path) -> None:
    output = said("version", "--config", str(config))
    assert "还没有建表" in output
    assert str(config.parent / "var" / "xunjian.db") in output
    assert not (config.parent / "var").exists()


def test_an_upgrade_makes_the_tables_and_the_second_time_has_nothing_to_do(config: Path) -> None:
    assert f"数据库已建好，表结构版本{newest()}" in said("upgrade", "--config", str(config))
    assert "无需升级" in said("upgrade", "--config", str(config))
    output = said("version", "--config", str(config))
    assert f"现在的版本：{newest()}\n本程序需要：{newest()}\n无需升级" in output


def test_an_old_database_is_upgraded_and_the_copy_named(config: Path) -> None:
    folder = config.parent / "var"
    folder.mkdir()
    make_old(folder / "xunjian.db")
    output = said("version", "--config", str(config))
    assert "编号之前的版本（可以升级）" in output
    assert "待升级：0001_tables" in output
    assert "副本" in output
    assert list(folder.glob("*.bak")) == []
    output = said("upgrade", "--config", str(config))
    (copy,) = folder.glob("*.bak")
    assert str(copy) in output


def test_a_server_is_upgraded_and_its_password_is_not_shown(
    config: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_postgresql(postgres_url)
    monkeypatch.setenv("XUNJIAN_DATABASE_URL", postgres_url.replace("@", ":geheim@", 1))
    try:
        assert "还没有建表" in said("version", "--config", str(config))
        output = said("upgrade", "--config", str(config))
        assert f"数据库已建好，表结构版本{newest()}" in output
        assert "geheim" not in output
    finally:
        with_tables(postgres_url)


def test_waiting_ends_when_somebody_has_made_the_tables(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade_meanwhile = lambda _: said("upgrade", "--config", str(config))  # noqa: E731
    monkeypatch.setattr("xunjian.commands.db.sleep", upgrade_meanwhile)
    output = said("wait", "--config", str(config))
    assert f"等待：表结构版本为0000，需要{newest()}" in output
    assert output.endswith(f"表结构版本{newest()}\n")


def test_waiting_in_vain_ends_with_the_remedy(config: Path) -> None:
    with pytest.raises(InputError, match=r"等了0秒，表结构版本为0000，.*xunjian db upgrade"):
        said("wait", "--for", "0", "--config", str(config))


def test_a_database_that_is_away_is_waited_for(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_DATABASE_URL", "postgresql+psycopg://xunjian:geheim@127.0.0.1:1/xunjian")
    with pytest.raises(InputError) as refused:
        said("wait", "--for", "0", "--config", str(config))
    assert "等了0秒" in str(refused.value)
    assert "geheim" not in str(refused.value)
