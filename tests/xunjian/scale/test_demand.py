"""The arithmetic of visits held against a simulation of the collector's own schedule under one pace."""

import heapq
import math
from datetime import UTC, datetime, timedelta
from statistics import NormalDist
from typing import ClassVar

import pytest

from services.collector.rhythm import Rhythm
from services.collector.schedule import next_visit
from xunjian.scale.demand import Population, demand_on, visits_per_day

START = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = 4


class Steady(Rhythm):
    """An account whose rate is known, and its hours are an office's."""

    rate: ClassVar[float]

    def posts_per_day(self, now: datetime) -> float:
        return self.rate


def steady(rate: float) -> Rhythm:
    kind: type[Steady] = type("Steady", (Steady,), {"rate": rate})
    return kind()


def simulated(rates: list[float], gap_seconds: float) -> float:
    """Visits a day, after the first: each account visited when due, but one visit each `gap_seconds` at the most."""
    due = [(START, number) for number in range(len(rates))]
    heapq.heapify(due)
    rhythms = [steady(rate) for rate in rates]
    free_at, visits, counted_from = START, 0, START + timedelta(days=1)
    while due[0][0] < START + timedelta(days=DAYS) and free_at < START + timedelta(days=DAYS):
        at, number = heapq.heappop(due)
        now = max(at, free_at)
        free_at = now + timedelta(seconds=gap_seconds)
        visits += now >= counted_from
        again = next_visit(now, rhythm=rhythms[number], newest_post_at=None, failures=0, deadline_days=(), jitter=0.0)
        heapq.heappush(due, (again.at, number))
    return visits / (DAYS - 1)


def rates_of(population: Population) -> list[float]:
    spread = NormalDist(math.log(population.posts_per_day) - population.spread**2 / 2, population.spread)
    count = population.accounts
    return [math.exp(spread.inv_cdf((number + 0.5) / count)) for number in range(count)]


@pytest.mark.parametrize("posts_per_day", [0.5, 2.5, 10])
def test_an_unhurried_platform_gets_the_visits_of_its_rhythm(posts_per_day: float) -> None:
    population = Population(400, {"wechat": 1.0}, posts_per_day)
    demand = demand_on(population, "wechat", min_interval_seconds=6, visit_seconds=1.5)
    assert demand.use < 1
    assert simulated(rates_of(population), 7.5) == pytest.approx(demand.wished, rel=0.13)


def test_more_accounts_than_one_address_can_visit_wait_for_their_turn() -> None:
    population = Population(3_000, {"wechat": 1.0})
    demand = demand_on(population, "wechat", min_interval_seconds=6, visit_seconds=1.5)
    assert demand.pace == 86_400 / 7.5
    assert simulated(rates_of(population), 7.5) == pytest.approx(demand.pace, rel=0.05)
    assert demand.addresses == math.ceil(demand.wished / 11_520) > 1
    assert demand.hours_between(1) == pytest.approx(24 * 3_000 / 11_520)
    assert demand.hours_between(demand.addresses) == pytest.approx(24 * 3_000 / demand.wished)


def test_one_visit_a_day_asks_for_fewer_addresses() -> None:
    population = Population(30_000, {"wechat": 0.5, "weibo": 0.5})
    demand = demand_on(population, "weibo", min_interval_seconds=6, visit_seconds=0)
    assert demand.accounts == 15_000
    assert demand.addresses_for_one_a_day == 2
    assert demand.addresses > 2


def test_visits_lie_between_the_schedules_bounds() -> None:
    assert visits_per_day(0.001, 0) == 2
    assert visits_per_day(10_000, 0) == 144
    assert visits_per_day(8, 0) == pytest.approx(2 * visits_per_day(2, 0))
