"""What is left of findings long closed and of accounts that left the ledger goes, a little at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.storage.pictures import Pictures
from shared.storage.sources import Sources

AT_ONCE = 200
SOURCES_EVERY = timedelta(hours=1)


@dataclass
class Forgetting:
    """`keep`: as long as the evidence itself; then what names it names nothing."""

    pictures: Pictures
    sources: Sources
    keep: timedelta
    _after: str = field(default="", init=False)
    _asked_at: datetime | None = field(default=None, init=False)

    def prune(self, now: datetime) -> None:
        """`now` must be right. Raises TransientError."""
        self._after = self.pictures.forget(self._after, now - self.keep, AT_ONCE)
        if self._asked_at is None or not self._asked_at <= now < self._asked_at + SOURCES_EVERY:
            self._asked_at = now
            self.sources.forget(now - self.keep, AT_ONCE)
