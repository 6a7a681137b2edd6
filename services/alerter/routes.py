"""Which finding goes to which channels, and the channels as the settings name them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.alerter.channels.base import Channel
from shared.account import Account
from shared.errors import InputError
from shared.events import Finding, Severity
from shared.plugins import discover
from shared.runtime.settings import RouteSection
from shared.validation import validated

OPERATORS = "巡检运维"
"""Whom messages about the watch itself address; no unit is ever told that we could not look."""

_GRAVEST_FIRST = tuple(Severity)


@dataclass(frozen=True)
class Routes:
    """The first route that matches a unit is taken; all of its channels get the whole message.

    `min_severity` is the mildest kind of finding that is told: what is milder accuses nobody.
    """

    routes: Sequence[RouteSection]
    operators: Sequence[str]
    min_severity: Severity = Severity.REMINDER

    def channels_for(self, finding: Finding, account: Account | None) -> Sequence[str]:
        """Channel names. `account` null: the finding is about a whole platform, which is the operators' business."""
        if finding.severity is Severity.UNVERIFIED or account is None:
            return self.operators
        if _GRAVEST_FIRST.index(finding.severity) > _GRAVEST_FIRST.index(self.min_severity):
            return ()
        return next((route.channels for route in self.routes if _matches(route, account)), ())

    def check(self, channels: Mapping[str, Channel]) -> None:
        """Raises InputError for a route to a channel that is not set up."""
        named = {*self.operators, *(name for route in self.routes for name in route.channels)}
        for name in sorted(named - set(channels)):
            raise InputError("routes", f"no channel named {name!r}; there are: {', '.join(sorted(channels))}")


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


def _matches(route: RouteSection, account: Account) -> bool:
    unit_matches = not route.units or account.unit in route.units
    return unit_matches and (not route.regions or account.region in route.regions)
