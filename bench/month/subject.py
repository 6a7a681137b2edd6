"""As a subject among others one seed is played; `python -m bench.month` plays them all."""

from collections.abc import Iterator

from bench.month.played import ACCOUNTS, DAYS, Month
from bench.table import Row

SEEDS = (1, 2, 3, 4, 5)


def measure() -> Iterator[Row]:
    seed = SEEDS[0]
    yield from Month(seed, accounts=ACCOUNTS, days=DAYS).played().rows(f"month {seed}")
