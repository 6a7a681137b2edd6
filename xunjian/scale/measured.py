"""What one of each thing costs, as measured; `docs/scale.md` tells by which command and on what machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Sizes in bytes, indexes and headers included; times in seconds; memory in MiB, of a whole pod."""

    post_on_bus: int = 1_890
    probe_on_bus: int = 753
    post_stored: int = 1_848
    sketch_stored: int = 4_320
    probe_stored: int = 935
    finding_stored: int = 1_200
    account_stored: int = 12_000
    """Ledger row, plan of visits, standings, what was published lately."""
    visit_seconds: float = 1.5
    """On the clock, by the light way; the pause of politeness follows it."""
    visit_cpu_seconds: float = 0.05
    judge_cpu_seconds: float = 0.004
    """An event judged by every default rule, written down and published."""
    database_cpu_seconds: float = 0.003
    """Of the database server, for the same."""
    list_seconds_an_account: float = 0.36e-3
    collector_mib: int = 700
    """With its Chromium."""
    analyzer_mib: int = 350
    alerter_mib: int = 150
    reporter_mib: int = 250
    broker_mib: int = 1_024
    database_mib: int = 1_024


MEASURED = Measured()
