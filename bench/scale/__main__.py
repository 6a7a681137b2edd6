"""`python -m bench.scale [sqlite] [postgres] [operation ...]`: costs in a full store beside those in a hundredth of it.

SCALE=0.1 in the environment makes both a tenth as large.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import typer

from bench.scale.databases import DATABASES
from bench.scale.operations import BATCH, OPERATIONS, REPEATS
from bench.table import Row

ACCOUNTS = 100_000
FRACTION = 100
FEWEST = BATCH * REPEATS
"""So many accounts one round of judging takes."""


class Subject(NamedTuple):
    """`most_times`: goal for full beside small; `most_seconds`: goal for full."""

    operation: str
    name: str
    rounds: int = 3
    most_times: float | None = None
    most_seconds: float | None = None


SUBJECTS = (
    Subject("judge_probe", "judging one probe and its post", rounds=7, most_times=1.2),
    Subject("tick", "tick with nothing new", rounds=7, most_times=1.3),
    Subject("scrape", "scrape of /metrics", most_seconds=0.2),
    Subject("board", "board refresh", rounds=1),
    Subject("weekly_list", "weekly list", rounds=1, most_seconds=60),
)


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in {*DATABASES, *OPERATIONS}]
    if unknown:
        sys.exit(f"no such thing: {', '.join(unknown)}; there are: {', '.join([*DATABASES, *OPERATIONS])}")
    scale = float(os.environ.get("SCALE", "1"))
    sizes = [max(FEWEST, round(ACCOUNTS * scale / FRACTION)), max(FEWEST, round(ACCOUNTS * scale))]
    subjects = [subject for subject in SUBJECTS if subject.operation in names] or list(SUBJECTS)
    now = datetime.now(UTC)
    for kind in [name for name in names if name in DATABASES] or DATABASES:
        with DATABASES[kind]() as urls:
            for line in _measure(kind, list(zip(urls, sizes, strict=True)), subjects, now):
                typer.echo(line)


def _measure(kind: str, stores: list[tuple[str, int]], subjects: list[Subject], now: datetime) -> Iterator[str]:
    started = time.perf_counter()
    for url, accounts in stores:
        filled = _trial("fill", url, accounts, 0, now)
        rows = ", ".join(f"{count:,} {name}" for name, count in filled["rows"].items() if count >= accounts)
        yield f"{kind}: {rows} in {filled['seconds']:.0f} s"
    small, full = (f"{accounts:,}" for _, accounts in stores)
    yield str(Row("accounts", full, small, goal="goal")).replace("         goal", "   ratio  goal")
    for subject in subjects:
        yield from map(str, _rows(subject, stores, now))
    yield f"{time.perf_counter() - started:.0f} s; medians; load {os.getloadavg()[0]:.1f}\n"


def _rows(subject: Subject, stores: list[tuple[str, int]], now: datetime) -> Iterator[Row]:
    """Small and full in turns, so that what disturbs one round disturbs both."""
    trials = [
        [_trial(subject.operation, url, accounts, number, now) for url, accounts in stores]
        for number in range(subject.rounds)
    ]
    small, full = (statistics.median(trial[place]["seconds"] for trial in trials) for place in (0, 1))
    ratio = statistics.median(trial[1]["seconds"] / trial[0]["seconds"] for trial in trials)
    goal, met = _verdict(subject, full, ratio)
    yield Row(subject.name, _time(full), _time(small), ratio, goal, met)
    peaks = [max(trial[place]["peak_mb"] for trial in trials) for place in (0, 1)]
    yield Row("  its peak memory", f"{peaks[1]:,.0f} MB", f"{peaks[0]:,.0f} MB", peaks[1] / peaks[0])


def _verdict(subject: Subject, seconds: float, ratio: float) -> tuple[str, bool | None]:
    if subject.most_times is not None:
        return f"<= {subject.most_times:g}x", ratio <= subject.most_times
    if subject.most_seconds is not None:
        return f"<= {subject.most_seconds:g} s", seconds <= subject.most_seconds
    return "", None


def _time(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def _trial(operation: str, url: str, accounts: int, number: int, now: datetime) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.scale.trial", operation, url, str(accounts), str(number), now.isoformat()]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    main(sys.argv[1:])
