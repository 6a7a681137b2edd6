"""What `xunjian run` runs: the office's own system where one is set up, otherwise the demonstration, and it says which."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.runtime import settings_file
from shared.runtime.opening import PORTS
from shared.runtime.settings import Settings
from xunjian.commands.run import BusChoice, settings_of


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XUNJIAN_CONFIG", "XUNJIAN_DATA_DIR", "XUNJIAN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path / "etc/xunjian.yaml")
    return tmp_path


def asked(config: Path | None = None, *, demo: bool = False) -> Settings:
    with ExitStack() as stack:
        return settings_of(config, demo, BusChoice.EMBEDDED, stack)


def test_in_an_empty_folder_it_is_the_demonstration_and_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = asked()
    assert settings.data_dir == here / "var/demo"
    assert settings.ledger is not None
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("演示：还没有设置文件，")
    assert str(here / "var/demo") in line
    assert "xunjian init" in line


def test_a_settings_file_here_is_found_and_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "xunjian.yaml").write_text("data_dir: data\n")
    assert asked().data_dir == here / "data"
    expected = f"数据库：{here}/data/xunjian.db（设置文件 {here}/xunjian.yaml）\n"
    assert capsys.readouterr().out == expected


def test_the_environment_alone_is_a_system_too(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_DATA_DIR", str(here / "own"))
    assert asked().data_dir == here / "own"


def test_the_demonstration_touches_nothing_of_the_real_system(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "xunjian.yaml").write_text("data_dir: data\n")
    monkeypatch.setenv("XUNJIAN_DATABASE_URL", "postgresql+psycopg://real@db/real")
    monkeypatch.setenv("XUNJIAN_KAFKA_BOOTSTRAP", "real:9092")
    monkeypatch.setenv("XUNJIAN_CHANNELS", '{"real": {"type": "webhook", "url": "https://real"}}')
    settings = asked(demo=True)
    assert (settings.data_dir, settings.database_url, settings.kafka_bootstrap) == (here / "var/demo", None, None)
    assert set(settings.channels) == {"inbox"}
    assert not (here / "data").exists()


def test_the_demonstration_takes_no_settings_file(here: Path) -> None:
    with pytest.raises(InputError, match="去掉一个"):
        asked(here / "xunjian.yaml", demo=True)


def test_services_side_by_side_have_a_port_each() -> None:
    apart = [PORTS[name] for name in ("collector", "analyzer", "alerter", "reporter")]
    assert apart == [9464, 9465, 9466, 9467]
    assert PORTS["all-in-one"] == 9464
