"""The PrometheusRule of k8s/, made of monitoring/rules/*.yaml, which Prometheus itself reads."""

from pathlib import Path
from typing import Any

import yaml

from scripts.manifests.rendering import K8S, ROOT

SOURCE = ROOT / "monitoring" / "rules"
TARGET = K8S / "components" / "monitoring" / "rules.yaml"
REMEDY = "python -m scripts.manifests --write"
_HEAD = f"# Made of monitoring/rules/ by `{REMEDY}`: change it there.\n"


def rule_files(folder: Path = SOURCE) -> list[Path]:
    """Rules, and not the tests of rules, which may lie beside them."""
    return [file for file in sorted(folder.glob("*.y*ml")) if "groups" in (_read(file) or {})]


def made(folder: Path = SOURCE) -> str:
    """The manifest's text."""
    groups = [group for file in rule_files(folder) for group in _read(file)["groups"]]
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "xunjian"},
        "spec": {"groups": groups},
    }
    return _HEAD + yaml.dump(manifest, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


class _Dumper(yaml.SafeDumper):
    """Expressions of several lines stay readable."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def drift() -> list[str]:
    is_same = TARGET.read_text(encoding="utf-8") == made()
    return [] if is_same else [f"{TARGET.relative_to(ROOT)} differs from monitoring/rules: {REMEDY}"]


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
