"""`xunjian channel`: what messages are sent by, and whether the other side really takes one."""

import getpass
import os
import socket
from base64 import b64decode
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.alerter.__main__ import channel_options
from services.alerter.building import build_channels
from services.alerter.message import Message, MessageEvent
from services.alerter.own import Destination
from services.alerter.routes import OPERATORS, Routes, build_routes
from services.alerter.text import one_line
from shared.clock import chinese_time, utc_now
from shared.delivery import Trouble
from shared.errors import ChannelError, InputError, PermanentError, TransientError
from shared.events import Severity
from shared.report_file import Attachment
from shared.runtime.settings import Settings, load_settings
from shared.storage.store import open_to_read
from xunjian.typed.targets import own_in_ledger, targets

channel_app = typer.Typer(help="渠道：列出、发一条测试消息。", no_args_is_help=True)

REFUSED = 1
_PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAPAAAABQAQMAAAAdh2o/AAAABlBMVEUufTL////DH+/PAAAAM0lEQVR42mNgGKqAkfkPHtmDTPh1"
    "E5RuZMQJmBgoNXxUelR6VHpUelR6VHpUmv7V+9AFAESqBKSLUSBgAAAAAElFTkSuQmCC"
)
"""A green field with a white frame, 240 by 80: a PNG."""
_NO_PICTURES = "这个渠道不显示截图，消息里有证据编号；飞书机器人要填 app_id、app_secret，钉钉机器人只能显示公网上的图片"
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@channel_app.command("list")
def list_channels(config: Config = None) -> None:
    """列出设置中的渠道：类型、谁用它、是否停用。"""
    settings = load_settings(config)
    channels = build_channels(channel_options(settings), settings.file)
    routes = build_routes(settings.routes, settings.operators, settings.file)
    troubles = _troubles(settings)
    for name in channels:
        typer.echo(f"{name}（{settings.channels[name].get('type')}）")
        typer.echo(f"    用于：{'；'.join(_uses(name, routes)) or '（routes 和 operators 中都没有它，不会有消息）'}")
        if name in troubles:
            typer.echo(f"    {_trouble(troubles[name])}")
    for name, count in _own(settings).items():
        if count:
            typer.echo(f"{name}（台账）\n    用于：{count}个单位自己的；测试：xunjian channel test {name} --unit 单位")
    routes.check(channels)
    typer.echo(f"共{len(channels)}个渠道；发一条测试消息：xunjian channel test 名称")


@channel_app.command("test")
def try_out(
    name: Annotated[str, typer.Argument(metavar="名称", help="设置 channels 中的名称，或 通知邮箱、通知机器人")],
    to: Annotated[str | None, typer.Option(metavar="邮箱", help="只发给这个邮箱（邮件渠道）")] = None,
    unit: Annotated[str | None, typer.Option(help="台账中这个单位自己的（通知邮箱、通知机器人）")] = None,
    picture: Annotated[bool, typer.Option("--picture", help="并发一张测试图：留证截图能否送达")] = False,
    config: Config = None,
) -> None:
    """发一条测试消息，显示对方的真实应答；对方收下才算成功（退出码0），否则为1。不影响正式消息。"""
    settings = load_settings(config)
    now = utc_now()
    refused = [
        _refused(one, now) or (picture and _refused(one, now, Attachment("测试截图.png", "image/png", _PICTURE)))
        for one in targets(name, to, unit, settings)
    ]
    if any(refused):
        raise typer.Exit(REFUSED)
    typer.echo(f"请到收件的群、邮箱或系统里确认看到了“【{MessageEvent.TEST.words}】”")
    if name in (troubles := _troubles(settings)):
        typer.echo(_trouble(troubles[name]))
        typer.echo(f"现已能送达；重新启用并补发：xunjian deliveries resend --channel {name}")


def _refused(destination: Destination, now: datetime, picture: Attachment | None = None) -> bool:
    channel, message = destination.channel, test_message(destination.shown, now)
    if picture and not channel.shows_pictures:
        typer.echo(f"渠道 {destination.shown}：{_NO_PICTURES}")
        return True
    try:
        answer = channel.send_file(message, picture, now) if picture else channel.send(message, now)
    except (TransientError, PermanentError) as error:
        typer.echo(f"渠道 {destination.shown} 没有送达：{destination.said(str(error))}")
        typer.echo(_meaning(error))
        return True
    typer.echo(f"渠道 {destination.shown} 已送达，对方应答：{destination.said(answer) or '（无）'}")
    return False


def test_message(name: str, now: datetime) -> Message:
    """It is about no account and asks nothing of anybody."""
    return Message(
        event=MessageEvent.TEST,
        unit=OPERATORS,
        title=f"【{MessageEvent.TEST.words}】渠道 {one_line(name, 40)} 的测试消息",
        lines=(
            "这是一条测试消息，不涉及任何账号和单位，收到后无需处理。",
            f"由 {_sender()} 于{chinese_time(now)}（北京时间）从 {one_line(socket.gethostname(), 60)} 发出。",
        ),
        severity=Severity.INFO,
        at=now,
    )


def _meaning(error: TransientError | PermanentError) -> str:
    if isinstance(error, ChannelError):
        return "这是渠道的设置或对方的限制：改正之前，这个渠道什么也发不出去；改好后再试一次"
    if isinstance(error, TransientError):
        return "若是第一次设置，多半是地址、端口或防火墙不对；若一向能用，则是暂时的，正式消息会自动重试"
    return "对方不收这条消息：请核对收件人，或看对方应答里的原因"


def _troubles(settings: Settings) -> dict[str, Trouble]:
    """By name; none where there is no database yet, or it does not answer: sending needs none."""
    try:
        found = open_to_read(settings.store_url)
    except (TransientError, InputError) as error:
        typer.echo(f"未能查看渠道是否停用：{error}", err=True)
        return {}
    if found is None:
        return {}
    with closing(found) as store:
        return {trouble.name: trouble for trouble in store.channels.troubles()}


def _own(settings: Settings) -> dict[str, int]:
    try:
        return own_in_ledger(settings)
    except (TransientError, InputError):  # said already, where the troubles were asked for
        return {}


def _trouble(trouble: Trouble) -> str:
    if trouble.off_since is None:
        return f"暂停，{chinese_time(trouble.retry_at)}再试：{trouble.error}"
    return f"已停用（{chinese_time(trouble.off_since)}起）：{trouble.error}"


def _uses(name: str, routes: Routes) -> Sequence[str]:
    uses = [_whose(route.units, route.regions) for route in routes.routes if name in route.channels]
    return [*uses, *(["运维"] if name in routes.operators else [])]


def _whose(units: Sequence[str], regions: Sequence[str]) -> str:
    given = [*units, *regions]
    shown = "、".join(given[:3]) + (f"等{len(given)}个" if len(given) > 3 else "")
    return shown or "其余各单位"


def _sender() -> str:
    try:
        return one_line(getpass.getuser(), 40)
    except (OSError, KeyError):  # a container's user need not have a name
        return f"用户 {os.getuid()}"
