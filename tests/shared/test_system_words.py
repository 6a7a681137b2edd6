"""What the system refuses is said in Chinese, whatever it is."""

import errno
import os
import re
import socket
from pathlib import Path

import pytest

from shared.system_words import system_words
from tests.paths import ROOT


@pytest.mark.parametrize(
    "code", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EISDIR, errno.ECONNREFUSED]
)
def test_what_happens_to_an_office_has_chinese_words(code: int) -> None:
    assert re.search(r"[\u4e00-\u9fff]", system_words(OSError(code, os.strerror(code))))


def test_names_that_resolve_to_nothing_and_silence_have_words_too() -> None:
    assert system_words(socket.gaierror(-2, "Name or service not known")) == "主机名解析不了"
    assert system_words(TimeoutError("timed out")) == "没有应答"


def test_what_is_rare_keeps_the_systems_words() -> None:
    assert system_words(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert system_words(OSError()) == "OSError"


def test_nobody_shows_the_systems_english() -> None:
    def shows(file: Path) -> bool:
        return "strerror" in file.read_text("utf-8")

    files = [file for room in ("services", "shared", "xunjian") for file in (ROOT / room).rglob("*.py")]
    assert [str(file.relative_to(ROOT)) for file in files if shows(file)] == ["shared/system_words.py"]
