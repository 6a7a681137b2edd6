"""`python -m bench.scale [sqlite] [postgres] [accounts] [history] [operation ...]`: costs in a full store beside those
in a hundredth of it.

The full one has more accounts or, by `history`, as many with a longer past. SCALE=0.1 in the environment makes both a
tenth as large.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import starmap
from typing import Any, NamedTuple

import typer

from bench.scale.databases import DATABASES
from bench.scale.operations import BATCH, OPERATIONS, REPEATS
from bench.scale.samples import POSTS
from bench.table import Row
from shared.storage.observations import HISTORY_POSTS

ACCOUNTS = 100_000
FRACTION = 100
FEWEST = BATCH * REPEATS
"""So many accounts one round of judging takes."""
FEWEST_OLD = 10


class Size(NamedTuple):
    """`posts`: stored of each account."""

    accounts: int
    posts: int

    @property
    def stored(self) -> str:
        return f"{self.accounts * self.posts:,}"


class Store(NamedTuple):
    url: str
    size: Size


class Subject(NamedTuple):
    """`most_times`: goal for full beside small, of CPU where it is counted; `most_seconds`: goal for full."""

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
    growths = _growths(float(os.environ.get("SCALE", "1")))
    there = [*DATABASES, *growths, *OPERATIONS]
    if unknown := [name for name in names if name not in there]:
        sys.exit(f"no such thing: {', '.join(unknown)}; there are: {', '.join(there)}")
    subjects = [subject for subject in SUBJECTS if subject.operation in names] or list(SUBJECTS)
    now = datetime.now(UTC)
    for kind in [name for name in names if name in DATABASES] or DATABASES:
        for growth in [name for name in names if name in growths] or ["accounts"]:
            with DATABASES[kind]() as urls:
                stores = list(starmap(Store, zip(urls, growths[growth], strict=True)))
                for line in _measure(f"{kind}, more {growth}", stores, subjects, now):
                    typer.echo(line)


def _growths(scale: float) -> dict[str, tuple[Size, Size]]:
    """Small and full, about as many posts in either.

    Of its own account a post is judged beside at most the last HISTORY_POSTS: histories begin where they are so long,
    since until then each further post of an account is one more to read, however few others are stored.
    """
    few, many = (max(FEWEST, round(ACCOUNTS * scale / fraction)) for fraction in (FRACTION, 1))
    old = max(FEWEST_OLD, round(few * POSTS / HISTORY_POSTS))
    return {
        "accounts": (Size(few, POSTS), Size(many, POSTS)),
        "history": (Size(old, HISTORY_POSTS), Size(old, HISTORY_POSTS * FRACTION)),
    }


def _measure(kind: str, stores: list[Store], subjects: list[Subject], now: datetime) -> Iterator[str]:
    started = time.perf_counter()
    for store in stores:
        filled = _trial("fill", store, 0, now)
        rows = ", ".join(f"{count:,} {name}" for name, count in filled["rows"].items() if count >= store.size.accounts)
        yield f"{kind}: {rows} in {filled['seconds']:.0f} s"
    small, full = (store.size.stored for store in stores)
    yield str(Row("stored posts", full, small, goal="goal")).replace("         goal", "   ratio  goal")
    for subject in subjects:
        yield from map(str, _rows(subject, stores, now))
    yield f"{time.perf_counter() - started:.0f} s; medians; load {os.getloadavg()[0]:.1f}\n"


def _rows(subject: Subject, stores: list[Store], now: datetime) -> Iterator[Row]:
    """Small and full in turns, so that what disturbs one round disturbs both; who begins changes."""
    trials: list[list[dict[str, Any]]] = []
    for number in range(subject.rounds):
        order = stores if number % 2 == 0 else stores[::-1]
        round_ = [_trial(subject.operation, store, number, now) for store in order]
        trials.append(round_ if order is stores else round_[::-1])
    judged = "seconds" if trials[0][0]["cpu_seconds"] is None else "cpu_seconds"
    for name, what, form in (
        ("{}, CPU", "cpu_seconds", _time),
        ("  time on the clock" if judged == "cpu_seconds" else "{}", "seconds", _time),
        ("  pages of the database, in memory or not", "pages", _count),
        ("  bytes of the database's log", "log_bytes", _count),
    ):
        if trials[0][0][what]:
            small, full = (statistics.median(trial[place][what] for trial in trials) for place in (0, 1))
            ratio = statistics.median(trial[1][what] / trial[0][what] for trial in trials)
            goal, met = _verdict(subject, full, ratio) if what == judged else ("", None)
            yield Row(name.format(subject.name), form(full), form(small), ratio, goal, met)
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


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _trial(operation: str, store: Store, number: int, now: datetime) -> dict[str, Any]:
    told = [operation, store.url, *map(str, (*store.size, number)), now.isoformat()]
    command = [sys.executable, "-m", "bench.scale.trial", *told]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    main(sys.argv[1:])
