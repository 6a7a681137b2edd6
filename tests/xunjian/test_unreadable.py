"""A file or folder that the user may not touch is one sentence, whatever the command."""

import errno
import os
import sys
from pathlib import Path

import pytest

from shared.runtime import settings_file
from xunjian import __main__ as command_line

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")


@needs_root
def test_a_working_directory_of_somebody_else_holds_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `runuser` leaves one behind."""
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", Path("/nonexistent/xunjian.yaml"))
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o700)
    os.seteuid(NOBODY)
    try:
        found = settings_file.find_file(None, {})
    finally:
        os.seteuid(0)
    assert found is None


@pytest.mark.parametrize(
    ("number", "remedy"), [(errno.EACCES, "没有权限"), (errno.ENOSPC, "磁盘满了"), (errno.EROFS, "这里只能读")]
)
def test_what_a_file_does_not_allow_is_one_sentence(
    number: int, remedy: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(**_: object) -> None:
        raise OSError(number, os.strerror(number), "台账.xlsx")

    monkeypatch.setattr(command_line, "make_app", lambda _names: command)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"错误：台账.xlsx：{remedy}")


def test_what_is_about_no_file_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def command(**_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(command_line, "make_app", lambda _names: command)
    monkeypatch.setattr(sys, "argv", ["xunjian"])
    with pytest.raises(OSError, match="Too many"):
        command_line.main()


@pytest.mark.parametrize("command", ["check", "similar"])
def test_a_text_that_is_not_there_is_told_in_chinese(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["xunjian", command, "/nonexistent/稿件.txt"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    assert "/nonexistent/稿件.txt: 无法读取（没有这个文件或目录）；请检查路径和权限" in capsys.readouterr().err
