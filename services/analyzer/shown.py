"""What the analyzer shows of the store: where accounts stand, what holds against them, what should have come by now."""

from datetime import datetime

from shared.runtime.metrics import Answer, Metrics
from shared.storage.census import Counting


def shown(metrics: Metrics, counting: Counting, rulebooks: str, now: datetime) -> Answer:
    """`rulebooks`: the label of what is in force. Raises TransientError when the database is away."""
    census = counting.census(now)
    return {
        metrics.accounts: census.accounts,
        metrics.accounts_active: census.active,
        metrics.accounts_proved: census.proved,
        metrics.last_proved: census.last_proved,
        metrics.findings_open: census.findings,
        metrics.platform_blocked: census.blocked,
        metrics.paused_until: census.paused_until,
        metrics.visits_due: census.due,
        metrics.report_written: census.reports,
        metrics.backup: census.backups,
        metrics.lease_held: census.leases,
        metrics.rulebook: {(rulebooks,): 1},
    }
