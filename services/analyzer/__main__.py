"""Wiring of the analyzer: `python -m services.analyzer`."""

from collections.abc import Iterable
from datetime import timedelta

from services.analyzer.coverage import Timer, note_rulebooks
from services.analyzer.engine import GROUP, TOPICS, AnalyzerEngine
from services.analyzer.in_force import load_rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from services.analyzer.retention import Retention
from services.analyzer.rulebook import Rulebook
from services.analyzer.shown import shown
from shared.events import FindingStatus, Severity
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host, run_alone
from shared.runtime.process import unique_owner
from shared.runtime.shown import show_bus


def build(host: Host) -> AnalyzerEngine:
    """The analyzer over a host. Raises InputError for a rulebook that cannot be used."""
    store = host.store
    local = [(row.region, row.rulebook) for row in host.settings.rulebooks]
    rulebooks = load_rulebooks(host.settings.rulebook, local, host.settings.folder)
    rulebooks.check()
    note_rulebooks(store.notes, rulebooks, host.clock())
    show_bus(host.metrics, host.bus, GROUP, TOPICS)
    metrics, counting = host.metrics, store.counting
    metrics.ask("store", lambda: shown(metrics, counting, rulebooks.label(host.clock()), host.clock()))
    _count_from_zero(metrics, rulebooks.in_force(host.clock()))
    for name, owner in store.leases.held():
        if host.is_gone(owner):
            store.leases.release(name, owner)
    matters = Matters(rulebooks, host.metrics)
    timer = Timer.over(store, matters, unique_owner())
    return AnalyzerEngine(
        host.bus,
        judgements=store.judgements,
        judge=Judge(store.judgements, matters),
        timer=timer,
        retention=Retention(
            store.thinning,
            store.leases,
            timedelta(days=host.settings.retention_days),
            keep_sketches=timedelta(days=host.settings.sketch_days),
        ),
        metrics=host.metrics,
        check_clock=lambda: store.database.check_clock(host.clock()),
        troubles=rulebooks.troubles,
    )


def _count_from_zero(metrics: Metrics, books: Iterable[Rulebook]) -> None:
    """What grows is only seen to grow by who saw it before: the first finding of a rule would count for nothing."""
    for rule in {entry.rule for book in books for entry in book.entries}:
        metrics.findings.labels(rule, FindingStatus.OPEN)
    for severity in Severity:
        metrics.fix_seconds.labels(severity)


if __name__ == "__main__":
    run_alone("analyzer", build, idle_seconds=0.2)
