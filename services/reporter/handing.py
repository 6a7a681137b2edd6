"""A written report as it is handed to whoever sends it."""

import socket
from datetime import datetime
from pathlib import Path

from services.reporter.period import Period
from services.reporter.reports.base import Report
from shared.report_file import ReportFile
from shared.storage.store import Store

MOST_BYTES = 15_000_000
"""A mail server takes little more, with a third added by base64."""


def report_file(name: str, report: Report, store: Store, *, period: Period, path: Path, now: datetime) -> ReportFile:
    """Raises OSError, TransientError, and whatever the report raises."""
    body = path.read_bytes()
    named = report.file_name(period)
    cut_off = period.cut_off(now)
    running = "" if cut_off == period.ends_at else "（本期未结束）"
    return ReportFile(
        report=name,
        period=period.name,
        title=f"{Path(named).stem.replace('_', '｜')}{running}",
        lines=report.lines(store, period, cut_off),
        file_name=named,
        media_type=report.media_type(),
        place=f"{socket.gethostname()}:{path.resolve()}",
        written_at=now,
        body=body if len(body) <= MOST_BYTES else b"",
    )
