"""What a command tells of itself is told whole, on a terminal of any width."""

import re

import pytest
from typer.testing import CliRunner

from xunjian.app import COMMANDS, GROUPS, make_app


@pytest.mark.parametrize("command", ["", *COMMANDS, *GROUPS])
def test_no_help_is_cut_short(command: str) -> None:
    shown = CliRunner().invoke(make_app(), [*command.split(), "--help"], env={"COLUMNS": "80"}, terminal_width=80)
    assert shown.exit_code == 0
    assert "用法：" in shown.output
    assert not re.search(r"Usage|Options|Commands|Arguments|\[default|\[required|<(?:str|path|int)", shown.output)
    assert not [line for line in shown.output.splitlines() if line.rstrip(" │").endswith("…")]
