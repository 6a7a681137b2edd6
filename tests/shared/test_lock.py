"""One process a role on one data folder, whatever became of the last one."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.runtime.lock import ROLES, holding
from tests.builders import NOW
from tests.paths import ROOT

HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from shared.runtime.lock import ROLES, holding
with holding(Path(sys.argv[1]), ROLES, datetime.now(UTC)):
    print("held", flush=True)
    time.sleep(600)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_by_name_and_let_in_after_a_kill(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with (
            pytest.raises(InputError, match=rf"已有巡检进程.*alerter：进程号 {process.pid}，"),
            holding(tmp_path, ["alerter"], NOW),
        ):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with holding(tmp_path, ROLES, NOW):
        assert len(list(tmp_path.glob("*.lock"))) == len(ROLES)


def test_the_four_services_apart_do_not_meet(tmp_path: Path) -> None:
    with holding(tmp_path, ["collector"], NOW), holding(tmp_path, ["analyzer"], NOW):
        pass


def test_a_refused_process_lets_go_of_what_it_had(tmp_path: Path) -> None:
    with holding(tmp_path, ["reporter"], NOW):
        with pytest.raises(InputError, match="reporter"), holding(tmp_path, ROLES, NOW):
            pass
        with holding(tmp_path, ["collector", "analyzer", "alerter"], NOW):
            pass


def test_a_stale_file_locks_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "xunjian.alerter.lock").write_bytes(b"\xff\xfe" * 10_000)
    with holding(tmp_path, ["alerter"], NOW):
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="数据目录不可写"), holding(tmp_path / "file", ["alerter"], NOW):
        pass


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(InputError, match="请清理磁盘"), holding(tmp_path, ["alerter"], NOW):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
