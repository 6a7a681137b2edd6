"""Which finding goes to which channels: every matching route counts; what nobody looks after goes to `default`."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.alerter.channels.base import Channel
from shared.account import Account
from shared.errors import InputError
from shared.events import Finding, Severity
from shared.plugins import discover

OPERATORS = "巡检运维"
"""Whom messages about the watch itself address; no unit is ever told that we could not look."""

_GRAVEST_FIRST = tuple(Severity)


class Route(BaseModel):
    """Who gets what. An empty condition matches everything; all conditions must match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[str, ...] = Field(min_length=1)
    units: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    at_least: Severity = Severity.REMINDER

    def matches(self, finding: Finding, account: Account) -> bool:
        return (
            _GRAVEST_FIRST.index(finding.severity) <= _GRAVEST_FIRST.index(self.at_least)
            and _among(account.unit, self.units)
            and _among(account.supervisor, self.supervisors)
            and _among(account.region, self.regions)
            and _among(account.platform, self.platforms)
        )


class Routes(BaseModel):
    """The routing of one installation; channel names are those of the settings.

    `min_severity`: the least grave kind of finding that anybody is told; the milder ones accuse nobody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    routes: tuple[Route, ...] = ()
    default: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    min_severity: Severity = Severity.REMINDER

    def channels_for(self, finding: Finding, account: Account | None) -> tuple[str, ...]:
        """Channel names, each once. `account` null: the finding is about a whole platform, so operators only."""
        if finding.severity is Severity.UNVERIFIED or account is None:
            return self.operators
        if _GRAVEST_FIRST.index(finding.severity) > _GRAVEST_FIRST.index(self.min_severity):
            return ()
        matching = [name for route in self.routes if route.matches(finding, account) for name in route.channels]
        return tuple(dict.fromkeys(matching)) or self.default

    def check(self, channels: Mapping[str, Channel]) -> None:
        """Raises InputError for a route to a channel that is not set up."""
        named = {*self.default, *self.operators, *(name for route in self.routes for name in route.channels)}
        for name in sorted(named - set(channels)):
            raise InputError("alerter.routes", f"no channel named {name!r}; there are: {', '.join(sorted(channels))}")


def build_channels(options: Mapping[str, Mapping[str, Any]]) -> dict[str, Channel]:
    """Configured channels by name. `kind` is the plug-in's file name, the channel's own name when left out.

    Raises InputError naming channel and option, never its value, which may be a secret.
    """
    known = discover("services.alerter.channels", Channel)
    return {name: _build(name, dict(given), known) for name, given in options.items()}


def _build(name: str, given: dict[str, Any], known: Mapping[str, type[Channel]]) -> Channel:
    place = f"alerter.channels.{name}"
    kind = given.pop("kind", name)
    if kind not in known:
        raise InputError(place, f"no kind of channel named {kind!r}; there are: {', '.join(sorted(known))}")
    try:
        return known[kind].model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "options"
        raise InputError(f"{place}.{field}", first["msg"]) from None


def _among(value: str | None, wanted: tuple[str, ...]) -> bool:
    return not wanted or value in wanted
