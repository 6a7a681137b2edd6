"""Where a test message goes: a channel of the settings, or a unit's own mailboxes and robots."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from services.alerter.__main__ import channel_options
from services.alerter.building import build_channels, channel_kinds
from services.alerter.channels.base import Channel
from services.alerter.own import MAIL, ROBOT, Destination, Own, own_channels
from services.alerter.text import one_line
from shared.account import Account
from shared.errors import InputError, PermanentError
from shared.nearest import advice
from shared.runtime.settings import Settings
from shared.storage.store import open_to_read
from xunjian.typed import named


def targets(name: str, to: str | None, unit: str | None, settings: Settings) -> Sequence[Destination]:
    """One, or all of a unit. Raises InputError naming the option, PermanentError for what the ledger has wrong."""
    if name in (MAIL, ROBOT):
        if to is not None:
            raise InputError("--to", f"{name} 按台账发送；请去掉 --to，或测试寄信用的渠道")
        return _of_unit(name, unit, settings)
    if unit is not None:
        raise InputError("--unit", f"只用于 {MAIL} 和 {ROBOT}；请去掉 --unit")
    return [Destination(_channel(name, to, settings), name, "")]


def _of_unit(name: str, unit: str | None, settings: Settings) -> Sequence[Destination]:
    if unit is None:
        raise InputError("--unit", f"{name} 按台账发送；请用 --unit 写明测试哪个单位的")
    own = own_channels(build_channels(channel_options(settings), settings.file), settings.unit_mail, channel_kinds())
    channel, accounts = own[name], _accounts(settings)
    if not accounts:
        raise InputError("台账", "还没有导入；请先执行 xunjian ledger import 文件")
    whose = named.unit_named(unit, accounts)
    if not isinstance(channel, Own):
        raise TypeError(f"{name} is no channel by the ledger")
    theirs = [account for account in accounts if account.unit == whose and _own(account, name)]
    for account in theirs:
        if name == ROBOT and account.robot in settings.channels:
            remedy = f"请执行 xunjian channel test {account.robot}"
            raise InputError("--unit", f"{one_line(whose)} 的{ROBOT}就是设置中的渠道 {account.robot}；{remedy}")
    if not theirs:
        raise PermanentError(f"台账中 {one_line(whose)} 没有{name}；请补上后重新导入")
    return list({made.digest: made for made in map(channel.destination, theirs)}.values())


def own_in_ledger(settings: Settings) -> dict[str, int]:
    """How many units have a mailbox or a robot of their own."""
    accounts = _accounts(settings)
    return {name: len({account.unit for account in accounts if _own(account, name)}) for name in (MAIL, ROBOT)}


def _own(account: Account, name: str) -> bool:
    return bool(account.mail if name == MAIL else account.robot)


def _accounts(settings: Settings) -> list[Account]:
    store = open_to_read(settings.store_url)
    if store is None:
        return []
    with closing(store):
        return store.accounts.all()


def _channel(name: str, to: str | None, settings: Settings) -> Channel:
    options = channel_options(settings)
    if name not in options:
        raise InputError("渠道", f"没有 {one_line(name, 40)}；{advice(name, options)}全部见 xunjian channel list")
    channel = build_channels({name: options[name]}, settings.file)[name]
    if "to" not in type(channel).model_fields:
        if to is not None:
            raise InputError("--to", f"渠道 {name} 不是邮件渠道，收件人由对方定；请去掉 --to")
        return channel
    if to is None and not channel.has_recipient:
        raise InputError("--to", f"渠道 {name} 没有自己的收件人；请用 --to 邮箱 指定")
    return _addressed(name, to, options[name]) if to else channel


def _addressed(name: str, to: str, given: Mapping[str, Any]) -> Channel:
    try:
        return build_channels({name: {**given, "to": [to]}})[name]
    except InputError:
        raise InputError("--to", f"“{one_line(to, 60)}”不是邮箱地址；请写成 name@example.gov.cn") from None
