"""What such a demand needs of bus, database, pods and memory, and what gives way first. Pure arithmetic."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xunjian.scale.demand import DAY_SECONDS, PlatformDemand, Population
from xunjian.scale.measured import Measured

PEAK = 2.6
"""The busiest hour beside the mean: offices publish in office hours."""
HEADROOM = 0.7
"""Nothing is planned to be busier than this."""
DATABASE_CORES = 4
DAYS_A_MONTH, DAYS_A_YEAR = 30, 365
THINNED_PROBES_A_DAY = 5
"""What thinning leaves of an account's probes after the retention."""
FINDINGS_AN_ACCOUNT_A_MONTH = 0.5
_GIB = 1024**3


@dataclass(frozen=True)
class Keeping:
    """How long what is kept, by the settings."""

    retention_days: int
    sketch_days: int
    bus_days: float
    replication: int
    partitions: int


@dataclass(frozen=True)
class Limit:
    """`use`: share of what there is; above one it does not suffice."""

    name: str
    use: float
    next_step: str


@dataclass(frozen=True)
class Needs:
    """All installations together, each with one address of its own; sizes in GiB, rates a second."""

    platforms: tuple[PlatformDemand, ...]
    visits_a_day: float
    events: float
    peak_events: float
    installations: int
    analyzers: int
    partitions: int
    """Of each installation's topic."""
    bus_gib: float
    month_gib: float
    year_gib: float
    pods: int
    memory_gib: float
    browser_cores: float
    limits: tuple[Limit, ...]


def needs_of(population: Population, platforms: Sequence[PlatformDemand], keeping: Keeping, cost: Measured) -> Needs:
    """As many installations as the busiest platform needs addresses, and all that follows.

    An installation has a collector a platform, its analyzers, two alerters, a reporter; the servers of bus and database
    are shared, on which it has topics and a database of its own.
    """
    visits = sum(platform.wished for platform in platforms)
    events = (visits + population.posts_a_day) / DAY_SECONDS
    installations = max(platform.addresses for platform in platforms)
    each = math.ceil(events * PEAK * cost.judge_cpu_seconds / HEADROOM / installations)
    on_bus = (visits * cost.probe_on_bus + population.posts_a_day * cost.post_on_bus) / _GIB
    of_services = (
        len(platforms) * cost.collector_mib + each * cost.analyzer_mib + 2 * cost.alerter_mib + cost.reporter_mib
    )
    of_servers = keeping.replication * cost.broker_mib + cost.database_mib
    return Needs(
        platforms=tuple(platforms),
        visits_a_day=visits,
        events=events,
        peak_events=events * PEAK,
        installations=installations,
        analyzers=installations * each,
        partitions=max(keeping.partitions, 2 * each),
        bus_gib=on_bus * keeping.bus_days * keeping.replication,
        month_gib=stored(population, visits, DAYS_A_MONTH, keeping, cost),
        year_gib=stored(population, visits, DAYS_A_YEAR, keeping, cost),
        pods=installations * (len(platforms) + each + 3),
        memory_gib=(installations * of_services + of_servers) / 1024,
        browser_cores=visits * cost.visit_cpu_seconds / DAY_SECONDS,
        limits=limits(population, platforms, events, keeping, cost),
    )


def stored(population: Population, visits: float, days: int, keeping: Keeping, cost: Measured) -> float:
    """GiB in the database after so many days from the beginning."""
    whole, thinned = min(days, keeping.retention_days), max(0, days - keeping.retention_days)
    thinned_a_day = min(visits, population.accounts * THINNED_PROBES_A_DAY)
    posts = population.posts_a_day
    findings = population.accounts * FINDINGS_AN_ACCOUNT_A_MONTH * days / DAYS_A_MONTH
    size = (
        population.accounts * cost.account_stored
        + posts * days * cost.post_stored
        + posts * min(days, keeping.sketch_days) * cost.sketch_stored
        + (visits * whole + thinned_a_day * thinned) * cost.probe_stored
        + findings * cost.finding_stored
    )
    return size / _GIB


def limits(
    population: Population, platforms: Sequence[PlatformDemand], events: float, keeping: Keeping, cost: Measured
) -> tuple[Limit, ...]:
    """What one address a platform, one database and as many analyzers as there are partitions have to bear; the
    tightest first."""
    tightest = max(platforms, key=lambda platform: platform.use)
    judging = events * PEAK * cost.judge_cpu_seconds
    found = [
        Limit("平台访问礼貌（每平台一个出口地址）", tightest.use, "按区县或部门分设多套，每套一个出口地址、一个库"),
        Limit("分析（每个分区最多一个分析进程）", judging / keeping.partitions / HEADROOM, "增加 observations 的分区"),
        Limit(
            f"数据库（{DATABASE_CORES}核）",
            events * PEAK * cost.database_cpu_seconds / DATABASE_CORES / HEADROOM,
            "换更大的数据库服务器，或分设多套",
        ),
        Limit("周报（一小时内写完）", population.accounts * cost.list_seconds_an_account / 3600, "分设多套"),
    ]
    return tuple(sorted(found, key=lambda limit: -limit.use))
