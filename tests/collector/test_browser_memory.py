"""What the browser takes of the machine, and how old the saved logins are."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.collector.browser.memory import tree_memory
from services.collector.browser.session_ages import session_ages
from tests.builders import NOW

GRANDPARENT = (
    "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', \"x = bytearray(40_000_000); print(1, flush=True); input()\"],"
    " stdin=subprocess.PIPE, stdout=subprocess.PIPE); print(p.stdout.readline(), flush=True); input(); p.kill(); p.wait()"
)


def test_what_a_process_began_counts_too() -> None:
    command = [sys.executable, "-c", GRANDPARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        memory = tree_memory(process.pid)
        process.communicate(b"\n", timeout=60)
    assert memory is not None
    assert memory.rss > memory.pss > 40_000_000


def test_of_a_process_that_is_gone_nothing_is_told(tmp_path: Path) -> None:
    assert tree_memory(os.getpid(), tmp_path) is None


def test_a_name_that_looks_like_more_fields_misleads_nobody(tmp_path: Path) -> None:
    for pid, parent in ((7, 1), (8, 7)):
        folder = tmp_path / str(pid)
        folder.mkdir()
        (folder / "stat").write_text(f"{pid} (a) S 1 (b)) S {parent} 7 7 0")
        (folder / "smaps_rollup").write_text("5-6 ---p [rollup]\nRss:   8 kB\nPss:   4 kB\n")
    assert tree_memory(7, tmp_path) == (16 * 1024, 8 * 1024)


def saved(folder: Path, platform: str, state: object) -> None:
    file = folder / f"{platform}.json"
    file.write_text(state if isinstance(state, str) else json.dumps(state))
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))


def cookie(name: str, expires: object) -> dict[str, object]:
    return {"name": name, "value": "secret", "expires": expires}


def test_a_login_ends_with_the_first_of_its_cookies(tmp_path: Path) -> None:
    tracked = cookie("tracker", 1_800_000_000)
    saved(
        tmp_path,
        "douyin",
        {"cookies": [tracked, cookie("sid_guard", 1_900_000_000), cookie("sessionid", 1_890_000_000)]},
    )
    saved(tmp_path, "weibo", {"cookies": [tracked, cookie("unheard_of", 1_850_000_000.5), cookie("short", -1)]})
    ages = session_ages(tmp_path, ["douyin", "weibo", "toutiao"])
    assert ages.keys() == {"douyin", "weibo"}
    assert ages["douyin"] == (NOW, datetime.fromtimestamp(1_890_000_000, UTC))
    assert ages["weibo"].expires_at == datetime.fromtimestamp(1_850_000_000.5, UTC)


@pytest.mark.parametrize(
    "state",
    [
        "",
        "[]",
        "{",
        '{"cookies": 5}',
        '{"cookies": [null, {}]}',
        '{"cookies": [{"expires": "soon"}, {"expires": 1e30}]}',
    ],
)
def test_whatever_a_file_holds_its_age_is_told(tmp_path: Path, state: str) -> None:
    saved(tmp_path, "weibo", state)
    assert session_ages(tmp_path, ["weibo"]) == {"weibo": (NOW, None)}


def test_without_a_folder_there_are_none() -> None:
    assert session_ages(None, ["weibo"]) == {}
