"""A unit's own mailbox and robot as the ledger has them: two channels that need no setting of the unit's."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import PrivateAttr

from services.alerter.channels.base import Channel, RecipientBusyError
from services.alerter.message import Message
from shared.account import Account
from shared.errors import ChannelError, InputError, PermanentError
from shared.mailbox import masked
from shared.robots import is_address, parse_robot
from shared.validation import validated

MAIL, ROBOT = "通知邮箱", "通知机器人"
"""Names of the two in the delivery ledger; no channel of the settings may have them."""
_KINDS = {"dingtalk": "钉钉机器人", "wecom": "企业微信机器人", "feishu": "飞书机器人"}


@dataclass(frozen=True)
class Destination:
    """One mailbox or robot. `shown` may be said aloud; `digest` tells it from others and gives nothing away."""

    channel: Channel = field(repr=False)
    shown: str
    digest: str
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    is_alone: bool = False
    """A far side of its own: whatever it answers is its own matter, and its rate too."""

    def said(self, text: str) -> str:
        """What may be kept of an answer."""
        for secret, shown in self.hidden:
            text = text.replace(secret, shown)
        return text

    def is_blamed_for(self, error: Exception) -> bool:
        """False: it is the server's matter, and with it every unit's."""
        return self.is_alone or isinstance(error, RecipientBusyError)


class Own(Channel):
    """Whom a message goes to is asked of the ledger, message by message."""

    def destination(self, account: Account | None) -> Destination:
        """Raises PermanentError when the account has none that can be used, ChannelError when no account has."""
        raise NotImplementedError

    def send(self, message: Message, now: datetime) -> str:
        raise ChannelError("这个渠道只按台账发送，不能用于 routes 和 operators；请改用设置里的渠道")


class UnitMail(Own):
    """`carrier`: the channel whose server and sender are used; null: `lacking` says why there is none."""

    carrier: Channel | None
    lacking: str = ""
    _known: dict[tuple[str, ...], Destination] = PrivateAttr(default_factory=dict)

    def destination(self, account: Account | None) -> Destination:
        if self.carrier is None:
            raise ChannelError(self.lacking)
        if account is None or not account.mail:
            raise PermanentError("台账中已没有通知邮箱；请补上后重新导入")
        # Kept: a channel remembers who put it off.
        if account.mail not in self._known:
            self._known[account.mail] = self._made(self.carrier, account.mail)
        return self._known[account.mail]

    def _made(self, carrier: Channel, addresses: tuple[str, ...]) -> Destination:
        channel = carrier.addressed_to(addresses)
        if channel is None:
            raise ChannelError("设置 unit_mail 所指的渠道不能寄信；请改为 email 类型的渠道")
        hidden = tuple((address, masked(address)) for address in addresses)
        server = repr(carrier.model_dump(mode="json", exclude={"to", "password"}))
        digest = _digest(server, *sorted(addresses))
        return Destination(channel, "、".join(shown for _, shown in hidden), digest, hidden)


class UnitRobot(Own):
    """`kinds`: the channels there are, by file name."""

    kinds: dict[str, type[Channel]]
    _known: dict[str, Destination] = PrivateAttr(default_factory=dict)

    def destination(self, account: Account | None) -> Destination:
        robot = account.robot if account else None
        if robot is None:
            raise PermanentError("台账中已没有通知机器人；请补上后重新导入")
        if robot not in self._known:
            self._known[robot] = self._made(robot)
        return self._known[robot]

    def _made(self, robot: str) -> Destination:
        if not is_address(robot):
            raise PermanentError(
                f"台账中的通知机器人“{robot[:20]}”不是机器人地址，也不是设置 channels 中的渠道；请改正其一"
            )
        address = parse_robot(robot)
        name = "key" if address.kind == "wecom" else "token"
        # 企业微信 knows no signing secret.
        signed = address.secret and address.kind != "wecom"
        options = {name: address.token} | ({"secret": address.secret} if signed else {})
        channel = validated(self.kinds[address.kind], options, ROBOT)
        digest = _digest(address.kind, address.token, address.secret or "")
        hidden = tuple((secret, "***") for secret in (address.token, address.secret) if secret)
        return Destination(channel, f"{_KINDS[address.kind]}（地址指纹 {digest[:6]}）", digest, hidden, is_alone=True)


def own_channels(
    channels: Mapping[str, Channel], unit_mail: str | None, kinds: Mapping[str, type[Channel]]
) -> dict[str, Channel]:
    """The two, over the channels of the settings. Raises InputError for a `unit_mail` that carries no mail."""
    for name in (MAIL, ROBOT):
        if name in channels:
            raise InputError(f"channels.{name}", "这个名称留给台账里的同名列；请换一个渠道名称")
    carrier, lacking = carrier_of(channels, unit_mail, "unit_mail")
    mail = UnitMail(carrier=channels[carrier] if carrier else None, lacking=lacking)
    return {MAIL: mail, ROBOT: UnitRobot(kinds=dict(kinds))}


def carrier_of(channels: Mapping[str, Channel], named: str | None, place: str) -> tuple[str | None, str]:
    """The channel whose server carries mail to other addresses than its own; null with the reason.

    Raises InputError at `place` when the one `named` carries no mail.
    """
    carriers = sorted(name for name, channel in channels.items() if channel.addressed_to(()) is not None)
    there = f"；email 类型的渠道有：{'、'.join(carriers)}" if carriers else "，channels 中也没有一个"
    if named is not None and named not in carriers:
        raise InputError(place, f"{named} 不是 email 类型的渠道{there}")
    if named is None and len(carriers) > 1:
        return None, f"有几个 email 渠道（{'、'.join(carriers)}），不知用哪个；请在设置中写 unit_mail: 渠道名称"
    if not named and not carriers:
        return None, "要寄邮件，但设置 channels 里没有 email 类型的渠道；请添加一个（to 可不填）"
    return named or carriers[0], ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
