"""`xunjian deliveries`: what was not delivered and why, and sending it once it can be."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.alerter.notices import OFF
from shared.clock import chinese_time, utc_now
from shared.delivery import Delivery, DeliveryState, Trouble
from shared.errors import InputError
from shared.events import FindingStatus
from shared.runtime.settings import load_settings
from shared.storage.store import Store, open_store, open_to_read
from xunjian.where import where

deliveries_app = typer.Typer(help="消息：未送达的、原因、补发。", no_args_is_help=True)

HEADERS = ("编号", "状态", "渠道", "单位", "内容", "入列时间", "次数", "原因")
_STATES = {
    DeliveryState.PENDING: "待发送",
    DeliveryState.SENT: "已送达",
    DeliveryState.DEAD: "无法送达",
    DeliveryState.UNROUTED: "没有去向",
    DeliveryState.MUTED: "无需发送",
}
_WAITING = (DeliveryState.PENDING, DeliveryState.DEAD)

Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@deliveries_app.command("list")
def list_deliveries(
    state: Annotated[DeliveryState | None, typer.Option(help="只列这种状态；不给则列未送达的")] = None,
    channel: Annotated[str | None, typer.Option(help="只列这个渠道")] = None,
    unit: Annotated[str | None, typer.Option(help="只列这个单位")] = None,
    config: Config = None,
) -> None:
    """列出未送达的消息及原因，先列停用的渠道。"""
    rows: list[Delivery] = []
    if (found := open_to_read(load_settings(config).store_url)) is not None:
        with closing(found) as store:
            rows = store.deliveries.listed(states=(state,) if state else (), channel=channel, unit=unit)
            now = utc_now()
            for trouble in store.channels.troubles():
                if trouble.off_since or trouble.retry_at > now:
                    typer.echo(_trouble(trouble))
    _show(rows, Console())
    typer.echo(f"共{len(rows)}条" if rows else "没有符合条件的消息")


@deliveries_app.command()
def resend(
    numbers: Annotated[list[str] | None, typer.Argument(metavar="编号", help="告警编号，可以多个")] = None,
    channel: Annotated[str | None, typer.Option(help="只补发这个渠道")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="只补发无法送达的")] = False,
    again: Annotated[bool, typer.Option("--again", help="已送达的也再发一次（须给出编号）")] = False,
    config: Config = None,
) -> None:
    """重新启用停用的渠道，未送达的消息立即补发；已送达的不重发，已解除的不补发。"""
    if again and not numbers:
        raise InputError("--again", "请给出要再发一次的编号")
    states = {DeliveryState.DEAD, *(() if dead else _WAITING), *((DeliveryState.SENT,) if again else ())}
    settings = load_settings(config)
    with closing(open_store(settings.store_url)) as store:
        now = utc_now()
        for name in _mended(store, channel, now):
            typer.echo(f"渠道 {name} 重新启用")
        for number in numbers or (None,):
            count = store.deliveries.make_due(states, now, channel=channel, number=number)
            typer.echo(f"{f'编号 {number}：' if number else ''}{count}条待补发，由运行中的告警服务发出")
        if left := store.deliveries.kept().get(DeliveryState.UNROUTED, 0):
            typer.echo(f"另有{left}条没有通知去向：请在设置 routes 中补充后重启")
    typer.echo(where(settings))


def _mended(store: Store, channel: str | None, now: datetime) -> Iterator[str]:
    for trouble in store.channels.troubles():
        if channel in (None, trouble.name):
            store.channels.mend(trouble.name, now)
            store.notices.withdraw(OFF, trouble.name)
            yield trouble.name


def _trouble(trouble: Trouble) -> str:
    since = f"已停用（{chinese_time(trouble.off_since)}起）" if trouble.off_since else "暂停"
    return f"渠道 {trouble.name} {since}：{trouble.error}；下次试发 {chinese_time(trouble.retry_at)}"


def _show(rows: Sequence[Delivery], console: Console) -> None:
    if not console.is_terminal:
        for row in rows:
            typer.echo(" | ".join(_cells(row)).replace("\n", " "))
        return
    table = Table(*HEADERS)
    for row in rows:
        table.add_row(*map(escape, _cells(row)))
    if rows:
        console.print(table)


def _cells(row: Delivery) -> tuple[str, ...]:
    solved = "（解除）" if row.status is FindingStatus.RESOLVED else ""
    return (
        row.finding.number,
        _STATES[row.state],
        row.channel or "—",
        row.unit,
        f"{solved}{row.finding.sentence}",
        chinese_time(row.queued_at),
        str(row.attempts),
        row.error or "—",
    )
