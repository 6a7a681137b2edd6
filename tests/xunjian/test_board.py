"""The table of accounts, as terminals of any width show it."""

import pytest
from rich.cells import cell_len
from rich.console import Console

from shared.standing import Standing
from shared.state import State
from tests.builders import NOW, a_finding, an_account, days
from xunjian.shown import board

NAME = "青禾县公安局交通警察大队官方发布账号（政务）"
UNIT = "云川市青禾县人民政府办公室（青禾县大数据发展管理局、青禾县政务公开领导小组办公室）"
WHY = "出现访问验证页（环境异常或访问过于频繁）（最近一次成功核查为2026-11-01 12:00，尚未恢复）"
OVERDUE = a_finding(state=State.OVERDUE)
ROWS = [
    Standing(account=an_account("1", name=NAME, unit=UNIT), state=State.UNVERIFIED, why=WHY),
    Standing(
        account=an_account("2", name="青禾发布[red]x[/]", platform="wechat"),
        state=State.OVERDUE,
        why=OVERDUE.sentence,
        newest_post_at=NOW - days(20),
        findings=(OVERDUE,),
    ),
]


def shown(width: int, *, brief: bool) -> list[str]:
    console = Console(width=width, force_terminal=True, color_system=None, record=True, quiet=False)
    with console.capture() as captured:
        console.print(board.table(ROWS, NOW, width, brief=brief))
    return captured.get().splitlines()


def text_of(lines: list[str], column: int) -> str:
    """All that one column of the table holds, without its breaks."""
    cells = [line.strip("│").split("│") for line in lines if line.startswith("│")]
    return "".join(cell[column].replace(" ", "") for cell in cells)


@pytest.mark.parametrize("width", [40, 60, 80, 119, 120, 160, 240])
@pytest.mark.parametrize("brief", [True, False])
def test_every_line_is_as_wide_as_the_terminal_and_no_wider(width: int, brief: bool) -> None:
    lines = shown(width, brief=brief)
    assert {cell_len(line) for line in lines if line[0] in "┏┡└│├"} == {width}


@pytest.mark.parametrize("width", [40, 60, 80, 119, 120, 160, 240])
def test_the_last_table_cuts_nothing(width: int) -> None:
    lines = shown(width, brief=False)
    text = "".join(text_of(lines, column) for column in range(2 if width < board.NARROW else 7))
    for whole in (NAME, UNIT, "青禾发布[red]x[/]", "微信公众号", "未能核实", WHY, OVERDUE.sentence):
        assert whole.replace(" ", "") in text
    assert "…" not in text


def test_at_80_columns_an_account_has_two_lines() -> None:
    lines = [line for line in shown(80, brief=True) if line.startswith("│")]
    assert len(lines) == board.lines_each(80) * len(ROWS)
    assert "微信公众号" in lines[2]
    assert "超期未更新　静默20天" in lines[2]
    assert "青禾县政府办" in lines[3]
    assert "静默20天，标准14天" in lines[3]


def test_from_120_columns_an_account_has_one_line() -> None:
    assert len([line for line in shown(120, brief=True) if line.startswith("│")]) == len(ROWS)
