"""What is needed, by hand for a size that a person can check."""

import pytest

from xunjian.scale.demand import PlatformDemand, Population
from xunjian.scale.measured import Measured
from xunjian.scale.needs import Keeping, needs_of

GIB = 1024**3
COST = Measured(
    post_on_bus=2_000,
    probe_on_bus=1_000,
    post_stored=2_000,
    sketch_stored=4_000,
    probe_stored=1_000,
    finding_stored=1_000,
    account_stored=10_000,
    judge_cpu_seconds=0.01,
    visit_cpu_seconds=0.1,
)
KEEPING = Keeping(retention_days=90, sketch_days=30, bus_days=7, replication=3, partitions=6)
POPULATION = Population(1_000, {"weibo": 1.0}, posts_per_day=2)
WEIBO = PlatformDemand("weibo", accounts=1_000, wished=10_000, pace=8_000)
NEEDS = needs_of(POPULATION, [WEIBO], KEEPING, COST)


def test_events_are_visits_and_posts() -> None:
    assert NEEDS.visits_a_day == 10_000
    assert NEEDS.events == pytest.approx(12_000 / 86_400)
    assert NEEDS.peak_events == pytest.approx(2.6 * 12_000 / 86_400)


def test_the_bus_keeps_its_days_in_every_replica() -> None:
    assert NEEDS.bus_gib == pytest.approx((10_000 * 1_000 + 2_000 * 2_000) * 7 * 3 / GIB)


def test_a_month_is_kept_whole_and_a_year_is_thinned() -> None:
    month = 1_000 * 10_000 + 2_000 * 30 * 2_000 + 2_000 * 30 * 4_000 + 10_000 * 30 * 1_000 + 500 * 1_000
    assert NEEDS.month_gib == pytest.approx(month / GIB)
    probes = (10_000 * 90 + 5_000 * 275) * 1_000
    findings = 1_000 * 0.5 * 365 / 30 * 1_000
    year = 1_000 * 10_000 + 2_000 * 365 * 2_000 + 2_000 * 30 * 4_000 + probes + findings
    assert NEEDS.year_gib == pytest.approx(year / GIB)


def test_each_address_is_an_installation_of_its_own() -> None:
    assert WEIBO.addresses == NEEDS.installations == 2
    assert NEEDS.pods == 2 * (1 + 1 + 3)
    services = 2 * (COST.collector_mib + COST.analyzer_mib + 2 * COST.alerter_mib + COST.reporter_mib)
    assert NEEDS.memory_gib == pytest.approx((services + 3 * COST.broker_mib + COST.database_mib) / 1024)
    assert NEEDS.browser_cores == pytest.approx(10_000 * 0.1 / 86_400)


def test_what_gives_way_first_stands_first() -> None:
    first = NEEDS.limits[0]
    assert "礼貌" in first.name
    assert first.use == 1.25


def test_enough_analyzers_for_the_busiest_hour_and_twice_as_many_partitions() -> None:
    many = Population(1_000_000, {"weibo": 1.0}, posts_per_day=20)
    platform = PlatformDemand("weibo", accounts=1_000_000, wished=40_000_000, pace=50_000_000)
    needs = needs_of(many, [platform], KEEPING, COST)
    assert needs.analyzers == 26  # 60 million events a day, 2.6 times that in the busiest hour, 0.01 s each, 70 % busy
    assert needs.installations == 1
    assert needs.partitions == 52
