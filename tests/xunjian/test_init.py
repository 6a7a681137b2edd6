"""`xunjian init`: from an empty folder to settings that load, an empty ledger and the commands to type next."""

import os
import pty
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from services.alerter.__main__ import channel_options
from services.alerter.building import build_channels
from services.alerter.channels.base import Channel
from services.alerter.routes import build_routes
from services.collector.__main__ import browser_settings
from services.collector.browser.chromium import BrowserSettings
from services.reporter.__main__ import build_reports
from shared.errors import InputError
from shared.ledger.reading import read_ledger
from shared.plugins import discover
from shared.runtime.settings import Settings, load_settings
from tests.paths import ROOT
from xunjian.app import make_app
from xunjian.founding import TEMPLATE, Answers, settings_text

NOTHING = Answers("", "", "data", None, "", "", {})
SET = {"data_dir", "ledger", "browser"}
"""What every new file sets; the rest is as it is by default."""
MAIL = ("--mail-host", "smtp.example.cn", "--mail-from", "xunjian@example.cn", "--mail-to", "office@example.cn")


def init(*words: str) -> str:
    done = CliRunner().invoke(make_app(["init"]), ["init", *words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def init_in(folder: Path, *words: str) -> str:
    return init(str(folder), "--yes", *words)


def uncommented(text: str) -> dict[str, Any]:
    """The file as it would be with every default written out: `#` right before a name, without a space."""
    loaded: dict[str, Any] = yaml.safe_load(re.sub(r"^#(?=[a-z]|  [a-z_]+: )", "", text, flags=re.MULTILINE))
    return loaded


def test_every_setting_is_in_the_file_with_its_default() -> None:
    every = uncommented(settings_text(NOTHING))
    assert set(every) == set(Settings.model_fields), "add the setting to xunjian/settings_template.yaml"
    default, written = Settings(), Settings(**every)
    for name in set(Settings.model_fields) - SET:
        assert getattr(written, name) == getattr(default, name), name
    assert set(every["browser"]) == set(BrowserSettings.model_fields)
    browser = BrowserSettings(**{**every["browser"], "storage_state": None, "session_key": None})
    assert browser == BrowserSettings()


def test_every_setting_has_a_word_of_chinese_before_it() -> None:
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    explained = ""
    for line in lines:
        if line.lstrip().startswith("# "):
            explained = line
        elif match := re.match(r"#?(?:  )?([a-z_]+):", line):
            assert re.search("[一-鿿]", explained), match[1]


def test_every_kind_of_channel_is_shown_with_its_options() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, kind in discover("services.alerter.channels", Channel).items():
        for option in kind.model_fields:
            assert f"type: {name}" in text
            assert option in text, f"{name}: {option}"


def test_what_it_writes_can_be_used_at_once(tmp_path: Path) -> None:
    said = init_in(tmp_path / "office", "--office", "青禾县政府办", "--region", "甘肃省兰州市青禾县")
    home = tmp_path / "office"
    settings = load_settings(home / "xunjian.yaml")
    assert (settings.data_dir, settings.ledger) == (home / "data", home / "ledger.xlsx")
    assert [row.rulebook for row in settings.rulebooks] == ["gansu"]
    assert browser_settings(settings).storage_state == home / "sessions"
    channels = build_channels(channel_options(settings), settings.file)
    build_routes(settings.routes, settings.operators, settings.file).check(channels)
    assert read_ledger(home / "ledger.xlsx").errors == ()
    assert "青禾县政府办" in (home / "xunjian.yaml").read_text(encoding="utf-8").splitlines()[0]
    config = f"--config {home / 'xunjian.yaml'}"
    assert said.splitlines()[-3:] == [
        f"  xunjian ledger import {home / 'ledger.xlsx'} {config}",
        f"  xunjian doctor {config}",
        f"  xunjian run {config}",
    ]


def test_as_root_it_says_whose_the_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said = init_in(tmp_path / "etc", "--data-dir", str(tmp_path / "lib"))
    assert f"chown -R xunjian: {tmp_path}/etc {tmp_path}/lib" in said
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "chown" not in init_in(tmp_path / "other")


def test_in_the_working_directory_the_commands_are_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert init("--yes").splitlines()[-2:] == ["  xunjian doctor", "  xunjian run"]
    assert load_settings().data_dir == tmp_path / "data"


def test_what_is_private_is_private(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    init_in(tmp_path, *MAIL, "--mail-user", "xunjian")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (*tmp_path.iterdir(), *tmp_path.glob("*/*"))}
    assert modes == {
        "data": 0o700,
        "sessions": 0o700,
        "secrets": 0o700,
        "mail.password": 0o600,
        "session.key": 0o600,
        "ledger.xlsx": 0o600,
        "xunjian.yaml": 0o640,
    }


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "ledger.xlsx").write_text("ours")
    init_in(tmp_path)
    assert (tmp_path / "ledger.xlsx").read_text() == "ours"
    before = (tmp_path / "xunjian.yaml").read_bytes()
    with pytest.raises(InputError, match="不会覆盖"):
        init_in(tmp_path, "--office", "另一个")
    assert (tmp_path / "xunjian.yaml").read_bytes() == before


def test_a_mail_server_a_robot_and_a_supervisor(tmp_path: Path) -> None:
    said = init_in(
        tmp_path,
        *MAIL,
        "--office",
        "青禾县政府办",
        "--mail-security",
        "ssl",
        "--mail-user",
        "u",
        "--robot",
        "dingtalk",
        "--supervisor-mail",
        "s@b.cn",
    )
    for name in ("robot.token", "mail.password"):
        assert f"请把密码或密钥写进：{tmp_path}/secrets/{name}" in said
    with pytest.raises(InputError, match=r"channels\.robot\.token：文件 .*robot\.token 是空的；请把密码或密钥写进去"):
        load_settings(tmp_path / "xunjian.yaml")
    for name in ("robot.token", "mail.password"):
        (tmp_path / "secrets" / name).write_text("SECRET\n")
    settings = load_settings(tmp_path / "xunjian.yaml")
    channels = build_channels(channel_options(settings), settings.file)
    assert set(channels) == {"robot", "mail", "inbox"}
    assert settings.channels["mail"]["port"] == 465
    assert settings.reports == {"weekly": {"mail_to": ["s@b.cn"], "office": "青禾县政府办"}}
    build_reports(settings)
    assert settings.routes == ({"channels": ["robot", "mail"]},)
    assert settings.operators == ("robot", "mail", "inbox")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("--mail-host", "h"), "--mail-from"),
        (("--mail-host", "h", "--mail-from", "不是邮箱"), "不是邮箱"),
        (("--supervisor-mail", "a@b.cn"), "--supervisor-mail"),
        ((*MAIL, "--mail-security", "none", "--mail-user", "u"), "--mail-user"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, words: tuple[str, ...], place: str
) -> None:
    with pytest.raises(InputError) as refused:
        init_in(tmp_path / "x", *words)
    assert refused.value.place == place
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("text", ['引号"和\\反斜杠', "a: b # c", "$main ${x}", "- x", "换\n行"])
def test_whatever_is_answered_the_file_can_be_read(tmp_path: Path, text: str) -> None:
    init_in(tmp_path / "x", "--office", text, "--region", text, "--data-dir", text)
    assert load_settings(tmp_path / "x/xunjian.yaml").data_dir == tmp_path / "x" / text


def test_without_a_terminal_it_asks_nothing_and_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xunjian", "init", str(tmp_path / "x")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True) as process:
        assert process.wait(60) == 0  # its input stays open: whoever asked would wait
    assert (tmp_path / "x/xunjian.yaml").exists()


def test_on_a_terminal_it_asks_and_asks_again_what_cannot_be(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "xunjian", "init", str(tmp_path / "x")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    answers = ["青禾县政府办", "甘肃省", "", "smtp.example.cn", "绝密", "ssl", "", "nonsense", "a@b.cn", "", "", ""]
    with subprocess.Popen(command, stdin=follower, stdout=subprocess.PIPE, env=environment) as process:
        os.write(leader, "".join(f"{answer}\n" for answer in answers).encode())
        output, _ = process.communicate(timeout=60)
    os.close(leader)
    os.close(follower)
    assert process.returncode == 0
    assert "nonsense: 不是邮箱地址" in output.decode()
    assert "请写其中之一：starttls、ssl、none" in output.decode()
    settings = load_settings(tmp_path / "x/xunjian.yaml")
    assert settings.channels["mail"] == {
        "type": "email",
        "host": "smtp.example.cn",
        "port": 465,
        "security": "ssl",
        "sender": "a@b.cn",
        "to": ["a@b.cn"],
    }


def test_where_something_cannot_be_written_the_same_command_works_once_it_can(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(InputError, match=r"data.*已经有了"):
        init_in(tmp_path)
    (tmp_path / "data").unlink()
    assert "已写好设置文件" in init_in(tmp_path)


def test_the_commands_to_type_next_can_be_pasted_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "政务 巡检"
    told = init_in(folder)
    assert f"ledger import '{folder}/ledger.xlsx' --config '{folder}/xunjian.yaml'" in told
