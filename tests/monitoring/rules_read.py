"""The rules as they lie in the repository."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.paths import ROOT

FOLDER = ROOT / "monitoring/rules"
CASES = Path(__file__).with_name("rules")
_METRIC = re.compile(r"\b(?:xunjian_\w+|process_\w+|up|[a-z_]+:xunjian_[\w:]+)\b(?:\{[^}]*\})?")


def rule_files() -> list[Path]:
    return sorted(FOLDER.glob("*.yaml"))


def case_files() -> list[Path]:
    return sorted(CASES.glob("*.yaml"))


def rules() -> list[dict[str, Any]]:
    """Alerts and recording rules alike."""
    groups = [group for file in rule_files() for group in yaml.safe_load(file.read_text("utf-8"))["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def selectors(expression: str) -> list[str]:
    """What an expression asks for: `xunjian_deliveries_total{result="sent"}`."""
    return _METRIC.findall(re.sub(r"\b(?:by|on|without) \([^)]*\)", "", expression))
