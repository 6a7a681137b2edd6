"""`xunjian deliveries`: what was told, what was not and why, and sending it once it can be."""

from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.alerter.notices import OFF
from shared.clock import chinese_time, utc_now
from shared.delivery import Delivery, DeliveryState, Trouble
from shared.errors import InputError
from shared.runtime.settings import load_settings
from shared.storage.deliveries import About
from shared.storage.store import Store, open_store, open_to_read
from xunjian.shown import told
from xunjian.shown.where import where
from xunjian.typed import moments, named

deliveries_app = typer.Typer(help="消息：送达了什么、未送达的原因、补发。", no_args_is_help=True)

_WAITING = (DeliveryState.PENDING, DeliveryState.DEAD)

Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]
Channel = Annotated[str | None, typer.Option(help="只要这个渠道的")]
Unit = Annotated[str | None, typer.Option(help="只要这个单位的")]
Account = Annotated[str | None, typer.Option(help="只要这个账号的：平台/账号ID、主页链接或名称")]


@deliveries_app.command("list")
def list_deliveries(
    *,
    state: Annotated[DeliveryState | None, typer.Option(help="只列这种状态；不给则列未送达的")] = None,
    channel: Channel = None,
    unit: Unit = None,
    account: Account = None,
    number: Annotated[str | None, typer.Option(help="只列这个告警编号的，不论状态")] = None,
    since: Annotated[str | None, typer.Option(help="只列这以后的：2026-11-01 或 '2026-11-01 08:00'")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="写入这个文件，可用 Excel 或 WPS 打开")] = None,
    config: Config = None,
) -> None:
    """列出未送达的消息及原因；已送达的用 --state sent，有时间和对方的应答，可作凭据。"""
    begins = moments.moment(since, "--since") if since else None
    rows: list[Delivery] = []
    if (found := open_to_read(load_settings(config).store_url)) is not None:
        with closing(found) as store:
            about = About(channel, unit, _key(store, account), _number(number), begins)
            states = tuple(DeliveryState) if number and state is None else (state,) if state else ()
            rows = store.deliveries.listed(states=states, about=about)
            if unit and not rows:
                named.unit_named(unit, store.accounts.all())
            _say_troubles(store, utc_now())
            if not (unit or account or number):
                _say_lists(store, states or _WAITING, channel)
    if csv is not None:
        told.write_csv(rows, csv)
        typer.echo(f"已写入 {csv.resolve()}")
    else:
        told.show(rows)
    is_narrowed = any((state, channel, unit, account, number, since))
    nothing = "没有符合条件的消息" if is_narrowed else "没有未送达的消息；已送达的用 --state sent 查看"
    typer.echo(f"共{len(rows)}条" if rows else nothing)


@deliveries_app.command()
def resend(
    numbers: Annotated[list[str] | None, typer.Argument(metavar="编号", help="告警编号，可以多个")] = None,
    *,
    channel: Channel = None,
    unit: Unit = None,
    account: Account = None,
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
        about = About(channel, unit, _key(store, account))
        for name in _mended(store, channel, now):
            typer.echo(f"渠道 {name} 重新启用")
        for number in map(_number, numbers or (None,)):
            typer.echo(_resent(store, states, replace(about, number=number), now))
        if not (numbers or unit or account) and (lists := store.report_deliveries.make_due(states, now, channel)):
            typer.echo(f"{lists}份清单待补寄，由运行中的告警服务寄出")
        if left := store.deliveries.kept().get(DeliveryState.UNROUTED, 0):
            typer.echo(f"另有{left}条没有通知去向：请在设置 routes 中补充后重启")
    typer.echo(where(settings))


def _resent(store: Store, states: set[DeliveryState], about: About, now: datetime) -> str:
    rows = store.deliveries.listed(states=states, about=about)
    silenced = store.silences.covering([(row.finding, row.unit) for row in rows], now)
    count = store.deliveries.make_due(states, now, about)
    which = f"编号 {about.number}：" if about.number else ""
    if not count and about.number:
        return f"{which}{_why_nothing(store.deliveries.listed(states=tuple(DeliveryState), about=about))}"
    quiet = f"；其中{len(silenced)}项在静默中，静默结束后发出（xunjian silence list）" if silenced else ""
    return f"{which}{count}条待补发，由运行中的告警服务发出{quiet}"


def _why_nothing(rows: list[Delivery]) -> str:
    if not rows:
        return "没有这样的消息；请核对编号和条件"
    states = "、".join(dict.fromkeys(told.state_of(row) for row in rows))
    sent = any(row.state is DeliveryState.SENT for row in rows)
    return f"没有可补发的（{states}）{'；确要再发一次请加 --again' if sent else ''}"


def _mended(store: Store, channel: str | None, now: datetime) -> Iterator[str]:
    for trouble in store.channels.troubles():
        if channel in (None, trouble.name):
            store.channels.mend(trouble.name, now)
            store.notices.withdraw(OFF, trouble.name)
            yield trouble.name


def _key(store: Store, account: str | None) -> str | None:
    """An account that left the ledger still has its messages, under its key."""
    if account is None or any(store.deliveries.listed(states=tuple(DeliveryState), about=About(account_key=account))):
        return account
    return named.account_named(account, store.accounts.all()).key


def _number(number: str | None) -> str | None:
    return number.strip().lstrip("#").upper() if number else None


def _say_lists(store: Store, states: Collection[DeliveryState], channel: str | None) -> None:
    for row in store.report_deliveries.listed(states):
        if channel in (None, row.channel):
            typer.echo(told.report_line(row))


def _say_troubles(store: Store, now: datetime) -> None:
    for trouble in store.channels.troubles():
        if trouble.off_since or trouble.retry_at > now:
            typer.echo(_trouble(trouble))


def _trouble(trouble: Trouble) -> str:
    since = f"已停用（{chinese_time(trouble.off_since)}起）" if trouble.off_since else "暂停"
    return f"渠道 {trouble.name} {since}：{trouble.error}；下次试发 {chinese_time(trouble.retry_at)}"
