"""The silence of every account at a moment, past ones too: which part of the weekly list it belongs to, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.events import Finding, Severity
from shared.state import State
from shared.storage.store import Store
from shared.verdict import Verdict, verdict

_UNSEEN = (State.UNVERIFIED, State.WAITING, State.GONE)


class Part(StrEnum):
    OVERDUE = "已超期"
    NEAR = "临近超期"
    UNVERIFIED = "未能核实"


@dataclass(frozen=True)
class Standing:
    """An account's verdict and its gravest finding of silence."""

    verdict: Verdict
    silence: Finding | None

    @property
    def verified(self) -> bool:
        """True when a good look is recent enough. Who was not looked at is never called overdue."""
        return self.verdict.state not in _UNSEEN

    @property
    def part(self) -> Part | None:
        """Null: verified, and nothing to say."""
        if not self.verified:
            return Part.UNVERIFIED
        if self.silence is None:
            return None
        return Part.NEAR if self.silence.severity is Severity.REMINDER else Part.OVERDUE

    @property
    def silent_days(self) -> int | None:
        """Whole days of 24 hours up to the last look that proved the list: no day unseen is counted."""
        since = self.verdict.newest_post_at or (self.silence.since if self.silence else None)
        seen = self.verdict.looked_at
        return max(0, (seen - since).days) if seen and since else None


def standings(store: Store, moment: datetime, rules: Collection[str], fresh: timedelta) -> list[Standing]:
    """Every account in the ledger at `moment` that is not cancelled, the longest silence first.

    `rules`: names of the rules whose findings mean silence; `fresh`: how old the last good look may be.
    """
    findings: dict[str, list[Finding]] = {}
    for finding in store.judgements.findings_as_of(moment):
        findings.setdefault(finding.key, []).append(finding)
    found = []
    looks = store.judgements.all_probed_as_of(moment)
    for account in store.accounts.as_of(moment):
        own = verdict(account, looks[account.key], findings.get(account.key, ()), moment, fresh)
        if own.state is not State.CANCELLED:
            found.append(Standing(own, _silence(own, rules)))
    return sorted(found, key=lambda one: (-(one.silent_days or 0), one.verdict.account.unit, one.verdict.account.key))


def _silence(own: Verdict, rules: Collection[str]) -> Finding | None:
    """The gravest finding of silence, the newest of equals, unless a post seen in passing contradicts it.

    That happens between a look at a single item and the next look at the list, which resolves the finding.
    """
    newest = own.newest_post_at
    silences = [
        finding
        for finding in own.findings
        if finding.rule in rules
        and finding.severity.accuses
        and not (newest and finding.since and newest > finding.since)
    ]
    return min(silences, key=_gravity, default=None)


def _gravity(finding: Finding) -> tuple[int, float]:
    return -finding.severity.gravity, -finding.at.timestamp()
