"""What a report covers: a span with the name it has on the command line and in the store."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Period:
    """`name`: `2026-W47`, `2026-11`. From `begins_at` up to but without `ends_at`, both with a time zone."""

    name: str
    begins_at: datetime
    ends_at: datetime

    def cut_off(self, now: datetime) -> datetime:
        """Up to when its report counts: its end, or `now` while it is not over."""
        return min(self.ends_at, now)
