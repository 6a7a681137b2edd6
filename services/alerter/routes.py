"""Which finding goes to which channels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.alerter.channels.base import Channel
from services.alerter.own import MAIL, ROBOT
from shared.account import Account
from shared.errors import InputError
from shared.events import Finding, Severity
from shared.nearest import advice
from shared.regions import lies_in
from shared.validation import validated

OPERATORS = "巡检运维"
"""Whom messages about the watch itself address; no unit is ever told that we could not look."""


class Route(BaseModel):
    """Whose findings go where. Empty `units` and `regions` match every unit; a region matches what lies in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    channels: tuple[str, ...]

    @property
    def is_for_all(self) -> bool:
        return not self.units and not self.regions

    def matches(self, account: Account) -> bool:
        unit_matches = not self.units or account.unit in self.units
        return unit_matches and (not self.regions or any(lies_in(account.region, name) for name in self.regions))


@dataclass(frozen=True)
class Routes:
    """The first route that matches a unit is taken; all of its channels get the whole message.

    A mailbox or robot of the account's own stands in place of the route for all; a route by unit or region is used
    beside it. `names`: the channels there are.
    """

    routes: Sequence[Route]
    operators: Sequence[str]
    names: frozenset[str] = frozenset()

    def channels_for(self, finding: Finding, account: Account | None) -> Sequence[str]:
        """Channel names, none when no route matches. `account` null: the finding is about a whole platform, which is
        the operators' business."""
        if finding.severity is Severity.UNVERIFIED or account is None:
            return self.operators
        own = self.own_of(account)
        routes = [route for route in self.routes if route.matches(account) and not (own and route.is_for_all)]
        return tuple(dict.fromkeys((*own, *(routes[0].channels if routes else ()))))

    def own_of(self, account: Account) -> tuple[str, ...]:
        """Names of the channels that stand in the account's own row of the ledger."""
        mail = (MAIL,) if account.mail else ()
        if account.robot is None:
            return mail
        return (*mail, account.robot if account.robot in self.names else ROBOT)

    def check(self, channels: Mapping[str, Channel]) -> None:
        """Raises InputError for a route to a channel that is not set up."""
        places = {f"routes.{number}.channels": route.channels for number, route in enumerate(self.routes)}
        for place, names in {**places, "operators": self.operators}.items():
            for name in names:
                if name not in channels:
                    raise InputError(place, f"设置 channels 中没有渠道 {name}；{advice(name, channels)}")
                if not channels[name].has_recipient:
                    raise InputError(f"channels.{name}.to", f"{place} 用到这个渠道，它却没有收件人；请填写 to")


def build_routes(given: Iterable[Mapping[str, Any]], operators: Sequence[str], file: Path | None = None) -> Routes:
    """Routes as the settings give them. Raises InputError naming the route and the key."""
    return Routes(
        tuple(validated(Route, options, f"routes.{number}", file) for number, options in enumerate(given)), operators
    )
