"""A rulebook has to load, be configurable, and be in force today."""

from datetime import timedelta
from pathlib import Path

from services.analyzer.in_force import Rulebooks, load_rulebooks
from tests.builders import NOW
from tests.xunjian.checks.signs import only
from xunjian.checks.diagnosis import Sign
from xunjian.checks.rulebooks import check_rulebooks

PLACE = "设置 rulebook（现为默认值）"


def test_the_one_that_is_built_in_is_in_force() -> None:
    found = list(check_rulebooks(lambda: load_rulebooks("cn"), NOW, PLACE))
    assert found[0].line.startswith("✓ 规则集：cn@")


def test_none_in_force_today_fails() -> None:
    check = only(check_rulebooks(lambda: load_rulebooks("cn"), NOW - timedelta(days=36_500), PLACE))
    assert check.sign is Sign.FAILED
    assert "没有一个规则集生效" in check.detail


def test_one_that_cannot_be_read_or_configured_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "extends: cn\nname: own\ntitle: 自己的\nversion: '1'\neffective_from: 2026-01-01\nentries: [{indicator: x}]\n"
    )

    def load() -> Rulebooks:
        return load_rulebooks(str(path))

    check = only(check_rulebooks(load, NOW, PLACE))
    assert check.sign is Sign.FAILED
    assert str(path) in check.detail
    assert only(check_rulebooks(lambda: load_rulebooks("nowhere"), NOW, PLACE)).sign is Sign.FAILED
