"""The channels as the settings name them."""

from collections.abc import Mapping
from typing import Any

from services.alerter.channels.base import Channel
from shared.errors import InputError
from shared.plugins import discover
from shared.validation import validated


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
        raise InputError(f"{place}.type", f"no channel of type {kind!r}; there are: {', '.join(sorted(known))}")
    return validated(known[kind], given, place)
