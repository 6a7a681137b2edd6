"""The three services as three processes, on the embedded bus and on a real Kafka: the same findings reach the inbox."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.stand_in import LEDGER, stand_in
from tests.paths import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

SERVICES = ("collector", "analyzer", "alerter")
MESSAGES = 11


class Crew:
    """Three processes over one data folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in SERVICES}
        shared = {f"XUNJIAN_{key.upper()}": value for key, value in settings.items()}
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), **shared}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        environment = {**self.environment, "XUNJIAN_METRICS_PORT": str(self.ports[name])}
        command = [sys.executable, "-m", f"services.{name}", "--config", str(self.folder / "settings.yaml")]
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self.processes[name] = subprocess.Popen(command, cwd=self.folder, env=environment, stderr=log)

    def inbox(self) -> int:
        return len([*(self.folder / "data/inbox").glob("*.txt")])

    def ask(self, name: str, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.URLError as error:
            return 0, str(error)

    def stop(self) -> dict[str, int]:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(60) for name, process in self.processes.items()}


def traces(crew: Crew, name: str, event: str) -> set[str]:
    """Whose work the process tells of in its lines of this kind; every such line tells."""
    text = (crew.folder / f"{name}.log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    return {one for line in lines if line["event"] == event for one in line["trace_id"].split(",")}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def crew(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crew]:
    bus = {}
    if request.param == "kafka":
        bus = {"kafka_bootstrap": request.getfixturevalue("kafka_bootstrap"), "kafka_create_topics": "3"}
        bus["kafka_prefix"] = f"{uuid.uuid4().hex[:8]}."
    pace = "{min_interval_seconds: 0, cool_down_seconds: 1}"
    names = ("wechat", "weibo", "douyin", "toutiao", "feed")
    platforms = "".join(f"  {name}: {pace}\n" for name in names)
    (tmp_path / "settings.yaml").write_text(f"ledger: {LEDGER}\ngroup_wait_seconds: 1\nplatforms:\n{platforms}")
    with ExitStack() as stack:
        browser = stack.enter_context(stand_in(tmp_path / "world", datetime.now(UTC)))["browser"]
        proxy = {"browser__proxy": browser["proxy"], "browser__proxy_spki": browser["proxy_spki"]}
        crew = Crew(tmp_path, data_dir=str(tmp_path / "data"), **proxy, **bus)
        yield crew
        for process in crew.processes.values():
            process.kill()
            process.wait()


@pytest.mark.parametrize("name", SERVICES)
def test_a_wrong_setting_is_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("rulebok: cn\n")
    command = [sys.executable, "-m", f"services.{name}", "--config", "settings.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith(f"错误：{tmp_path}/settings.yaml: rulebok：没有这一项；是不是 rulebook？")


def test_three_processes_bring_every_message_and_end_when_told(crew: Crew) -> None:
    for name in SERVICES:
        crew.start(name)
    deadline = time.monotonic() + 120
    while crew.inbox() < MESSAGES and time.monotonic() < deadline:
        time.sleep(0.5)
    assert crew.inbox() == MESSAGES
    assert {crew.ask(name, "/readyz") for name in SERVICES} == {(200, "ready\n")}
    assert 'xunjian_visits_total{outcome="blocked",platform="wechat"}' in crew.ask("collector", "/metrics")[1]
    assert crew.stop() == dict.fromkeys(SERVICES, 0)
    assert traces(crew, "alerter", "told") & traces(crew, "collector", "visited")
    assert traces(crew, "alerter", "told") <= traces(crew, "analyzer", "finding")
    for name in SERVICES:
        lines = [json.loads(line) for line in (crew.folder / f"{name}.log").read_text(encoding="utf-8").splitlines()]
        first, last = lines[0], lines[-1]
        assert (first["event"], first["roles"]) == ("started", [name])
        assert first["settings"] == f"设置文件 {crew.folder / 'settings.yaml'}"
        assert (last["event"], last["why"]) == ("stopped", "SIGTERM")
