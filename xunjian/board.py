"""Where every account stands, as a table for people and as plain lines for everything else."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.markup import escape
from rich.table import Table

from shared.clock import chinese_time
from shared.metrics import Metrics
from shared.store import Store
from shared.verdict import State, Verdict, verdict

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


def verdicts(store: Store, now: datetime, fresh: timedelta) -> list[Verdict]:
    """Every account of the ledger, gravest state first."""
    findings = store.findings_as_of(now)
    rows = [verdict(account, store.looks_as_of(account.key, now), findings, now, fresh) for account in store.accounts()]
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


def table(rows: Sequence[Verdict], now: datetime, caption: str | None = None) -> Table:
    """The table that officials see; hostile names and reasons are escaped."""
    board = Table(title=f"政务新媒体巡检　{chinese_time(now)}（北京时间）", caption=caption, expand=True)
    for header, ratio in (("账号", 3), ("平台", 2), ("主办单位", 4), ("最近发布", 3)):
        board.add_column(header, ratio=ratio, overflow="fold")
    board.add_column("静默", justify="right", ratio=1)
    board.add_column("结论", ratio=2)
    board.add_column("原因", ratio=9, overflow="fold")
    for row in rows:
        colour = _COLOURS[row.state]
        state = f"[{colour}]{row.state.words}[/{colour}]"
        name, platform, unit, newest, silent, why = map(escape, _cells(row, now))
        board.add_row(name, platform, unit, newest, silent, state, why)
    return board


def line(row: Verdict, now: datetime) -> str:
    """One account as one line of plain text, fields divided by ` | `."""
    name, platform, unit, newest, silent, why = _cells(row, now)
    return " | ".join((name, platform, unit, newest, silent, row.state.words, why)).replace("\n", " ")


def summary(rows: Sequence[Verdict]) -> str:
    """`共22个账号：正常8，僵尸账号2，…`"""
    counts = Counter(row.state for row in rows)
    parts = "，".join(f"{state.words}{counts[state]}" for state in _GRAVEST_FIRST if counts[state])
    return f"共{len(rows)}个账号：{parts}" if rows else "台账为空：请先执行 xunjian ledger import"


def count(rows: Sequence[Verdict], metrics: Metrics) -> None:
    """Put the states on the account gauge."""
    metrics.set_accounts(Counter((row.account.platform, str(row.state)) for row in rows))


def _cells(row: Verdict, now: datetime) -> tuple[str, str, str, str, str, str]:
    silent = row.silent_days(now)
    return (
        row.account.name,
        row.account.platform_name,
        row.account.unit,
        chinese_time(row.newest_post_at) if row.newest_post_at else "—",
        f"{silent}天" if silent is not None else "—",
        row.why,
    )
