"""Wiring of the analyzer: `python -m services.analyzer`."""

from services.analyzer.engine import AnalyzerEngine
from services.analyzer.judge import Judge
from services.analyzer.rulebook import load_rulebook
from shared.runtime.opening import Host, run_alone


def build(host: Host) -> AnalyzerEngine:
    """The analyzer over a host. Raises InputError for a rulebook that cannot be used."""
    rulebook = load_rulebook(host.settings.rulebook)
    rulebook.check()
    host.store.notes.add("rulebook", rulebook.label, host.clock())
    judge = Judge(host.store, rulebook, host.metrics)
    return AnalyzerEngine(host.bus, host.store, judge, host.metrics)


if __name__ == "__main__":
    run_alone("analyzer", build, idle_seconds=0.2)
