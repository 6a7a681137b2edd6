"""What one of each thing costs, as measured; `docs/scale.md` tells by which command and on what machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Sizes in bytes, indexes and headers included; times in seconds; memory in MiB, of a whole pod."""

    post_on_bus: int = 1_890
    probe_on_bus: int = 753
    post_stored: int = 1_848
    sketch_stored: int = 5_450
    probe_stored: int = 935
    finding_stored: int = 1_700
    """With its delivery."""
    account_stored: int = 7_000
    """Ledger row, plan of visits, standings, what was published lately."""
    visit_seconds: float = 1.5
    """On the clock, with a network in between: assumed. The pause of politeness follows it."""
    visit_cpu_seconds: float = 0.1
    """One full page a day, the others by the light way."""
    judge_cpu_seconds: float = 0.0015
    """An event judged by every default rule, written down and published."""
    database_cpu_seconds: float = 0.001
    """Of the database server, for the same."""
    list_seconds_an_account: float = 0.36e-3
    collector_mib: int = 700
    """With its Chromium."""
    analyzer_mib: int = 330
    alerter_mib: int = 90
    reporter_mib: int = 130
    broker_mib: int = 1_024
    database_mib: int = 1_024
    """Both assumed: a broker as k8s/overlays/small asks for, production for four times as much; the tests' gets by with
    400."""


MEASURED = Measured()
