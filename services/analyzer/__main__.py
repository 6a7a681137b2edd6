"""Wiring of the analyzer: `python -m services.analyzer`."""

import argparse
import threading
from datetime import timedelta
from pathlib import Path

from services.analyzer.engine import AnalyzerEngine
from services.analyzer.judge import Judge
from services.analyzer.rulebook import load_rulebook
from shared.clock import utc_now
from shared.host import Host, open_host, serving
from shared.service import install_signals, run
from shared.settings import load_settings


def build(host: Host) -> AnalyzerEngine:
    """The analyzer over a host. Raises InputError for a rulebook that cannot be used."""
    rulebook = load_rulebook(host.settings.rulebook)
    rulebook.check()
    host.store.note("rulebook", rulebook.label, host.clock())
    judge = Judge(host.store, rulebook, host.metrics)
    fresh = timedelta(hours=host.settings.fresh_hours)
    return AnalyzerEngine(host.bus, host.store, judge, host.metrics, fresh)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m services.analyzer", description=__doc__)
    parser.add_argument("--config", type=Path, help="YAML settings; XUNJIAN_* variables win over it")
    settings = load_settings(parser.parse_args().config)
    stop = threading.Event()
    install_signals(stop)
    with open_host(settings, utc_now, "analyzer") as host, serving(host):
        run(build(host), stop, idle_seconds=0.2, clock=host.clock)


if __name__ == "__main__":
    main()
