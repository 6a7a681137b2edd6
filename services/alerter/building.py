"""The channels as the settings name them."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
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


def build_channels(options: Mapping[str, Mapping[str, Any]], file: Path | None = None) -> dict[str, Channel]:
    """Configured channels by name: `{type: file name of a channel, ...its options}`, as the settings `file` has them.

    Raises InputError naming channel and option, never its value, which may be a secret.
    """
    known = channel_kinds()
    return {name: _build(name, dict(given), known, file) for name, given in options.items()}


def channel_kinds() -> dict[str, type[Channel]]:
    """The channels there are, by file name."""
    return discover("services.alerter.channels", Channel)


def _build(name: str, given: dict[str, Any], known: Mapping[str, type[Channel]], file: Path | None) -> Channel:
    place = f"channels.{name}"
    kind = str(given.pop("type", None) or "")
    if kind not in known:
        remedy = f"可选：{'、'.join(sorted(known))}；请改正{f'设置文件 {file}' if file else '设置'}"
        raise InputError(f"{place}.type", f"{f'没有类型 {kind[:40]}' if kind else '没有写类型'}；{remedy}")
    return validated(known[kind], given, place, file)
