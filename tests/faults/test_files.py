"""The embedded half: its file locked by another, its disk full."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.faults.amount import chance_of, often
from tests.faults.village import village
from tests.lacking import OF_THIS_FOLDER

DISK_MEGABYTES = 24

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.fault(16)
def test_a_file_that_another_holds_is_waited_for_and_nothing_is_lost(tmp_path: Path) -> None:
    """At length for longer than anybody waits for the lock in one go."""
    with village(tmp_path, chance_of("locked"), size=24, interval_seconds=0.2) as town:
        town.file(24)
        running = town.child()
        running.start()
        try:
            town.until(lambda: bool(town.told()), "the first is told")
            with closing(sqlite3.connect(town.data / "xunjian.db", timeout=60, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                time.sleep(often(4, 75))
                assert running.is_running
                assert town.ask("/healthz")[0] == 200
                other.execute("ROLLBACK")
            town.until(lambda: set(town.told()) >= town.silent(town.filed), "every silent account is told")
            town.until(lambda: town.ask("/readyz")[0] == 200, "it is ready again")
        finally:
            assert running.end(60) == 0
        town.once()
        assert town.told() == dict.fromkeys(town.silent(town.filed), 1)
        assert town.is_whole()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={DISK_MEGABYTES}m"
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", folder], check=False).returncode
    ):
        pytest.skip(f"{OF_THIS_FOLDER} runs where nobody may mount: a full disk is shown by the bus and the logs alone")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.fault(17)
def test_a_full_disk_is_told_spoils_nothing_and_all_goes_on_when_there_is_space(small_disk: Path) -> None:
    with village(small_disk, chance_of("full"), size=60, interval_seconds=0.3) as town:
        town.file(60)
        running = town.child()
        running.start()
        try:
            town.until(lambda: len(town.told()) > 2, "the first are told")
            filler = fill(small_disk)
            town.until(lambda: town.ask("/readyz")[0] == 503, "it is not ready on a full disk")
            town.until(lambda: "磁盘" in town.ask("/readyz")[1], "and says why")
            assert town.ask("/metrics")[0] == 200
            assert town.ask("/healthz")[0] == 200
            filler.unlink()
            town.until(lambda: set(town.told()) >= town.silent(town.filed), "every silent account is told")
            town.until(lambda: town.ask("/readyz")[0] == 200, "it is ready again")
        finally:
            status = running.end(60)
        assert status == 0
        town.once()
        repeated = {key: count for key, count in town.told().items() if count > 1}
        assert len(repeated) <= 1, "sent and not written down: at most the message at hand"
        assert set(town.told()) == town.silent(town.filed)
        assert town.is_whole()


def fill(disk: Path) -> Path:
    """To the last byte."""
    file = disk / "filler"
    with file.open("wb", buffering=0) as output:
        for piece in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    output.write(b"\0" * piece)
    return file
