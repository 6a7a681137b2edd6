"""Where each account of the ledger stands at a moment: 正常, 临近超期, 已超期 or 未能核实; also for past moments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.account import Account, AccountStatus
from shared.events import Finding, Severity
from shared.storage.judgements import Looks
from shared.store import Store

_GRAVEST_FIRST = tuple(Severity)


class State(StrEnum):
    OVERDUE = "已超期"
    NEAR = "临近超期"
    UNVERIFIED = "未能核实"
    FINE = "正常"


@dataclass(frozen=True)
class Standing:
    """An account with its looks, the gravest finding of silence, and whether the last good look is recent enough."""

    account: Account
    looks: Looks
    finding: Finding | None
    fresh: bool

    @property
    def state(self) -> State:
        """Who was not looked at lately is never called overdue."""
        if not self.fresh:
            return State.UNVERIFIED
        if self.finding is None:
            return State.FINE
        return State.NEAR if self.finding.severity is Severity.REMINDER else State.OVERDUE

    @property
    def silent_days(self) -> int | None:
        """Whole days of 24 hours up to the last look that proved the list: no day unseen is counted."""
        since = self.looks.newest_post_at or (self.finding.since if self.finding else None)
        seen = self.looks.latest_list
        return max(0, (seen.at - since).days) if seen and since else None

    @property
    def reason(self) -> str:
        """Why the account could not be verified, for a person."""
        if self.looks.failures:
            return self.looks.failures[-1].reason or "核查未成功"
        return "近期未进行核查" if self.looks.latest_list else "尚未核查"


def standings(store: Store, moment: datetime, rules: Collection[str], fresh_hours: float) -> list[Standing]:
    """Every account in the ledger at `moment` that is not cancelled, the longest silence first.

    `rules`: names of the rules whose findings mean silence; `fresh_hours`: how old the last good look may be.
    """
    findings: dict[str, Finding] = {}
    for finding in store.findings_as_of(moment):
        if finding.rule in rules and finding.severity.accuses:
            findings[finding.key] = _graver(findings.get(finding.key), finding)
    accounts = [account for account in store.accounts_as_of(moment) if account.status is not AccountStatus.CANCELLED]
    found = [_standing(store, account, findings.get(account.key), moment, fresh_hours) for account in accounts]
    return sorted(found, key=lambda one: (-(one.silent_days or 0), one.account.unit, one.account.key))


def _standing(
    store: Store, account: Account, finding: Finding | None, moment: datetime, fresh_hours: float
) -> Standing:
    looks = store.looks_as_of(account.key, moment)
    newest, since = looks.newest_post_at, finding.since if finding else None
    # A post seen in passing contradicts the silence before the next look at the list resolves the finding.
    contradicted = newest is not None and since is not None and newest > since
    oldest = moment - timedelta(hours=fresh_hours)
    fresh = looks.latest_list is not None and looks.latest_list.at >= oldest
    return Standing(account, looks, None if contradicted else finding, fresh)


def _graver(known: Finding | None, other: Finding) -> Finding:
    """The graver of two findings about one account; the later one when they are alike."""
    if known is None:
        return other
    rank = _GRAVEST_FIRST.index
    return min(known, other, key=lambda finding: (rank(finding.severity), -finding.at.timestamp()))
