"""Reports that come by themselves: each week's list on Monday morning, once, also when we were down at the time."""

from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services.reporter.reports.base import Report
from services.reporter.weeks import Week
from shared.storage.store import Store

log = structlog.get_logger(__name__)

AFTER_THE_WEEK = timedelta(hours=8, minutes=47)
"""Monday 08:47 Beijing time: before the office starts, and not at a full or half hour, when robots are busiest."""


class ReporterEngine:
    def __init__(self, store: Store, weekly: Report, folder: Path) -> None:
        self._store = store
        self._weekly = weekly
        self._folder = folder

    def step(self, now: datetime) -> bool:
        """Write the list of the last closed week if that is due and not done; True when it was written."""
        week = last_closed(now)
        name = f"{week.year}-W{week.number:02}"
        if self._store.notes.has("weekly_list", name) or not self._store.accounts.as_of(week.ends_at):
            return False
        path = self._weekly.write(self._store, week.ends_at, self._folder)
        self._store.notes.add("weekly_list", name, now)
        log.info("weekly_list", path=str(path), week=name)
        return True

    def close(self) -> None:
        """Nothing is held open between rounds."""


def last_closed(now: datetime) -> Week:
    """The newest week whose list is due at `now`."""
    return Week.of(now - AFTER_THE_WEEK - timedelta(days=7))
