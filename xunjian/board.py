"""Where every account stands, as a table for people and as plain lines for everything else."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from shared.clock import chinese_time
from shared.runtime.metrics import Metrics
from shared.state import State
from shared.verdict import Verdict

HEADERS = ("账号", "平台", "主办单位", "最近发布", "静默", "结论", "原因")
NARROW = 120

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


def gravest_first(rows: Sequence[Verdict]) -> list[Verdict]:
    return sorted(rows, key=lambda row: (_GRAVEST_FIRST.index(row.state), row.account.platform, row.account.id))


_GRAVEST_FIRST = (
    State.ZOMBIE,
    State.OVERDUE,
    State.PROBLEM,
    State.CHECK,
    State.NEAR,
    State.GONE,
    State.UNVERIFIED,
    State.WAITING,
    State.OK,
    State.CANCELLED,
)


def table(rows: Sequence[Verdict], now: datetime, width: int, *, brief: bool, caption: str | None = None) -> Table:
    """The table that officials see; hostile names and reasons are escaped.

    `brief`: one line per account, for a screen that is redrawn. Below `NARROW` columns of `width` the unit is left out.
    """
    board = Table(title=f"政务新媒体巡检　{chinese_time(now)}（北京时间）", caption=caption, expand=True)
    shown = [header for header in HEADERS if width >= NARROW or header != "主办单位"]
    for header in shown:
        flexible = header in ("主办单位", "原因")
        ratio = {"主办单位": 2, "原因": 5}.get(header)
        board.add_column(header, ratio=ratio, no_wrap=brief or not flexible, overflow="ellipsis" if brief else "fold")
    for row in rows:
        cells = dict(zip(HEADERS, map(escape, _cells(row, now)), strict=True))
        cells["原因"] = escape(_in_brief(row)) if brief else cells["原因"]
        cells["结论"] = f"[{_COLOURS[row.state]}]{cells['结论']}[/]"
        board.add_row(*(cells[header] for header in shown))
    return board


def line(row: Verdict, now: datetime) -> str:
    """One account as one line of plain text, fields divided by ` | `."""
    return " | ".join(_cells(row, now)).replace("\n", " ")


def summary(rows: Sequence[Verdict]) -> str:
    """`共22个账号：正常8，僵尸账号2，…`"""
    counts = Counter(row.state for row in rows)
    parts = "，".join(f"{state.words}{counts[state]}" for state in _GRAVEST_FIRST if counts[state])
    return f"共{len(rows)}个账号：{parts}" if rows else "台账为空：请先执行 xunjian ledger import"


def count(rows: Sequence[Verdict], metrics: Metrics) -> None:
    """Put the states on the account gauge."""
    metrics.set_accounts(Counter((row.account.platform, str(row.state)) for row in rows))


def _cells(row: Verdict, now: datetime) -> tuple[str, ...]:
    silent = row.silent_days(now)
    return (
        row.account.name,
        row.account.platform_name,
        row.account.unit,
        chinese_time(row.newest_post_at) if row.newest_post_at else "—",
        f"{silent}天" if silent is not None else "—",
        row.state.words,
        row.why,
    )


def _in_brief(row: Verdict) -> str:
    """Silence as a number against its threshold; anything else needs its sentence."""
    first = next((finding for finding in row.findings if finding.sentence.rstrip("。") in row.why), None)
    if first is None or first.rule != "silent_account":
        return row.why
    return f"{first.measured}，标准{first.threshold}"
