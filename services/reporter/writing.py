"""Reports on the disk: whole or not at all."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

from services.reporter.period import Period
from services.reporter.reports.base import Report
from shared.storage.store import Store

_FOR_ALL_TO_READ = 0o644


def write_report(report: Report, store: Store, period: Period, cut_off: datetime, folder: Path) -> Path:
    """Write the report into `folder`; its path. Until it is whole and on the disk, an older one stays as it was.

    Raises OSError when the folder cannot be written or the disk is full, and whatever the report raises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / report.file_name(period)
    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    draft = Path(name)
    try:
        with os.fdopen(number, "w+b") as file:
            report.write(store, period, cut_off, file)
            file.flush()
            os.fchmod(file.fileno(), _FOR_ALL_TO_READ)
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _keep_name(folder)
    return path


def _keep_name(folder: Path) -> None:
    """A renamed file survives a power cut only when its folder is on the disk too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
