"""A month of many accounts in simulated time, through random outages, and every verdict held against the truth.

As a subject among others one seed is played; `python -m bench.month` plays them all.
"""

from collections.abc import Iterator

from bench.month.played import ACCOUNTS, DAYS, Month
from bench.table import Row

SEEDS = range(1, 6)


def measure() -> Iterator[Row]:
    for seed in SEEDS[:1]:
        told = Month(seed, accounts=ACCOUNTS, days=DAYS).played()
        yield from told.rows(f"month {seed}")


__all__ = ["measure"]
