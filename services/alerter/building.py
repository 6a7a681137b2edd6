"""The channels as the settings name them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.alerter.channels.base import Channel
from services.alerter.message import Message
from shared.errors import ChannelError, InputError
from shared.plugins import discover
from shared.validation import validated


class Gone(Channel):
    """In place of a channel that messages wait for and the settings no longer hold."""

    def send(self, message: Message, now: datetime) -> str:
        raise ChannelError("设置中已没有这个渠道；请在 channels 中恢复，同名的渠道会补发")


def build_channels(options: Mapping[str, Mapping[str, Any]]) -> dict[str, Channel]:
    """Configured channels by name: `{type: file name of a channel, ...its options}`.

    Raises InputError naming channel and option, never its value, which may be a secret.
    """
    known = discover("services.alerter.channels", Channel)
    return {name: _build(name, dict(given), known) for name, given in options.items()}


def _build(name: str, given: dict[str, Any], known: Mapping[str, type[Channel]]) -> Channel:
    place = f"channels.{name}"
    kind = given.pop("type", None)
    if kind not in known:
        raise InputError(f"{place}.type", f"没有类型 {kind}；可选：{'、'.join(sorted(known))}")
    return validated(known[kind], given, place)
