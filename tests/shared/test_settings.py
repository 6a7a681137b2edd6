"""Settings: environment over file, unknown keys refused, secrets from elsewhere."""

import re
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.runtime.settings import load_settings


def written(folder: Path, text: str) -> Path:
    file = folder / "xunjian.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_need_no_server() -> None:
    settings = load_settings(needs_store=False)
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
        ("- a\n", "对照表"),
        ("a: [\n", "YAML 格式有误（第2行第1列）"),
        ("1: 2\n", "1：没有这一项"),
        (
            "channels: {ding: {secret: {env: NOT_SET_ANYWHERE}}}\n",
            "channels.ding.secret：没有环境变量 NOT_SET_ANYWHERE",
        ),
        ("channels: {ding: {secret: {file: nowhere.txt}}}\n", "channels.ding.secret：文件 .*nowhere.txt 没有这个文件"),
    ],
)
def test_a_wrong_setting_names_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_settings(written(tmp_path, text))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: 没有这个设置文件；.*xunjian init"):
        load_settings(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    "text", ["secret: SEC-9: 1\n", "a: 'SEC-9\n", "\tSEC-9\n", "a: SEC-9\x07\n", "a: &x [*SEC-9]\n"]
)
def test_a_file_that_is_no_yaml_is_named_in_chinese_and_not_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as refused:
        load_settings(written(tmp_path, text))
    words = str(refused.value).removeprefix(str(tmp_path / "xunjian.yaml"))
    assert "SEC-9" not in words
    assert "请核对" in words
    assert not re.search("[a-z]{4}", words.replace("xunjian.yaml", ""))


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "xunjian.yaml").write_bytes("rulebook: 巡检\n".encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        load_settings(tmp_path / "xunjian.yaml")


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="是目录"):
        load_settings(tmp_path)


def test_a_secret_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"rulebook：文件 .*secret\.txt 不是 UTF-8"):
        load_settings(written(tmp_path, "rulebook: {file: secret.txt}\n"))


@pytest.mark.parametrize("is_with_file", [True, False])
@pytest.mark.parametrize(
    ("name", "value"), [("XUNJIAN_METRICS_PORT", "abc"), ("XUNJIAN_ROUTES", "{broken"), ("XUNJIAN_BROWSER", "[1]")]
)
def test_a_wrong_variable_is_named_and_not_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, is_with_file: bool
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as refused:
        load_settings(written(tmp_path, "rulebook: cn\n") if is_with_file else None, needs_store=False)
    assert refused.value.place == f"环境变量 {name}"
    assert value not in str(refused.value)
    assert "Settings" not in str(refused.value)
