"""The browser is found, complete and starts; else the administrator is told everything in one line."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.collector.browser.chromium import find_browser, find_driver
from shared.errors import TransientError
from tests.paths import ROOT
from tests.xunjian.checks.signs import only
from xunjian.checks.browser import Looks, check_browser, check_sandbox
from xunjian.checks.diagnosis import Diagnosis, Sign
from xunjian.checks.libraries import missing_in, missing_libraries
from xunjian.checks.packages import FONTS, System, os_release, system_of

BOOKWORM = System("apt-get")
CHROMIUM = Path(sys.executable)
"""Any program there is."""
LDD = """\tlinux-vdso.so.1 (0x00007ffc)
\tlibnss3.so => not found
\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f)
\tlibasound.so.2 => not found
\tlibnss3.so => not found
"""


def looks(
    missing: Callable[[Path], list[str]] = lambda _: [], start: Callable[[], str] = lambda: "Chromium 156"
) -> Looks:
    return Looks(Path("/driver/node"), missing, start)


def check(found: Path | None, look: Looks, system: System = BOOKWORM, more: tuple[str, ...] = ()) -> Diagnosis:
    return check_browser(found, look, system, "设置 browser.executable（现为默认值）", more)


def test_one_that_starts_is_named_with_its_version() -> None:
    assert check(CHROMIUM, looks()).line == f"✓ 浏览器：{CHROMIUM}（Chromium 156，已实际启动）"


def test_all_that_is_missing_is_one_line_for_the_administrator() -> None:
    def lacks(program: Path) -> list[str]:
        return ["libatomic.so.1"] if program.name == "node" else []

    found = check(None, looks(lacks), more=(FONTS,))
    assert found.sign is Sign.FAILED
    line = "apt-get update && apt-get install -y chromium libatomic1 fontconfig fonts-noto-cjk"
    assert f"管理员执行：{line}；" in found.remedy


def test_missing_libraries_are_named_by_their_packages() -> None:
    found = check(CHROMIUM, looks(lambda _: missing_in(LDD)))
    assert "缺少库 libnss3.so、libasound.so.2" in found.detail
    assert found.remedy == "管理员执行：apt-get update && apt-get install -y libnss3 libasound2"


def test_one_that_is_not_there_or_may_not_be_run_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    gone, text = check(tmp_path / "gone", looks()), check(tmp_path / "text", looks())
    assert "不存在" in gone.detail
    assert "不能执行" in text.detail
    assert "browser.executable" in gone.remedy


def test_one_that_does_not_start_fails_in_its_own_words() -> None:
    def start() -> str:
        raise TransientError("浏览器无法启动：out of memory")

    assert "out of memory" in check(CHROMIUM, looks(start=start)).detail


@pytest.mark.parametrize(
    ("system", "words"),
    [
        (System("dnf"), "dnf install -y 'libnss3.so()(64bit)' fontconfig 'font(:lang=zh-cn)'"),
        (System("yum"), "yum install -y 'libnss3.so()(64bit)' fontconfig 'font(:lang=zh-cn)'"),
        (System("apt-get", has_new_names=True), "apt-get install -y libnss3 fontconfig fonts-noto-cjk"),
        (System(""), "请管理员安装：libnss3.so、fontconfig 和中文字体"),
    ],
)
def test_every_system_has_its_own_line(system: System, words: str) -> None:
    assert words in system.line(["libnss3.so", FONTS])


def test_ubuntus_chromium_is_a_snap_so_libraries_and_playwrights_own_are_told() -> None:
    told = check(None, looks(), System("apt-get", is_ubuntu=True, has_new_names=True)).remedy
    assert "libasound2t64 " in told
    assert " chromium " not in told.partition("；")[0]
    assert "playwright install chromium" in told


def test_the_tool_that_is_there_decides_and_the_release_the_names(tmp_path: Path) -> None:
    (tmp_path / "os-release").write_text('ID="kylin"\nVERSION_ID="V10"\n# a comment\n')
    assert system_of(os_release(tmp_path / "os-release"), "dnf") == System("dnf")
    assert system_of({"ID": "debian", "VERSION_ID": "13"}, "apt-get").has_new_names
    assert not system_of({"ID": "debian", "VERSION_ID": "12"}, "apt-get").has_new_names
    assert system_of({"ID": "ubuntu", "VERSION_ID": "24.04"}, "apt-get") == System("apt-get", True, True)
    assert os_release(tmp_path / "none") == {}


def test_the_sandbox_needs_a_user_who_is_not_root_and_namespaces() -> None:
    assert "root" in only(check_sandbox(0, lambda _: None, "browser.sandbox")).detail
    assert list(check_sandbox(1000, lambda _: None, "browser.sandbox")) == []
    forbidden = only(check_sandbox(1000, lambda _: "1", "browser.sandbox"))
    assert "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in forbidden.remedy


@pytest.mark.skipif(shutil.which("gcc") is None, reason="a program that lacks a library has to be made first")
def test_the_machines_own_loader_tells_what_a_real_program_lacks(tmp_path: Path) -> None:
    def made(*arguments: str) -> None:
        subprocess.run(["gcc", *arguments], cwd=tmp_path, check=True, timeout=60)

    (tmp_path / "gone.c").write_text("int gone(void) { return 0; }")
    (tmp_path / "program.c").write_text("int gone(void); int main(void) { return gone(); }")
    made("-shared", "-o", "libgone.so", "gone.c")
    made("-o", "chrome", "program.c", "-L.", "-lgone", "-Wl,--no-as-needed")
    (tmp_path / "libgone.so").unlink()
    assert missing_libraries(tmp_path / "chrome") == ["libgone.so"]
    script = tmp_path / "google-chrome"
    script.write_text("#!/bin/sh\nexec chrome\n")
    assert missing_libraries(script) == ["libgone.so"]


@pytest.mark.browser
def test_the_real_browser_and_driver_lack_nothing() -> None:
    browser = find_browser()
    assert browser is not None
    assert missing_libraries(browser) == []
    assert missing_libraries(find_driver()) == []


START = """
import os, sys
from services.collector.browser.chromium import BrowserSettings
from xunjian.checks.bare_machine import started
os.setgroups([]), os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[1]))
print(started(BrowserSettings()))
"""
"""Imported first: nobody may not be allowed to read the interpreter of this checkout."""


@pytest.mark.browser
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_real_browser_starts_and_shows_a_page_for_a_user_who_is_not_root() -> None:
    nobody = pwd.getpwnam("nobody")
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-B", "-c", START, str(nobody.pw_uid), str(nobody.pw_gid)]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=100, check=False)
    if "EACCES" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("this checkout may not be read by another user")
    assert "\nChromium " in done.stdout, done.stderr[-2000:]
