"""What the browser takes of the machine, and how old the saved logins are."""

import os
import subprocess
import sys
from pathlib import Path

from services.collector.browser.memory import tree_memory

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
