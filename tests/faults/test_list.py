"""docs/faults.md names every fault there has to be a test for, and tests that show it."""

import ast
import re
from collections import defaultdict

import pytest

from shared.runtime.settings import load_settings
from tests.paths import ROOT

NUMBERS = [*range(1, 21), *range(24, 30), *range(31, 37), *range(40, 43)]
_ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def shown_by() -> dict[int, set[str]]:
    """Number -> files that have a test marked with it."""
    found: dict[int, set[str]] = defaultdict(set)
    for file in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                for number in node.args:
                    found[ast.literal_eval(number)].add(file.relative_to(ROOT / "tests").as_posix())
    return found


def rows() -> dict[int, set[str]]:
    text = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
    return {int(number): set(re.findall(r"`([^`]+\.py)`", files)) for number, _, _, files in _ROW.findall(text)}


def test_every_fault_has_a_test() -> None:
    assert sorted(shown_by()) == NUMBERS


def test_the_table_agrees_with_the_tests() -> None:
    """It need not name every test of a fault, and names none that does not show it."""
    shown, said = shown_by(), rows()
    assert sorted(said) == NUMBERS
    assert {number: files - shown[number] for number, files in said.items()} == {number: set() for number in NUMBERS}
    assert all(said.values())


def test_what_the_makefile_sets_for_its_tests_stops_no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their services inherit it, and refuse what they do not know."""
    variables = re.findall(r"\b(XUNJIAN_\w+)=(\w*) ", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert ("XUNJIAN_TEST_FAULTS", "all") in variables
    for name, text in variables:
        monkeypatch.setenv(name, text)
    load_settings(needs_store=False)
