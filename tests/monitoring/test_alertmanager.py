"""The example for Alertmanager, and a real Alertmanager that routes to a running alerter and its robot."""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.apart import Apart
from tests.fakes.http_server import FakeServer, Reply, Request
from tests.fakes.robots import FakeWeCom
from tests.monitoring.prometheus_server import free_port
from tests.monitoring.rules_read import alerts
from tests.paths import ROOT

EXAMPLE = ROOT / "monitoring/alertmanager/alertmanager.yaml"
TOKEN = "canary-token-0123456789"
PATIENCE_SECONDS = 90.0


def amtool(*arguments: str) -> str:
    if shutil.which("amtool") is None:
        pytest.skip("no amtool (package prometheus-alertmanager): its example is only read")
    done = subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_alertmanager_takes_the_example() -> None:
    assert "SUCCESS" in amtool("check-config", str(EXAMPLE))


@pytest.mark.parametrize(
    ("alert", "receivers"),
    [
        ("XunjianWatchdog", "dead-mans-switch"),
        ("XunjianAlerterAbsent", "beside,xunjian"),
        ("XunjianCoverageLow", "xunjian"),
        ("SomebodyElses", "xunjian"),
    ],
)
def test_alerts_go_where_they_should(alert: str, receivers: str) -> None:
    assert amtool("config", "routes", "test", "--config.file", str(EXAMPLE), f"alertname={alert}") == receivers


def test_what_the_example_names_exists() -> None:
    named = set()
    for word in EXAMPLE.read_text("utf-8").replace("|", " ").replace('"', " ").split():
        if word.startswith("Xunjian") and word.isalnum():
            named.add(word)
    assert len(named) > 10
    assert named <= alerts().keys()


class Beside(FakeServer):
    """A receiver that takes whatever comes."""

    def answer(self, request: Request) -> Reply:
        return Reply(200)

    def names(self) -> set[str]:
        bodies = [json.loads(request.body) for request in self.requests]
        return {alert["labels"]["alertname"] for body in bodies for alert in body["alerts"]}


@contextmanager
def alertmanager(folder: Path, port: int, switch: Beside, beside: Beside) -> Iterator[str]:
    """The URL of one that runs by the example, at once instead of in minutes."""
    if shutil.which("prometheus-alertmanager") is None:
        pytest.skip("no prometheus-alertmanager: nothing is routed for real")
    config = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    for route in (config["route"], *config["route"]["routes"]):
        route |= {"group_wait": "1s", "group_interval": "1s"}
    (folder / "token").write_text(TOKEN)
    hook, watch, other = (receiver["webhook_configs"][0] for receiver in config["receivers"])
    hook["url"] = hook["url"].replace("9466", str(port))
    hook["http_config"]["authorization"]["credentials_file"] = str(folder / "token")
    watch["url"], other["url"] = switch.url, beside.url
    (folder / "alertmanager.yaml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus-alertmanager",
        f"--config.file={folder / 'alertmanager.yaml'}",
        f"--web.listen-address={address}",
    ]
    command += [f"--storage.path={folder / 'am'}", "--cluster.listen-address="]
    with (folder / "alertmanager.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        wait(lambda: is_ready(address), "Alertmanager is ready")
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


def is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/-/ready", timeout=5):
            return True
    except OSError:
        return False


def wait(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.2)


def send(url: str, name: str, *, over: bool = False, **labels: str) -> None:
    """As Prometheus does, with the words of the rule."""
    now = datetime.now(UTC)
    said: Mapping[str, Any] = alerts()[name]
    ends = {"endsAt": now.isoformat()} if over else {"endsAt": (now + timedelta(hours=1)).isoformat()}
    alert = {"labels": {"alertname": name, **said["labels"], **labels}, "annotations": said["annotations"], **ends}
    alert["startsAt"] = (now - timedelta(minutes=5)).replace(microsecond=0, second=0).isoformat()
    request = urllib.request.Request(
        f"{url}/api/v2/alerts", json.dumps([alert]).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30):
        return


@pytest.mark.timeout(400)
def test_what_prometheus_says_comes_by_our_own_robot(tmp_path: Path) -> None:
    with FakeWeCom() as robot, Beside() as switch, Beside() as beside:
        settings = (
            f"hooks: {{alertmanager: {TOKEN}}}\noperators: [duty]\nroutes: [{{channels: [duty]}}]\n"
            f"channels: {{duty: {{type: wecom, key: {robot.key}, base_url: {robot.url}}}}}\n"
        )
        port = free_port()
        with (
            Apart("alerter", tmp_path / "alerter", settings, metrics_port=str(port)),
            alertmanager(tmp_path, port, switch, beside) as url,
        ):
            send(url, "XunjianWatchdog")
            send(url, "XunjianPlatformBlocked", platform="weibo")
            wait(lambda: any("拒绝核查" in text for text in robot.texts), "the robot tells it")
            send(url, "XunjianCoverageLow", platform="weibo")
            send(url, "XunjianChannelOff", channel="mail")
            wait(lambda: any("已停用" in text for text in robot.texts), "the next one too")
            wait(lambda: switch.names() == {"XunjianWatchdog"}, "the dead man's switch")
            wait(lambda: beside.names() == {"XunjianChannelOff"}, "the other way")
            assert not any("xunjiancoveragelow" in text for text in robot.texts), "its cause was told"
            send(url, "XunjianPlatformBlocked", over=True, platform="weibo")
            wait(lambda: any("〔已恢复〕" in text for text in robot.texts), "its end")
        told = "\n".join(robot.texts)
        assert all(text.startswith("【巡检运维】") for text in robot.texts)
        log = (tmp_path / "alerter/alerter.log").read_text("utf-8")
        assert TOKEN not in log + told
