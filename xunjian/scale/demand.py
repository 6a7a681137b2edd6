"""What a number of accounts asks for: visits, posts, and how far politeness lets one address go. Pure arithmetic."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist, fmean

from services.collector.schedule import looks_per_day

DAY_SECONDS = 86_400
_QUANTILES = 1_000


@dataclass(frozen=True)
class Population:
    """`mix`: platform to its share of the accounts, one in all. `posts_per_day` is the mean; rates are spread
    log-normally, `spread` being the standard deviation of their logarithm."""

    accounts: int
    mix: Mapping[str, float]
    posts_per_day: float = 2.5
    spread: float = 1.5

    @property
    def posts_a_day(self) -> float:
        return self.accounts * self.posts_per_day

    def accounts_on(self, platform: str) -> float:
        return self.accounts * self.mix[platform]


@dataclass(frozen=True)
class PlatformDemand:
    """Of one platform; visits a day. `pace`: what politeness lets one address do."""

    platform: str
    accounts: float
    wished: float
    pace: float

    @property
    def addresses(self) -> int:
        """For the rhythm that the collector would choose by itself."""
        return max(1, math.ceil(self.wished / self.pace))

    @property
    def addresses_for_one_a_day(self) -> int:
        """So that every account is visited once a day: enough to prove two weeks of silence."""
        return max(1, math.ceil(self.accounts / self.pace))

    @property
    def use(self) -> float:
        """Of one address: above one, visits come later than wished."""
        return self.wished / self.pace

    def hours_between(self, addresses: int) -> float:
        """Mean hours between two visits to an account."""
        return 24 * self.accounts / min(self.wished, self.pace * addresses)


def demand_on(
    population: Population, platform: str, min_interval_seconds: float, visit_seconds: float
) -> PlatformDemand:
    accounts = population.accounts_on(platform)
    return PlatformDemand(
        platform=platform,
        accounts=accounts,
        wished=accounts * visits_per_day(population.posts_per_day, population.spread),
        pace=DAY_SECONDS / (min_interval_seconds + visit_seconds),
    )


def visits_per_day(posts_per_day: float, spread: float) -> float:
    """Mean over accounts whose rates are spread so, as the collector's own schedule has it."""
    rates = NormalDist(math.log(posts_per_day) - spread**2 / 2, spread)
    quantiles = [(number + 0.5) / _QUANTILES for number in range(_QUANTILES)]
    return (
        fmean(looks_per_day(math.exp(rates.inv_cdf(share))) for share in quantiles)
        if spread
        else looks_per_day(posts_per_day)
    )
