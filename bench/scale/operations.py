"""What is measured, each through the door its user takes."""

import random
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from bench.scale.filling import account_id
from bench.scale.meter import Meter
from bench.scale.samples import post_of, probe_of
from services.analyzer.__main__ import build as build_analyzer
from services.analyzer.engine import TICK
from services.analyzer.in_force import Rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from services.analyzer.rulebook import load_rulebook
from services.analyzer.shown import shown
from services.reporter.__main__ import build_reports
from services.reporter.writing import write_report
from shared.bus.contract import Record
from shared.events import Event, Post, Probe
from shared.runtime.health import HealthServer
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host
from shared.runtime.vitals import Vitals
from shared.trace import TraceOf, current_trace
from xunjian.shown.screen import Screen

BATCH, REPEATS = 50, 5


class Spent(NamedTuple):
    """Once; `cpu_seconds` of this process and of the server's, `pages` and `log_bytes` of the database."""

    seconds: float
    cpu_seconds: float | None = None
    pages: float | None = None
    log_bytes: float | None = None


def judge_probe(host: Host, accounts: int, number: int, now: datetime) -> Spent:
    """A probe with a new post of its account, in batches as the engine takes them.

    Each account was judged once before: the pages it lies on are in memory, in a small store as in a large one.
    """
    meter = Meter(host.store.database.engine)
    judge = Judge(host.store.judgements, Matters(Rulebooks(load_rulebook()), Metrics()))
    order = random.Random(number).sample(range(accounts), min(BATCH * REPEATS, accounts))  # noqa: S311
    size = min(BATCH, accounts)
    chosen = cycle(order)
    parts = [list(islice(chosen, size)) for _ in range(REPEATS)]
    warming, measured = (
        [_visits(part, now + timedelta(minutes=10 * turn), turn) for turn, part in enumerate(parts, REPEATS * times)]
        for times in (2 * number, 2 * number + 1)
    )
    for batch in warming:
        judge.judge(batch)
    begun = meter.read()
    seconds = _median(partial(judge.judge, batch) for batch in measured).seconds / size
    spent = meter.read().since(begun)
    count = REPEATS * size
    return Spent(seconds, spent.cpu_seconds / count, spent.pages / count, spent.log_bytes / count)


def tick(host: Host, _accounts: int, number: int, now: datetime) -> Spent:
    """Of a round of the analyzer in which the timer is due and there is nothing new."""
    engine = build_analyzer(replace(host, bus=SilentBus()))
    begun = now + timedelta(hours=1, minutes=30 * number)
    engine.step(begun)
    return _median(partial(engine.step, begun + turn * TICK) for turn in range(1, REPEATS + 1))


def board(host: Host, _accounts: int, _number: int, _now: datetime) -> Spent:
    """To show the table anew."""
    with Path("/dev/null").open("w") as nowhere:
        screen = Screen(host, Console(file=nowhere, force_terminal=True, width=160, height=50), Vitals(), "")
        with screen.live():
            refresh = partial(screen.refresh, host.clock())
            refresh()
            return _median([refresh] * REPEATS)


def scrape(host: Host, _accounts: int, _number: int, _now: datetime) -> Spent:
    """Until `/metrics` has answered with everything that was counted for it in the background."""
    with closing(HealthServer("127.0.0.1", 0, host.metrics, Vitals())) as server:
        url = f"http://127.0.0.1:{server.port}/metrics"

        # However long it takes: the service itself would rather tell the last answer.
        count = partial(shown, host.metrics, host.store.counting, "", host.clock())
        host.metrics.ask("store", count, patience_seconds=60)

        def ask() -> None:
            if b"xunjian_accounts{" not in urllib.request.urlopen(url, timeout=60).read():
                raise RuntimeError("the gauge is not there, so nothing was measured")

        ask()
        return _median([ask] * REPEATS)


def weekly_list(host: Host, _accounts: int, _number: int, now: datetime) -> Spent:
    """To write the list of the week closed last, as of a moment since which every account was probed again."""
    weekly = build_reports(host.settings)["weekly"]
    week, cut_off = weekly.period(now - timedelta(days=7)), now - timedelta(hours=9)
    return _median([lambda: write_report(weekly, host.store, week, cut_off, host.settings.data_dir)])


OPERATIONS: dict[str, Callable[[Host, int, int, datetime], Spent]] = {
    "judge_probe": judge_probe,
    "tick": tick,
    "board": board,
    "scrape": scrape,
    "weekly_list": weekly_list,
}


class SilentBus:
    """On which nothing comes, at once, so that what is measured is not the waiting."""

    def publish(self, events: Iterable[Event], trace_of: TraceOf = current_trace) -> None: ...
    def subscribe(self, group: str, topics: Iterable[str]) -> "SilentBus":
        return self

    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        return []

    def commit(self) -> None: ...
    def rewind(self) -> None: ...
    def dead_letter(self, record: Record, reason: str) -> None: ...
    def lag(self, group: str = "", topics: Iterable[str] = ()) -> int:
        return 0

    def dead_letters(self, topics: Iterable[str]) -> dict[str, int]:
        return {}

    def check(self) -> None: ...
    def close(self) -> None: ...


def _visits(numbers: list[int], at: datetime, round_number: int) -> list[Post | Probe]:
    """One visit each: a post of an hour ago and the probe that saw it."""
    published_at = at - timedelta(hours=1)
    events: list[Post | Probe] = []
    for number in numbers:
        own = account_id(number)
        events.append(post_of(own, 1_000 + round_number, published_at, at))
        events.append(probe_of(own, at, published_at))
    return events


def _median(works: Iterable[Callable[[], object]]) -> Spent:
    seconds = []
    for work in works:
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return Spent(statistics.median(seconds))
