"""Deliveries as people read them: cards on a terminal, lines for a pipe, a CSV file for the record."""

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from services.alerter.text import one_line
from shared.clock import chinese_time, to_shanghai
from shared.delivery import Delivery, DeliveryState
from shared.errors import InputError
from shared.events import FindingStatus
from shared.report_file import ReportDelivery
from shared.spreadsheet import csv_text
from shared.system_words import system_words

MOST_SHOWN = 200
HEADERS = ("编号", "状态", "渠道", "单位", "账号", "内容", "入列时间", "送达时间", "次数", "应答或原因")
MORE_HEADERS = ("告警指纹", "消息号", "送达时刻")
"""What the other side's log is searched by."""

_STATES = {
    DeliveryState.PENDING: "待发送",
    DeliveryState.SENT: "已送达",
    DeliveryState.DEAD: "无法送达",
    DeliveryState.UNROUTED: "没有去向",
    DeliveryState.MUTED: "无需发送",
}


def show(rows: Sequence[Delivery]) -> None:
    """Nobody reads more than `MOST_SHOWN` on a screen; a pipe and a file get all."""
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo(" | ".join(map(one_line, cells(row))))
        return
    console = Console()
    for row in rows[:MOST_SHOWN]:
        _card(row, console)
    if len(rows) > MOST_SHOWN:
        console.print(f"……还有{len(rows) - MOST_SHOWN}条；请加条件，或用 --csv 文件名 写入文件")


def report_line(row: ReportDelivery) -> str:
    """A list on its way to a reader."""
    when = chinese_time(row.sent_at) if row.sent_at else f"第{row.attempts + 1}次在{chinese_time(row.next_attempt_at)}"
    said = row.answer if row.state is DeliveryState.SENT else row.error
    return f"清单 {row.title} 寄给 {row.to}：{_STATES[row.state]}（{when}）{f'：{one_line(said)}' if said else ''}"


def cells(row: Delivery) -> tuple[str, ...]:
    return (
        row.finding.number,
        state_of(row),
        row.channel or "—",
        row.unit,
        row.account_key,
        _content(row),
        chinese_time(row.queued_at),
        chinese_time(row.sent_at) if row.sent_at else "—",
        str(row.attempts),
        _why(row) or "—",
    )


def write_csv(rows: Iterable[Delivery], file: Path) -> None:
    """All of it, with times in Beijing time and what identifies a message to the other side. Raises InputError."""
    try:
        # With the mark by which Excel knows UTF-8.
        with file.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow((*HEADERS, *MORE_HEADERS))
            for row in rows:
                number, *rest = cells(row)
                # Else a spreadsheet makes 123E4567 a number and 00012345 a shorter one.
                more = (f"#{row.fingerprint}", (row.sent_at and row.message_id) or "—", _exactly(row.sent_at))
                writer.writerow(map(csv_text, (f"#{number}", *rest, *more)))
    except OSError as error:
        raise InputError(str(file), f"写不了：{system_words(error)}；请换一个位置") from error


def _exactly(moment: datetime | None) -> str:
    return f"{to_shanghai(moment):%Y-%m-%d %H:%M:%S}（北京时间）" if moment else "—"


def state_of(row: Delivery) -> str:
    return "静默中" if row.held_by is not None and row.state is DeliveryState.PENDING else _STATES[row.state]


def _card(row: Delivery, console: Console) -> None:
    at = row.sent_at or row.queued_at
    head = f"{row.finding.number}  {state_of(row)}  {chinese_time(at)}  {row.channel or '—'} → {one_line(row.unit)}"
    console.print(Text(head))
    for line in filter(None, (f"{_content(row)}（{row.account_key}）", _tried(row))):
        console.print(Padding(Text(one_line(line)), (0, 0, 0, 4)))


def _tried(row: Delivery) -> str:
    why = _why(row)
    if row.state is DeliveryState.SENT:
        return f"对方应答：{why or '（未记录）'}"
    tried = f"已试{row.attempts}次，" if row.attempts else ""
    due = f"{tried}下次 {chinese_time(row.next_attempt_at)}。" if row.state is DeliveryState.PENDING else ""
    return f"{due}{why}"


def _why(row: Delivery) -> str:
    return (row.answer if row.state is DeliveryState.SENT else row.error) or ""


def _content(row: Delivery) -> str:
    return f"{'（解除）' if row.status is FindingStatus.RESOLVED else ''}{row.finding.sentence}"
