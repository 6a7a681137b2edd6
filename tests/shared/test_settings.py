"""Settings: environment over file, unknown keys refused, secrets from elsewhere."""

from pathlib import Path

import pytest

from shared.errors import InputError
from shared.runtime.settings import load_settings


def written(folder: Path, text: str) -> Path:
    file = folder / "xunjian.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_need_no_server() -> None:
    settings = load_settings()
    assert settings.kafka_bootstrap is None
    assert settings.store_url == "sqlite:///var/xunjian.db"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_RULEBOOK", "gansu")
    monkeypatch.setenv("XUNJIAN_BROWSER__PROXY", "http://proxy:3128")
    settings = load_settings(
        written(tmp_path, "rulebook: cn\nbrowser: {proxy: none, headless: false}\ngroup_wait_seconds: 1\n")
    )
    assert settings.rulebook == "gansu"
    assert settings.browser == {"proxy": "http://proxy:3128", "headless": False}
    assert settings.group_wait_seconds == 1


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DING_URL", "https://robot")
    (tmp_path / "secret.txt").write_text("SEC123\n")
    text = "channels:\n  ding: {type: dingtalk, url: {env: DING_URL}, secret: {file: secret.txt}}\nroutes: []\n"
    channels = load_settings(written(tmp_path, text)).channels
    assert channels["ding"] == {"type": "dingtalk", "url": "https://robot", "secret": "SEC123"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rulebok: cn\n", "rulebok"),
        ("browser: none\n", "browser：应为"),
        ("metrics_port: 99999\n", "metrics_port"),
        ("- a\n", "a YAML mapping"),
        ("a: [\n", "not readable as YAML"),
        ("channels: {ding: {secret: {env: NOT_SET_ANYWHERE}}}\n", "channels.ding.secret: the environment variable"),
        ("channels: {ding: {secret: {file: nowhere.txt}}}\n", "channels.ding.secret: cannot read"),
    ],
)
def test_a_wrong_setting_names_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_settings(written(tmp_path, text))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leave out --config"):
        load_settings(tmp_path / "nowhere.yaml")
