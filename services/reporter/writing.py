"""Reports on the disk: whole or not at all."""

import os
import tempfile
from datetime import datetime
from itertools import count
from pathlib import Path

from services.reporter.period import Period
from services.reporter.pictured import Contents
from services.reporter.reports.base import Report
from shared.storage.store import Store

_FOR_ALL_TO_READ = 0o644
_OPEN = ("~${}", ".~{}", ".~lock.{}#")
"""Excel, WPS, LibreOffice."""


def write_report(
    report: Report,
    store: Store,
    period: Period,
    cut_off: datetime,
    folder: Path,
    *,
    contents: Contents | None = None,
) -> Path:
    """Write the report into `folder`; its path. Until it is whole and on the disk, an older one stays as it was.

    One in which somebody typed, or that somebody has open, stays for good: the new one gets a number in its name.
    Raises OSError when the folder cannot be written or the disk is full, and whatever the report raises.
    `contents`: of the evidence, for a report that shows pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    draft = Path(name)
    try:
        with os.fdopen(number, "w+b") as file:
            report.write(store, period, cut_off, file, contents)
            file.flush()
            os.fchmod(file.fileno(), _FOR_ALL_TO_READ)
            os.fsync(file.fileno())
        path = _free(report, folder / report.file_name(period))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _keep_name(folder)
    return path


def beside(report: Report, period: Period) -> str:
    """What to tell when a file got a number in its name."""
    return (
        f"{report.file_name(period)} 里有人填写过，或正有人打开，没有覆盖，新的写在旁边；"
        "填写的内容可用 xunjian list mark --from 读入"
    )


def _free(report: Report, path: Path) -> Path:
    """Where nobody's work is lost."""
    first = path
    for number in count(2):
        if not path.exists() or (not _is_open(path) and report.is_as_written(path)):
            break
        path = first.with_stem(f"{first.stem}（{number}）")
    return path


def _is_open(path: Path) -> bool:
    """Office programs leave a file beside one that somebody has open, on shared folders too."""
    return any(path.with_name(form.format(path.name)).exists() for form in _OPEN)


def _keep_name(folder: Path) -> None:
    """A renamed file survives a power cut only when its folder is on the disk too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
