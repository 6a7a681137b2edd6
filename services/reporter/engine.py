"""Reports that come by themselves, each on its own calendar, once, also those that fell due while we were down."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services.reporter.attempts import Attempts
from services.reporter.calendar import due_periods
from services.reporter.handing import report_file
from services.reporter.period import Period
from services.reporter.pictured import Contents
from services.reporter.reports.base import Report
from services.reporter.writing import beside, write_report
from shared.errors import TransientError
from shared.runtime.metrics import Metrics
from shared.storage.store import Store

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than the longest report takes. Who is killed loses it sooner (see Members)."""

_ITS_CALENDAR = "日历"


class ReporterEngine:
    """A report that cannot be written is told and tried again; the others come all the same."""

    def __init__(
        self,
        store: Store,
        reports: Mapping[str, Report],
        folder: Path,
        metrics: Metrics,
        owner: str,
        *,
        contents: Contents | None = None,
    ) -> None:
        self._store = store
        self._reports = reports
        self._folder = folder
        self._metrics = metrics
        self._owner = owner
        self._contents = contents
        self._attempts = Attempts()
        self._held: tuple[str, str] | None = None

    def step(self, now: datetime) -> bool:
        """Write at most one report that is due and not written; True when one was written."""
        self._let_go()
        began_at = self._store.accounts.began_at()
        wrote = began_at is not None and any(
            self._write_next(name, report, began_at, now) for name, report in self._reports.items()
        )
        self._metrics.last_round.labels("reporter").set(now.timestamp())
        return wrote

    def write_running(self, now: datetime) -> list[Path]:
        """Every report on its running period, so far; it is written again when the period is over."""
        paths = [self._attempt_running(name, report, now) for name, report in self._reports.items()]
        return [path for path in paths if path]

    def check(self) -> None:
        """Raises TransientError naming the reports that could not be written."""
        if reasons := self._attempts.reasons():
            raise TransientError("；".join(reasons))

    def close(self) -> None:
        """Nothing is held open between rounds."""

    def _write_next(self, name: str, report: Report, began_at: datetime, now: datetime) -> bool:
        written = self._store.reports.written(name, now)
        periods = self._due(name, report, began_at, now)
        self._metrics.reports_late.labels(name).set(sum(period.name not in written for period in periods[-1:]))
        self._attempts.keep_only(name, {_ITS_CALENDAR, *(period.name for period in periods)})
        for period in periods:
            if period.name in written or not self._attempts.may_try(name, period.name, now):
                continue
            # After a jump of the clock, or a long time off, there are weeks that nobody watched. Only the newest is
            # told of, as one in which nothing could be verified.
            if period is not periods[-1] and not self._store.reports.is_observed(period.begins_at, period.ends_at):
                self._attempts.postpone(name, period.name, now)
            elif self._write_once(name, report, period, now, is_newest=period is periods[-1]):
                return True
        return False

    def _due(self, name: str, report: Report, began_at: datetime, now: datetime) -> list[Period]:
        if not self._attempts.may_try(name, _ITS_CALENDAR, now):
            return []
        try:
            periods = due_periods(report, began_at, now)
        except Exception as error:  # noqa: BLE001 - whatever a report raises stops that report only
            self._failed(name, _ITS_CALENDAR, now, error)
            return []
        self._attempts.succeeded(name, _ITS_CALENDAR)
        return periods

    def _write_once(self, name: str, report: Report, period: Period, now: datetime, *, is_newest: bool) -> bool:
        # Before the answer, which may be lost: then nobody else would know that it is held.
        self._held = name, period.name
        if not self._store.reports.claim(name, period.name, now, LEASE, self._owner):
            self._held = None
            return False
        path = self._attempt(name, report, period, now)
        if path is None or (is_newest and not self._hand_over(name, report, period, path, now)):
            self._let_go()
            return False
        self._store.reports.record_written(name, period.name, now)
        self._held = None
        return True

    def _let_go(self) -> None:
        """Also of what a round held that lost the database: another may write it, or we again."""
        if self._held is not None:
            self._store.reports.give_back(*self._held, self._owner)
            self._held = None

    def _hand_over(self, name: str, report: Report, period: Period, path: Path, now: datetime) -> bool:
        """To whoever sends it. Those made up for are on the disk only: nobody wants eight lists at once."""
        try:
            file = report_file(name, report, self._store, period=period, path=path, now=now)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a report raises stops that report only
            self._failed(name, period.name, now, error)
            return False
        self._store.report_files.put(file)
        return True

    def _attempt_running(self, name: str, report: Report, now: datetime) -> Path | None:
        try:
            period = report.period(now)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a report raises stops that report only
            self._failed(name, _ITS_CALENDAR, now, error)
            return None
        return self._attempt(name, report, period, now)

    def _attempt(self, name: str, report: Report, period: Period, now: datetime) -> Path | None:
        """Null: it could not be written, which was told."""
        try:
            path = write_report(report, self._store, period, period.cut_off(now), self._folder, contents=self._contents)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a report raises stops that report only
            self._failed(name, period.name, now, error)
            return None
        self._attempts.succeeded(name, period.name)
        self._metrics.reports.labels(name, "written").inc()
        log.info("report_written", report=name, period=period.name, path=str(path))
        if path.name != report.file_name(period):
            log.warning("report_beside", report=name, period=period.name, reason=beside(report, period))
        return path

    def _failed(self, name: str, period: str, now: datetime, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        seconds = self._attempts.failed(name, period, now, reason)
        self._metrics.reports.labels(name, "failed").inc()
        log.exception("report_failed", report=name, period=period, error=reason, retry_in_seconds=seconds)
