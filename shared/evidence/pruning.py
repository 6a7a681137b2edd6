"""Evidence has its time: what is old and cited by no open finding goes, and leaves its hash in the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.evidence.entry import Entry
from shared.evidence.options import EvidenceSettings
from shared.evidence.vault import Vault
from shared.storage.evidence_log import EvidenceLog
from shared.storage.findings import Findings

MOST_LOOKS = 50
"""Of one round: seventy thousand a day, and no round takes long."""
_CLAIM = timedelta(days=1)
"""No look takes so long to be kept: an older claim was left by a crash."""


class Pruning:
    """Any number of processes may prune one store: each look goes once."""

    def __init__(self, vault: Vault, log: EvidenceLog, findings: Findings, settings: EvidenceSettings) -> None:
        self._vault = vault
        self._log = log
        self._findings = findings
        self._settings = settings
        self._after = 0

    def prune(self, now: datetime) -> int:
        """The next few looks that are old enough; how many went. Raises TransientError.

        `now` must be right: a clock that is ahead would destroy what is young.
        """
        before, walls_before = (now - timedelta(days=days) for days in self._days())
        rows = self._log.old(before, walls_before, self._after, MOST_LOOKS)
        self._after = rows[-1].n if len(rows) == MOST_LOOKS else 0
        entries = [row.entry for row in rows if row.entry]
        cited = self._cited(entries, now)
        gone = [entry for entry in entries if entry.look not in cited]
        for entry in gone:
            self._log.prune(entry.look, f"保存已满{(now - entry.at).days}天，没有未了结的问题引用", now)
        self._log.clear(self._vault.remove, now - _CLAIM, MOST_LOOKS * 10)
        return len(gone)

    def _days(self) -> tuple[int, int]:
        return self._settings.keep_days, min(self._settings.wall_days, self._settings.keep_days)

    def _cited(self, entries: Sequence[Entry], now: datetime) -> set[str]:
        """What an open finding rests on stays as long as it is open."""
        keys = {entry.key for entry in entries}
        held = self._findings.holding(now, (), keys) if keys else ()
        return {shown.sha256 for finding in held for shown in finding.evidence if shown.sha256}
