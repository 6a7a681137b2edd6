"""The rules of Prometheus: tried by promtool, and what an operator needs of every alert."""

import re
import shutil
import subprocess
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.runtime.metrics import Metrics
from tests.monitoring.rules_read import alerts, case_files, rule_files, rules, selectors
from tests.paths import ROOT
from xunjian.app import GROUPS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
GUIDE = ROOT / "docs/监控.md"
NEWER = re.compile(r"@|limitk|limit_ratio|info\(|smoothed|anchored|sort_by_label|mad_over_time|\bfill\b|offset -")
"""What Prometheus 2.42 does not know, or only behind a switch."""
every_alert = pytest.mark.parametrize("alert", alerts().values(), ids=alerts())


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool (package prometheus): the rules are only read")
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)


def test_prometheus_takes_the_rules() -> None:
    done = promtool("check", "rules", *rule_files())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "duplicate" not in done.stdout


@pytest.mark.timeout(400)
@pytest.mark.fault(40)
@pytest.mark.parametrize("cases", case_files(), ids=lambda file: file.stem)
def test_alerts_fire_when_they_should_and_only_then(cases: Path) -> None:
    done = promtool("test", "rules", cases)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_shown_to_fire_and_not_to() -> None:
    shown: dict[str, set[float]] = defaultdict(set)
    for file in case_files():
        for case in yaml.safe_load(file.read_text("utf-8"))["tests"]:
            for check in case["promql_expr_test"]:
                for name in re.findall(r'alertname="(\w+)"', check["expr"]):
                    shown[name].add(check["exp_samples"][0]["value"])
    assert shown.pop("XunjianWatchdog") == {1}
    assert shown == {name: {0, 1} for name in alerts() if name != "XunjianWatchdog"}


@every_alert
def test_an_alert_says_what_is_wrong_and_what_to_do(alert: dict[str, Any]) -> None:
    name, said = alert["alert"], alert["annotations"]
    assert name.startswith("Xunjian")
    assert alert["labels"]["severity"] in ("critical", "warning", "info", "none")
    assert CHINESE.search(said["summary"])
    assert len(said["description"]) >= 20
    assert len(re.sub(r"\{\{.*?\}\}", "", said["summary"])) <= 40
    assert re.search("请|无需处理", said["summary"] + said["description"])
    assert said["runbook"] == f"docs/监控.md#{name.lower()}"


def test_the_guide_has_a_paragraph_for_every_alert_and_no_other() -> None:
    told = re.findall(r"^### (Xunjian\w+)$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(alerts())
    assert len(told) == len(set(told))


def test_every_metric_that_is_asked_for_exists() -> None:
    known = {*Metrics().names(), "up", *(rule["record"] for rule in rules() if "record" in rule)}
    names = {selector.partition("{")[0] for rule in rules() for selector in selectors(rule["expr"])}
    assert names - known == set()
    assert len(names) > 20


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_old_and_new_prometheus_understand_it_alike(rule: dict[str, Any]) -> None:
    assert not NEWER.search(rule["expr"])
    # The ends of a range are both taken by 2.x and not by 3.x: a range as long as the scrape's interval may be empty.
    spans = [int(number) * {"m": 60, "h": 3600}[unit] for number, unit in re.findall(r"\[(\d+)([mh])", rule["expr"])]
    assert all(span >= 120 for span in spans)


def test_gauges_of_the_store_are_never_summed_over_those_who_tell_them() -> None:
    of_store = re.compile(r"sum[^(]*\((?:xunjian_accounts\w*|xunjian_findings_open|xunjian_bus_lag_records)")
    assert not [rule for rule in rules() if of_store.search(rule["expr"])]


@pytest.mark.parametrize("file", [GUIDE, *rule_files()], ids=lambda file: file.stem)
def test_a_remedy_is_a_command_that_does_something(file: Path) -> None:
    """A group without its command only shows what there is under it."""
    for group, command in re.findall(rf"xunjian ({'|'.join(GROUPS)})(?: (\w+))?\b", file.read_text("utf-8")):
        app = getattr(import_module(f"xunjian.commands.{group}"), f"{group}_app")
        known = {one.name or one.callback.__name__ for one in app.registered_commands}
        assert command in known, f"xunjian {group} {command}"
