"""Which periods of a report are closed and due: pure, and bounded however long we were away or wrong the clock is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.reporter.period import Period
from services.reporter.reports.base import Report

MOST_MISSED = 8
"""So many reports are made up for. Older ones are written when somebody asks for them."""

_MOST_STEPS = 4 * MOST_MISSED
_INSTANT = timedelta(microseconds=1)


def due_periods(report: Report, began_at: datetime, now: datetime) -> list[Period]:
    """Periods whose report is due at `now`, oldest first; none that was over when the ledger began."""
    due = [period for period in _backwards(report, now) if report.schedule(period) <= now and period.ends_at > began_at]
    return due[:MOST_MISSED][::-1]


def _backwards(report: Report, now: datetime) -> Iterator[Period]:
    moment = now
    for _ in range(_MOST_STEPS):
        period = report.period(moment)
        yield period
        moment = period.begins_at - _INSTANT
