"""The whole vertical as a user starts it: real browser, real database, real files; killed and started again."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from shared.account import Account
from shared.storage.store import open_store
from tests.faults.amount import chance_of
from tests.paths import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

STATES = {
    "青禾水利": "僵尸账号",
    "青禾住建": "超期未更新",
    "青禾市场监管": "超期未更新",
    "青禾教育": "临近超期",
    "青禾消防": "存在问题",
    "青禾农业农村": "存在问题",
    "青禾司法": "存在问题",
    "青禾人社": "存在问题",
    "青禾交警": "请核实",
    "青禾环保": "请核实",
    "青禾商务": "疑似注销",
    "青禾民政": "未能核实",
    "青禾应急": "未能核实",
    "青禾文旅": "正常",
    "青禾要闻": "正常",
}


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "XUNJIAN_METRICS_PORT": "0", "XUNJIAN_GROUP_WAIT_SECONDS": "0"}


def start(folder: Path, *options: str, new_group: bool = False) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "xunjian", "run", "--demo", *options]
    group = 0 if new_group else None
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=pipe, stderr=pipe, text=True, process_group=group
    )


def once(folder: Path) -> str:
    with start(folder, "--once") as process:
        output, _ = process.communicate(timeout=200)
        assert process.returncode == 0
    return output


def inbox(folder: Path) -> dict[str, str]:
    files = sorted((folder / "var/demo/inbox").glob("*"))
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def numbers_told(folder: Path) -> Counter[str]:
    lines = (folder / "var/demo/xunjian.log").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines if line.endswith("}")]
    return Counter(number for event in events if event["event"] == "told" for number in event["numbers"])


def ready(url: str) -> str:
    """What /readyz says, whatever its status."""
    return httpx.get(url, timeout=30).text


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("run")
    return folder, once(folder)


def test_every_account_is_seen_once_and_stands_where_its_story_says(first_run: tuple[Path, str]) -> None:
    _, output = first_run
    table = output[output.index("账号 | 平台") :].splitlines()[1:]
    states = {cells[0]: cells[5] for cells in (line.split(" | ") for line in table) if len(cells) == 7}
    assert {name: states.get(name) for name in STATES} == STATES


def test_messages_arrive_as_an_operator_would_see_them(first_run: tuple[Path, str]) -> None:
    folder, _ = first_run
    texts = inbox(folder).values()
    silent = next(text for text in texts if "青禾市场监管" in text)
    assert silent.startswith("【巡检提醒】单项否决指标｜青禾市场监管（微信公众号）｜青禾县市场监督管理局")
    assert re.search(r"依据：国办秘函〔2019〕19号.*2周内无更新", silent)
    assert re.search(r"编号：[0-9A-F]{8}", silent)
    assert not [text for text in texts if "青禾民政" in text or "青禾应急" in text]


def test_no_message_repeats_the_leaked_number(first_run: tuple[Path, str]) -> None:
    folder, _ = first_run
    everything = "".join(inbox(folder).values()) + (folder / "var/demo/xunjian.log").read_text(encoding="utf-8")
    assert re.search(r"65\*{13}\d{3}", everything)
    assert not re.search(r"(?<!\d)65\d{15}[\dX]", everything)


def test_the_weekly_list_names_the_silent_and_the_unverified(first_run: tuple[Path, str]) -> None:
    folder, _ = first_run
    (path,) = (folder / "var/demo/reports").glob("*.xlsx")
    book = load_workbook(path)
    rows = {sheet.title: [str(cell) for row in sheet.values for cell in row] for sheet in book}
    book.close()
    assert any("青禾水利" in cells for name, cells in rows.items() if "已超期" in name)
    assert any("青禾教育" in cells for name, cells in rows.items() if "临近" in name)
    assert any("青禾民政" in cells for name, cells in rows.items() if "未能核实" in name)


def test_the_log_begins_with_the_start_and_ends_with_the_stop(first_run: tuple[Path, str]) -> None:
    folder, output = first_run
    assert output.startswith(f"演示：由自带的模拟平台和台账应答，数据在 {folder}/var/demo；")
    lines = [json.loads(line) for line in (folder / "var/demo/xunjian.log").read_text(encoding="utf-8").splitlines()]
    starts = [line for line in lines if line["event"] == "started"]
    stops = [line for line in lines if line["event"] == "stopped"]
    assert lines[0] == starts[0]
    assert lines[-1] == stops[-1]
    assert starts[0]["database"] == f"sqlite:///{folder}/var/demo/xunjian.db"
    assert stops[0]["why"] == "done"


def test_a_second_run_tells_nobody_twice(first_run: tuple[Path, str]) -> None:
    folder, _ = first_run
    before = inbox(folder)
    once(folder)
    assert inbox(folder) == before
    assert max(numbers_told(folder).values()) == 1


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for what a running process is about to do. However slow the machine, it is the condition that counts."""
    while not condition():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def count(folder: Path, query: str) -> int:
    """One number from the store of a running process, 0 while there is none; nothing is written."""
    file = folder / "var/demo/xunjian.db"
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            return int(connection.execute(query).fetchone()[0])
    except sqlite3.OperationalError:  # it is being made just now
        return 0


def probes(folder: Path) -> int:
    return count(folder, "SELECT count(*) FROM probe")


@pytest.mark.fault(1, 2, 4)
def test_killed_at_random_moments_it_loses_no_message_and_repeats_none(
    first_run: tuple[Path, str], tmp_path: Path
) -> None:
    chance = chance_of("killed")
    for least in (1, 8, 16):
        process = start(tmp_path)
        until(lambda least=least: probes(tmp_path) >= least, process)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    once(tmp_path)
    assert len(inbox(tmp_path)) == len(inbox(first_run[0]))
    assert max(numbers_told(tmp_path).values()) == 1


def test_a_second_run_on_one_folder_is_refused_and_ctrl_c_ends_the_first_cleanly_with_the_table(tmp_path: Path) -> None:
    process = start(tmp_path, new_group=True)
    until(lambda: count(tmp_path, "SELECT count(*) FROM standing") > 0, process)
    refused = start(tmp_path, "--once")
    output, errors = refused.communicate(timeout=100)
    assert (refused.returncode, output) == (2, "")
    assert re.fullmatch(
        rf"错误：var/demo: 已有巡检进程在使用这个数据目录（collector：进程号 {process.pid}，.*\n", errors
    )

    # As a terminal does: everybody in the process group gets it, the browser's driver too.
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=100)
    assert errors == ""
    assert process.returncode == 0
    assert "共22个账号" in output


def test_a_report_folder_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "var/demo").mkdir(parents=True)
    (tmp_path / "var/demo/started_at").write_text(datetime.now(UTC).isoformat())
    (tmp_path / "var/demo/reports").write_text("in the way")
    process = start(tmp_path, new_group=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("演示：")
    health = process.stdout.readline().strip().removeprefix("指标：").replace("/metrics", "/readyz")
    until(lambda: probes(tmp_path) >= 22, process)
    until(lambda: len(inbox(tmp_path)) > 0, process)
    until(lambda: "FileExistsError" in ready(health), process)
    (tmp_path / "var/demo/reports").unlink()
    until(lambda: list((tmp_path / "var/demo").glob("reports/*.xlsx")) != [], process)
    until(lambda: ready(health) == "ready\n", process)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=100)
    assert process.returncode == 0


def test_a_platform_without_a_plug_in_does_not_keep_once_waiting(tmp_path: Path) -> None:
    (tmp_path / "var/demo").mkdir(parents=True)
    (tmp_path / "var/demo/started_at").write_text(datetime.now(UTC).isoformat())
    stranger = Account(platform="myspace", id="1", name="远方", unit="青禾县广播站")
    with closing(open_store(f"sqlite:///{tmp_path / 'var/demo/xunjian.db'}")) as store:
        store.accounts.upsert([stranger], datetime.now(UTC))
    (shown,) = [line for line in once(tmp_path).splitlines() if line.startswith("远方")]
    assert "没有该平台（myspace）的采集程序" in shown
