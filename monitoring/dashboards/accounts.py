"""Where the chosen accounts stand, in PromQL: each of several analyzers tells the same of one store, so the maximum."""

from shared.state import State

HERE = "platform=~`${platform:regex}`, region=~`${region:regex}`"
"""In back quotes, where Grafana's escaped values need no second escaping."""

_UNVERIFIED = [state for state in State if not state.is_verified]
_OVERDUE = (State.ZOMBIE, State.OVERDUE)
_COMPLIANT = (State.OK, State.NEAR, State.CHECK)


def _of(matcher: str, *states: State) -> str:
    names = "|".join(states)
    return f"max by (platform, region, state) (xunjian_accounts{{{HERE}, state{matcher}`{names}`}})"


FILED = _of("!~", State.CANCELLED)
VERIFIED = _of("!~", State.CANCELLED, *_UNVERIFIED)
UNVERIFIED = _of("=~", *_UNVERIFIED)
OVERDUE = _of("=~", *_OVERDUE)
COMPLIANT = _of("=~", *_COMPLIANT)


def count(which: str, by: str = "") -> str:
    """0 where there are accounts and none is such; nothing where there are none at all."""
    return f"({_sum(which, by)} or 0 * {_sum(FILED, by)})"


def share(which: str, of: str, by: str = "") -> str:
    """0 to 1; nothing where there is nothing to be a part of."""
    return f"{count(which, by)} / ({_sum(of, by)} > 0)"


def _sum(which: str, by: str) -> str:
    return f"sum{f' by ({by})' if by else ''} ({which})"
