"""Wiring of the analyzer: `python -m services.analyzer`."""

from datetime import timedelta

from services.analyzer.coverage import Timer, note_rulebooks
from services.analyzer.engine import GROUP, TOPICS, AnalyzerEngine
from services.analyzer.in_force import load_rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from services.analyzer.retention import Retention
from services.analyzer.shown import shown
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


if __name__ == "__main__":
    run_alone("analyzer", build, idle_seconds=0.2)
