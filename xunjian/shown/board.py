"""Where every account stands, as a table for people and as plain lines for everything else."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from shared.clock import chinese_time
from shared.standing import Standing
from shared.state import State

HEADERS = ("账号", "平台", "主办单位", "最近发布", "静默", "结论", "原因")
NARROW = 120
_WIDEST_NAME = 30
_UNKNOWN = "-"
"""As wide in every font: a dash is one column here and two there."""

_COLOURS = {
    State.OK: "green",
    State.NEAR: "yellow",
    State.OVERDUE: "red",
    State.ZOMBIE: "bold red",
    State.PROBLEM: "red",
    State.CHECK: "yellow",
    State.GONE: "magenta",
    State.UNVERIFIED: "cyan",
    State.WAITING: "dim",
    State.CANCELLED: "dim",
}


def table(rows: Sequence[Standing], now: datetime, width: int, *, brief: bool, caption: str | None = None) -> Table:
    """The table that officials see; hostile names and reasons are escaped.

    `brief`: nothing is broken, for a screen that is redrawn; else nothing is cut. Below `NARROW` columns of `width` an
    account has two lines: name, platform and state on the first, unit and reason on the second.
    """
    board = Table(title=f"政务新媒体巡检　{chinese_time(now)}（北京时间）", caption=caption, expand=True)
    (_wide if width >= NARROW else _narrow)(board, rows, now, brief=brief)
    return board


def lines_each(width: int) -> int:
    """Of one account in a brief table."""
    return 1 if width >= NARROW else 2


def _wide(board: Table, rows: Sequence[Standing], now: datetime, *, brief: bool) -> None:
    for header in HEADERS:
        ratio = {"主办单位": 2, "原因": 5}.get(header)
        is_short = ratio is None and header != "账号"
        board.add_column(
            header,
            ratio=ratio,
            max_width=_WIDEST_NAME if header == "账号" else None,
            no_wrap=brief or is_short,
            overflow="ellipsis" if brief else "fold",
        )
    for row in rows:
        cells = dict(zip(HEADERS, map(escape, _cells(row, now)), strict=True))
        cells["原因"] = escape(row.brief) if brief else cells["原因"]
        cells["结论"] = _coloured(row)
        board.add_row(*cells.values())


def _narrow(board: Table, rows: Sequence[Standing], now: datetime, *, brief: bool) -> None:
    for header, ratio in (("账号\n主办单位", 5), ("结论\n原因", 6)):
        board.add_column(header, ratio=ratio, no_wrap=brief, overflow="ellipsis" if brief else "fold")
    board.show_lines = not brief
    for row in rows:
        cells = dict(zip(HEADERS, map(escape, _cells(row, now)), strict=True))
        silent = f"　静默{cells['静默']}" if row.state.is_silence else ""
        board.add_row(
            f"{cells['账号']}（{cells['平台']}）\n[dim]{cells['主办单位']}[/]",
            f"{_coloured(row)}{silent}\n{escape(row.brief) if brief else cells['原因']}",
        )


def _coloured(row: Standing) -> str:
    return f"[{_COLOURS[row.state]}]{row.state.words}[/]"


def line(row: Standing, now: datetime) -> str:
    """One account as one line of plain text, fields divided by ` | `."""
    return " | ".join(_cells(row, now)).replace("\n", " ")


def summary(counts: Mapping[State, int]) -> str:
    """`共22个账号：僵尸账号2，…，正常8`, gravest first."""
    parts = "，".join(f"{state.words}{counts[state]}" for state in State if counts.get(state))
    total = sum(counts.values())
    return f"共{total}个账号：{parts}" if total else "台账为空：请先执行 xunjian ledger import"


def _cells(row: Standing, now: datetime) -> tuple[str, ...]:
    silent = row.silent_days(now)
    return (
        row.account.name,
        row.account.platform_name,
        row.account.unit,
        chinese_time(row.newest_post_at) if row.newest_post_at else _UNKNOWN,
        f"{silent}天" if silent is not None else _UNKNOWN,
        row.state.words,
        row.why,
    )
