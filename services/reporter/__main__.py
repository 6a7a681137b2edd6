"""Wiring of the reporter: `python -m services.reporter`."""

from pathlib import Path

from services.reporter.engine import ReporterEngine
from services.reporter.reports.base import Report
from shared.plugins import discover
from shared.runtime.opening import Host, run_alone
from shared.runtime.settings import Settings


def build(host: Host) -> ReporterEngine:
    """The reporter over a host."""
    return ReporterEngine(host.store, weekly_list(host.settings), reports_folder(host.settings))


def weekly_list(settings: Settings) -> Report:
    """The weekly list, as strict about fresh looks as the settings say."""
    return discover("services.reporter.reports", Report)["weekly"].model_validate({"fresh_hours": settings.fresh_hours})


def reports_folder(settings: Settings) -> Path:
    return settings.data_dir / "reports"


if __name__ == "__main__":
    run_alone("reporter", build, idle_seconds=30)
