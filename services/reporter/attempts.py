"""What failed, how often in a row, why, and when it may be tried again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.backoff import doubled

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 600.0
NOTHING_KNOWN_YET = timedelta(hours=1)


@dataclass(frozen=True)
class _Failure:
    failures: int
    again_at: datetime
    asked_at: datetime
    reason: str


class Attempts:
    """By report and period: one period that cannot be written holds up no other."""

    def __init__(self) -> None:
        self._failed: dict[tuple[str, str], _Failure] = {}

    def may_try(self, report: str, period: str, now: datetime) -> bool:
        """Also when the clock was put back: the time of the next attempt is then no longer known."""
        known = self._failed.get((report, period))
        return known is None or not known.asked_at <= now < known.again_at

    def failed(self, report: str, period: str, now: datetime, reason: str) -> float:
        """Seconds until the next attempt: ever longer."""
        known = self._failed.get((report, period))
        failures = known.failures + 1 if known else 1
        seconds = doubled(FIRST_PAUSE_SECONDS, failures - 1, LONGEST_PAUSE_SECONDS)
        self._failed[report, period] = _Failure(failures, now + timedelta(seconds=seconds), now, reason)
        return seconds

    def postpone(self, report: str, period: str, now: datetime) -> None:
        """Not a failure: there is nothing to write about yet."""
        self._failed[report, period] = _Failure(0, now + NOTHING_KNOWN_YET, now, "")

    def succeeded(self, report: str, period: str) -> None:
        self._failed.pop((report, period), None)

    def keep_only(self, report: str, periods: Collection[str]) -> None:
        """What became of other periods is no longer anybody's matter."""
        gone = [key for key in self._failed if key[0] == report and key[1] not in periods]
        for key in gone:
            del self._failed[key]

    def reasons(self) -> list[str]:
        """What fails at present, one sentence a report and period."""
        failed = [(key, known.reason) for key, known in self._failed.items() if known.reason]
        return [f"报表 {name}（{period}）：{reason}" for (name, period), reason in failed]
