"""`python -m bench.month [seed ...]`: the month of each seed, with every false accusation and missed zombie."""

import os
import sys
import time
from pathlib import Path

import typer

from bench.month.played import ACCOUNTS, DAYS, Month
from bench.month.subject import SEEDS
from shared.runtime.logs import configure_logs


def main(words: list[str]) -> None:
    seeds = [int(word) for word in words] or list(SEEDS)
    wrong = 0
    with Path(os.devnull).open("w") as nowhere:
        configure_logs("json", "info", nowhere)
        for seed in seeds:
            began = time.perf_counter()
            told = Month(seed, accounts=ACCOUNTS, days=DAYS).played()
            for row in told.rows(f"month {seed}"):
                typer.echo(str(row))
            wrong += len(told.false())
            typer.echo(f"{time.perf_counter() - began:.0f} s")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
