"""Wiring of the reporter: `python -m services.reporter`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.reporter.engine import ReporterEngine
from services.reporter.reports.base import Report
from shared.errors import InputError
from shared.plugins import discover
from shared.report_file import READERS_KEYS
from shared.runtime.opening import Host, run_alone
from shared.runtime.process import unique_owner
from shared.runtime.settings import Settings
from shared.validation import validated


def build(host: Host) -> ReporterEngine:
    """The reporter over a host."""
    if host.settings.is_alone:
        host.store.reports.free_leases()
    reports, folder = build_reports(host.settings), reports_folder(host.settings)
    owner, contents = unique_owner(), host.evidence.content
    return ReporterEngine(host.store, reports, folder, host.metrics, owner, contents=contents)


def build_reports(settings: Settings) -> dict[str, Report]:
    """Every report there is, by file name, with its options. Raises InputError naming report and option."""
    known = discover("services.reporter.reports", Report)
    for name in settings.reports.keys() - known.keys():
        raise InputError(f"reports.{name}", f"没有这种报表；现有：{'、'.join(sorted(known))}")
    return {
        name: validated(
            kind, _own_options(settings.reports.get(name, {})), f"reports.{name}", settings.file, also=READERS_KEYS
        )
        for name, kind in known.items()
    }


def _own_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Who gets the report is for the alerter to know."""
    return {key: value for key, value in given.items() if key not in READERS_KEYS}


def reports_folder(settings: Settings) -> Path:
    return settings.data_dir / "reports"


if __name__ == "__main__":
    run_alone("reporter", build, idle_seconds=30, uses_bus=False)
