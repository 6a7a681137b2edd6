"""`xunjian login` and `xunjian sessions`, as an engineer on a server without a screen sees them."""

import base64
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from demo.proxy import Proxy
from services.collector.browser import login as module
from services.collector.browser.chromium import find_browser
from shared.clock import utc_now
from shared.errors import InputError
from tests.collector.logins.passports import LoginSite
from tests.collector.logins.test_log_in import DONE, EXPIRED, WAITING
from xunjian.app import make_app
from xunjian.logins.person import AtTerminal

KEY = base64.b64encode(b"k" * 32).decode()
needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROOF_EVERY_SECONDS", 0.2)
    monkeypatch.delenv("DISPLAY", raising=False)


def run(*words: str, input: str | None = None) -> Result:  # noqa: A002 - CliRunner's own word
    result = CliRunner().invoke(make_app(["login", "sessions"]), words, input=input)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def settings_in(folder: Path, **browser: Any) -> Path:
    file = folder / "xunjian.yaml"
    (folder / "session.key").write_text(KEY, encoding="utf-8")
    (folder / "session.key").chmod(0o600)
    given = {"storage_state": "sessions", "session_key": {"file": "session.key"}, **browser}
    text = {"data_dir": "data", "browser": given, "channels": {"inbox": {"type": "inbox", "folder": "inbox"}}}
    file.write_text(yaml.safe_dump(text), encoding="utf-8")
    return file


@contextmanager
def standing(folder: Path, platform: str, *answers: Any) -> Iterator[Path]:
    with Proxy(LoginSite(platform, answers, DONE[platform])) as proxy:
        yield settings_in(folder, proxy=proxy.url, proxy_spki=proxy.spki)


class TestLogin:
    pytestmark = needs_browser

    def test_a_person_scans_in_the_terminal_and_the_login_is_sealed(self, tmp_path: Path) -> None:
        with standing(tmp_path, "weibo", *[WAITING["weibo"]] * 20, DONE["weibo"]) as settings:
            result = run("login", "weibo", "--name", "duty-phone", "--by", "inbox", "--config", str(settings))
        assert result.exit_code == 0, result.output
        assert "█▀▀▀▀▀█" in result.output or "█ ▄▄▄▄▄ █" in result.output, "a finder pattern"
        assert "已登录，平台已确认" in result.output
        assert "二维码已发到渠道 inbox" in result.output
        file = tmp_path / "sessions/weibo/duty-phone.session"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert b"logged" not in file.read_bytes()
        assert not list((tmp_path / "data").glob("*.png")), "a used code is no use to anybody"
        listed = run("sessions", "list", "--config", str(settings)).output
        assert "weibo/duty-phone" in listed
        assert "还没有使用过" in listed

    def test_nobody_scanned_and_nothing_is_saved(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("xunjian.commands.login.MINUTE", 0.05)
        with standing(tmp_path, "weibo", WAITING["weibo"]) as settings:
            result = run("login", "weibo", "--minutes", "1", "--config", str(settings))
        assert result.exit_code == 1
        assert "没有登录：时间到了，仍为“等待扫码”" in result.output
        assert not (tmp_path / "sessions").exists()

    def test_each_renewed_code_is_shown(self, tmp_path: Path) -> None:
        answers = [*[WAITING["toutiao"]] * 15, EXPIRED["toutiao"], *[WAITING["toutiao"]] * 25, DONE["toutiao"]]
        picture = tmp_path / "qr/code.png"
        with standing(tmp_path, "toutiao", *answers) as settings:
            result = run("login", "toutiao", "--picture", str(picture), "--config", str(settings))
        assert result.exit_code == 0, result.output
        assert result.output.count(f"二维码图片：{picture}") == 2
        assert "二维码已过期，正在换新的" in result.output
        assert not picture.exists()


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_a_file_that_was_there_before_is_neither_written_over_nor_deleted(tmp_path: Path, kind: str) -> None:
    picture = tmp_path / "code.png"
    if kind == "file":
        picture.write_bytes(b"somebody's")
    elif kind == "link":
        picture.symlink_to(tmp_path / "nowhere")
    else:
        picture.mkdir()
    with pytest.raises(InputError, match="换一个文件名") as caught:
        run("login", "weibo", "--picture", str(picture), "--config", str(settings_in(tmp_path)))
    assert caught.value.place == "--picture"
    assert picture.is_symlink() or picture.exists()
    assert kind != "file" or picture.read_bytes() == b"somebody's"


def test_a_file_that_came_while_waiting_stays_as_it_is(tmp_path: Path) -> None:
    picture = tmp_path / "code.png"
    person = AtTerminal(picture, (), "weibo", utc_now)
    person.check()
    picture.write_bytes(b"somebody's")
    with pytest.raises(InputError, match="换一个文件名"):
        person.shown(b"\x89PNG 1", None)
    person.leave()
    assert picture.read_bytes() == b"somebody's"


def test_a_renewed_code_takes_the_place_of_the_one_before_and_goes_in_the_end(tmp_path: Path) -> None:
    picture = tmp_path / "new/code.png"
    person = AtTerminal(picture, (), "weibo", utc_now)
    for png in (b"\x89PNG first", b"\x89PNG 2"):
        person.shown(png, None)
        assert picture.read_bytes() == png
        assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    person.leave()
    assert not picture.exists()


@pytest.mark.parametrize(
    ("words", "place", "remedy"),
    [
        (("weixin",), "平台", "wechat"),
        (("weibo", "--name", "../x"), "../x", "小写英文字母"),
        (("weibo", "--by", "mail"), "渠道", "xunjian channel list"),
    ],
)
def test_what_is_wrong_is_told_before_a_phone_is_taken_out(
    tmp_path: Path, words: tuple[str, ...], place: str, remedy: str
) -> None:
    with pytest.raises(InputError, match=remedy) as caught:
        run("login", *words, "--config", str(settings_in(tmp_path)))
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("browser", "place"),
    [({"session_key": None}, "browser.session_key"), ({"storage_state": None}, "browser.storage_state")],
)
def test_where_it_could_not_be_saved_nobody_logs_in(tmp_path: Path, browser: dict[str, None], place: str) -> None:
    with pytest.raises(InputError) as caught:
        run("login", "weibo", "--config", str(settings_in(tmp_path, **browser)))
    assert caught.value.place == place


def test_a_login_is_removed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    (tmp_path / "sessions/weibo").mkdir(parents=True)
    (tmp_path / "sessions/weibo/default.session").write_bytes(b"broken")
    (tmp_path / "sessions/weibo/default.session").chmod(0o600)
    assert "不完整" in run("sessions", "list", "--config", str(settings)).output
    assert "已删除：weibo/default" in run("sessions", "remove", "weibo", "--config", str(settings)).output
    with pytest.raises(InputError, match="没有这个登录"):
        run("sessions", "remove", "weibo", "--config", str(settings))
