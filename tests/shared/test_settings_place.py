"""Where the settings come from, and what the paths in them are relative to."""

from pathlib import Path

import pytest

from services.alerter.__main__ import channel_options
from services.analyzer.in_force import load_rulebooks
from services.collector.__main__ import browser_settings
from shared.errors import InputError
from shared.runtime import settings_file
from shared.runtime.settings import load_settings


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: the working directory, and where /etc/xunjian would be."""
    for name in ("XUNJIAN_CONFIG", "XUNJIAN_DATA_DIR", "XUNJIAN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    (tmp_path / "etc").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path / "etc/xunjian.yaml")
    return tmp_path


def put(path: Path, text: str = "rulebook: cn\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_nearest_to_the_command_is_taken(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = put(system / "etc/xunjian.yaml")
    assert load_settings().place == f"设置文件 {last}"
    third = put(system / "here/xunjian.yaml")
    assert load_settings().place == f"设置文件 {third}"
    second = put(system / "second.yaml")
    monkeypatch.setenv("XUNJIAN_CONFIG", str(second))
    assert load_settings().place == f"设置文件 {second}"
    first = put(system / "first.yaml")
    assert load_settings(first).place == f"设置文件 {first}"


def test_a_named_file_that_is_missing_is_refused_by_name_whatever_else_there_is(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(system / "here/xunjian.yaml")
    with pytest.raises(InputError, match=r"here/other\.yaml: 没有这个设置文件"):
        load_settings(Path("other.yaml"))
    monkeypatch.setenv("XUNJIAN_CONFIG", "/nowhere/mine.yaml")
    with pytest.raises(InputError, match=r"/nowhere/mine\.yaml: 没有这个设置文件"):
        load_settings()


def test_with_nothing_that_says_where_the_data_are_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="xunjian init") as refused:
        load_settings()
    assert refused.value.place == "没有设置文件"
    assert load_settings(needs_store=False).data_dir == Path("var")
    monkeypatch.setenv("XUNJIAN_DATA_DIR", "elsewhere")
    assert load_settings().data_dir == Path("elsewhere")


def test_every_path_lies_beside_the_settings_file_whatever_the_working_directory(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    home = system / "office"
    put(home / "robot.secret", "SEC\n")
    put(home / "rules/ours.yaml", "extends: cn\nname: ours\ntitle: 本地\nversion: '1'\neffective_from: 2020-01-01\n")
    (home / "sessions").mkdir()
    file = put(
        home / "xunjian.yaml",
        """
data_dir: data
database_url: sqlite:///base/xunjian.db
ledger: ledger.xlsx
rulebook: rules/ours.yaml
rulebooks: [{region: 甘肃省, rulebook: rules/ours.yaml}, {rulebook: gansu}]
kafka_security: {security_protocol: SSL, ssl_cafile: ca.pem}
browser: {storage_state: sessions, executable: chrome/chrome}
channels:
  box: {type: inbox, folder: out}
  own: {type: inbox}
  mail: {type: email, host: h, sender: a@b.cn, to: [a@b.cn], ca_file: ca.pem}
  robot: {type: dingtalk, token: t, secret: {file: robot.secret}}
""",
    )
    settings = load_settings(file)
    assert settings.data_dir == home / "data"
    assert settings.store_url == f"sqlite:///{home}/base/xunjian.db"
    assert settings.ledger == home / "ledger.xlsx"
    assert settings.kafka_security == {"security_protocol": "SSL", "ssl_cafile": str(home / "ca.pem")}
    browser = browser_settings(settings)
    assert (browser.storage_state, browser.executable) == (home / "sessions", home / "chrome/chrome")
    channels = channel_options(settings)
    assert [channels[name]["folder"] for name in ("box", "own")] == [home / "out", home / "data/inbox"]
    assert channels["mail"]["ca_file"] == home / "ca.pem"
    assert channels["robot"]["secret"] == "SEC"
    load_rulebooks(settings.rulebook, [(row.region, row.rulebook) for row in settings.rulebooks], settings.folder)


def test_a_path_that_is_whole_stays_as_it_is_and_a_home_is_a_home(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/clerk")
    file = put(system / "a/x.yaml", "data_dir: ~/巡检\nledger: /srv/台账.xlsx\ndatabase_url: sqlite:////srv/x.db\n")
    settings = load_settings(file)
    assert settings.data_dir == Path("/home/clerk/巡检")
    assert settings.ledger == Path("/srv/台账.xlsx")
    assert settings.store_url == "sqlite:////srv/x.db"


def test_a_program_named_without_a_folder_is_found_where_programs_are(system: Path) -> None:
    assert browser_settings(load_settings(put(system / "x.yaml", "browser: {executable: sh}\n"))).executable in (
        Path("/bin/sh"),
        Path("/usr/bin/sh"),
    )


def test_a_linked_settings_file_means_what_lies_beside_the_link(system: Path) -> None:
    put(system / "mounted/..data/xunjian.yaml", "data_dir: data\n")
    (system / "mounted/xunjian.yaml").symlink_to("..data/xunjian.yaml")
    assert load_settings(system / "mounted/xunjian.yaml").data_dir == system / "mounted/data"
