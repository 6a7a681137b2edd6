"""Saved logins: sealed, whole, for their owner only; a broken one says what to do."""

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.collector.sessions.folder import SessionFolder
from services.collector.sessions.seal import Seal
from services.collector.sessions.session import Session, SessionFileError, Sessions
from shared.errors import InputError

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"o" * 32).decode()
SECRET = "2A25-very-secret"
STATE = {"cookies": [{"name": "SUB", "value": SECRET, "domain": ".weibo.cn", "path": "/"}], "origins": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def sessions(folder: Path) -> Sessions:
    return SessionFolder(folder, Seal(KEY))


def a_session(name: str = "default", platform: str = "weibo") -> Session:
    return Session(platform, name, NOW, STATE, f"https://mp.weixin.qq.com/cgi-bin/home?token={SECRET}")


def test_what_was_saved_is_found_again(sessions: Sessions) -> None:
    sessions.save(a_session("duty-phone"))
    assert sessions.find("weibo", "duty-phone") == a_session("duty-phone")
    assert sessions.find("weibo") is None


def test_one_of_the_same_name_is_replaced(sessions: Sessions) -> None:
    sessions.save(a_session())
    sessions.save(Session("weibo", "default", NOW, {"cookies": []}))
    found = sessions.find("weibo")
    assert found is not None
    assert found.state == {"cookies": []}


def test_the_file_is_its_owners_only_and_tells_nothing(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session())
    file = folder / "weibo" / "default.session"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert SECRET.encode() not in file.read_bytes()
    assert b"cookies" not in file.read_bytes()
    assert {path.name for path in file.parent.iterdir()} == {"default.session", ".lock"}


def test_neither_a_session_nor_a_seal_shows_its_secret(folder: Path) -> None:
    shown = repr(a_session()) + repr(Seal(KEY)) + repr(SessionFolder(folder, Seal(KEY)))
    assert SECRET not in shown
    assert KEY not in shown


def test_two_seals_of_one_session_differ(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session())
    first = (folder / "weibo/default.session").read_bytes()
    sessions.save(a_session())
    assert (folder / "weibo/default.session").read_bytes() != first


def test_another_key_is_told_with_the_remedy(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session())
    with pytest.raises(SessionFileError, match=r"密钥.*xunjian login weibo --name default"):
        SessionFolder(folder, Seal(OTHER_KEY)).find("weibo")


@pytest.mark.parametrize("at", [8, 20, 40, -1])
def test_one_changed_byte_is_noticed(sessions: Sessions, folder: Path, at: int) -> None:
    sessions.save(a_session())
    file = folder / "weibo/default.session"
    body = bytearray(file.read_bytes())
    body[at] ^= 1
    file.write_bytes(body)
    with pytest.raises(SessionFileError, match="被改动"):
        sessions.find("weibo")


@pytest.mark.parametrize("length", [0, 5, 20, 35])
def test_a_file_cut_short_is_told(sessions: Sessions, folder: Path, length: int) -> None:
    sessions.save(a_session())
    file = folder / "weibo/default.session"
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(SessionFileError, match=r"不完整.*重新登录"):
        sessions.find("weibo")


def test_a_seal_opens_for_no_other_name_or_platform(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session("first"))
    (folder / "weibo/first.session").rename(folder / "weibo/second.session")
    with pytest.raises(SessionFileError, match="改名"):
        sessions.find("weibo", "second")
    sessions.save(a_session("first"))
    (folder / "douyin").mkdir()
    (folder / "weibo/first.session").rename(folder / "douyin/first.session")
    with pytest.raises(SessionFileError, match="改名"):
        sessions.find("douyin", "first")


def test_a_plain_file_is_the_session_default(sessions: Sessions, folder: Path) -> None:
    folder.mkdir()
    plain = folder / "weibo.json"
    plain.write_text(json.dumps(STATE), encoding="utf-8")
    plain.chmod(0o600)
    found = sessions.find("weibo")
    assert found is not None
    assert (found.name, found.state) == ("default", STATE)
    assert SessionFolder(folder, None).find("weibo") == found


def test_a_sealed_default_comes_before_a_plain_file(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session())
    plain = folder / "weibo.json"
    plain.write_text("{}", encoding="utf-8")
    plain.chmod(0o600)
    assert sessions.find("weibo") == a_session()
    assert sessions.names("weibo") == ("default",)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_a_plain_file_that_is_no_state_is_told(sessions: Sessions, folder: Path, text: str) -> None:
    folder.mkdir()
    plain = folder / "weibo.json"
    plain.write_text(text, encoding="utf-8")
    plain.chmod(0o600)
    with pytest.raises(SessionFileError, match="无法使用"):
        sessions.find("weibo")


@pytest.mark.parametrize("name", ["weibo.json", "weibo/default.session"])
def test_a_file_that_others_can_read_is_refused(sessions: Sessions, folder: Path, name: str) -> None:
    sessions.save(a_session())
    if name == "weibo.json":
        (folder / "weibo/default.session").unlink()
        (folder / name).write_text("{}", encoding="utf-8")
    (folder / name).chmod(0o644)
    with pytest.raises(SessionFileError, match="chmod 600"):
        sessions.find("weibo")


def test_names_are_listed_and_removed(sessions: Sessions) -> None:
    assert sessions.names("weibo") == ()
    sessions.save(a_session("b"))
    sessions.save(a_session("a"))
    assert sessions.names("weibo") == ("a", "b")
    assert sessions.remove("weibo", "a")
    assert not sessions.remove("weibo", "a")
    assert sessions.names("weibo") == ("b",)


@pytest.mark.parametrize("name", ["", "../weibo", "a/b", ".hidden", "A", "值班", "a" * 41, "a\n"])
def test_a_name_can_be_no_path(sessions: Sessions, name: str) -> None:
    with pytest.raises(InputError, match="名称"):
        sessions.find("weibo", name)


def test_without_a_key_nothing_is_saved_in_the_clear(folder: Path) -> None:
    with pytest.raises(InputError, match="openssl rand -base64 32"):
        SessionFolder(folder, None).save(a_session())
    assert not folder.exists()


def test_a_sealed_session_without_a_key_is_told(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session())
    with pytest.raises(SessionFileError, match="没有设置"):
        SessionFolder(folder, None).find("weibo")


def test_a_failed_save_leaves_the_old_session(
    sessions: Sessions, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions.save(a_session())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SessionFileError, match="存不进去"):
        sessions.save(Session("weibo", "default", NOW, {}))
    assert sessions.find("weibo") == a_session()
    assert {path.name for path in (folder / "weibo").iterdir()} == {"default.session", ".lock"}


@pytest.mark.parametrize("key", ["", "short", base64.b64encode(b"k" * 31).decode(), "!" * 44])
def test_a_key_that_is_none_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(InputError, match="32 字节") as caught:
        Seal(key)
    assert not key or key not in str(caught.value)


def test_what_the_platform_renewed_is_kept(sessions: Sessions) -> None:
    sessions.save(a_session())
    renewed = Session("weibo", "default", NOW, {"cookies": [{"name": "SUB"}]}, a_session().address)
    assert sessions.refresh(renewed)
    assert sessions.find("weibo") == renewed


def test_an_old_login_is_never_written_over_a_new_one(sessions: Sessions) -> None:
    new = Session("weibo", "default", NOW + timedelta(days=1), {"cookies": []})
    sessions.save(new)
    assert not sessions.refresh(a_session())
    assert sessions.find("weibo") == new


def test_a_login_that_was_removed_does_not_come_back(sessions: Sessions) -> None:
    sessions.save(a_session())
    sessions.remove("weibo")
    assert not sessions.refresh(a_session())
    assert sessions.find("weibo") is None


def test_one_saved_by_hand_stays_as_it_was_saved(sessions: Sessions, folder: Path) -> None:
    folder.mkdir()
    plain = folder / "weibo.json"
    plain.write_text(json.dumps(STATE), encoding="utf-8")
    plain.chmod(0o600)
    found = sessions.find("weibo")
    assert found is not None
    assert not sessions.refresh(found)
    assert json.loads(plain.read_text(encoding="utf-8")) == STATE


def test_a_folder_without_folders_holds_sealed_ones_too(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session("duty-phone"))
    (folder / "weibo/duty-phone.session").rename(folder / "weibo.duty-phone.session")
    (folder / "weibo/.lock").unlink()
    (folder / "weibo").rmdir()
    assert sessions.names("weibo") == ("duty-phone",)
    assert sessions.find("weibo", "duty-phone") == a_session("duty-phone")


def test_files_that_are_no_sessions_are_passed_over(sessions: Sessions, folder: Path) -> None:
    sessions.save(a_session())
    for name in ("weibo/值班.session", "weibo/a b.session", "weibo/.hidden.session", "weibo..session"):
        (folder / name).write_bytes(b"")
    assert sessions.names("weibo") == ("default",)
