"""A machine whose clock is months off, as a user starts it: the platforms keep their own time."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from demo.stand_in import LEDGER, SETTINGS, stand_in
from shared.clock import utc_now
from tests.faults.amount import at_length
from tests.paths import ROOT

READS_THE_WALL_CLOCK = re.compile(r"\btime\.time\(|\btime_ns\(|datetime\.now\(|utcnow\(|date\.today\(|localtime\(")


def test_the_product_reads_the_wall_clock_in_one_place() -> None:
    files = [file for folder in ("services", "shared", "xunjian") for file in (ROOT / folder).rglob("*.py")]
    readers = [file for file in files if READS_THE_WALL_CLOCK.search(file.read_text(encoding="utf-8"))]
    assert [file.relative_to(ROOT).as_posix() for file in readers] == ["shared/clock.py"]


@pytest.mark.fault(24)
@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("days", ["156", *at_length("-156")])
def test_nobody_is_accused_the_operators_are_told_and_it_heals(tmp_path: Path, days: str) -> None:
    with stand_in(tmp_path / "stand_in", utc_now()) as led:
        settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
        inbox = tmp_path / "inbox"
        settings |= {"browser": led["browser"], "ledger": str(LEDGER), "data_dir": str(tmp_path / "data")}
        settings |= {"channels": {"inbox": {"type": "inbox", "folder": str(inbox)}}, "group_wait_seconds": 0}
        (tmp_path / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        assert "共22个账号：未能核实22" in once(tmp_path, "tests.off_clock", days)
        told = [file.read_text(encoding="utf-8") for file in inbox.iterdir()]
        assert told
        assert all("巡检运维" in text and "请校准采集服务器的时钟" in text for text in told)
        assert "僵尸账号1，超期未更新2" in once(tmp_path, "xunjian")


def once(folder: Path, *program: str) -> str:
    command = [sys.executable, "-m", *program, "run", "--once", "--config", str(folder / "settings.yaml")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XUNJIAN_METRICS_PORT": "0"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=140, check=True
    ).stdout
