"""What a subject measures and how it is printed: ours beside a peer, taken in turns in one run."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """`ratio` is null for a figure that stands alone; `met` is null where there is no goal for it."""

    name: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}x"
        verdict = {None: "", True: "met", False: "missed"}[self.met]
        return f"{self.name:58} {self.ours:>16} {self.peer:>16} {ratio:>8}  {self.goal:<8} {verdict}".rstrip()


HEADING = str(Row("name", "ours", "peer/floor", goal="goal")).replace("         goal", "   ratio  goal")


class Goal(NamedTuple):
    """`at_least` or at most this ratio of ours to the peer's."""

    ratio: float
    at_least: bool = True

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.ratio:g}x"

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.ratio if self.at_least else ratio <= self.ratio


class Cost(NamedTuple):
    """What doing `items` things took: seconds on the clock and, where it was asked for, seconds of CPU."""

    items: int
    seconds: float
    cpu_seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.items / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        return self.cpu_seconds / self.items * 1000


Contestant = Callable[[], Cost]


def in_turns(*contestants: Contestant, rounds: int = ROUNDS) -> list[list[Cost]]:
    """Each contestant's costs, one a round. Who begins changes, so that nobody always comes second."""
    costs: list[list[Cost]] = [[] for _ in contestants]
    for number in range(rounds):
        order = list(enumerate(contestants))
        for place, contestant in order if number % 2 == 0 else reversed(order):
            costs[place].append(contestant())
    return costs


def faster(name: str, ours: list[Cost], peer: list[Cost], unit: str, goal: Goal | None = None) -> Row:
    """How many times the peer's items a second."""
    return _compared(name, [cost.rate for cost in ours], [cost.rate for cost in peer], unit, goal)


def longer(name: str, ours: list[Cost], peer: list[Cost], goal: Goal | None = None) -> Row:
    """How many times the peer's CPU time an item takes: what others do on the machine is not in it."""
    own, theirs = ([cost.cpu_milliseconds * 1000 for cost in costs] for costs in (ours, peer))
    return _compared(name, own, theirs, "µs CPU", goal)


def cpu(name: str, ours: list[Cost], peer: list[Cost], goal: Goal, saved: bool = False) -> Row:
    """Our CPU as a share of the peer's, or with `saved` how many times ours the peer's is."""
    own, theirs = [cost.cpu_milliseconds for cost in ours], [cost.cpu_milliseconds for cost in peer]
    row = _compared(name, own, theirs, "ms CPU", None)
    ratios = [b / a if saved else a / b for a, b in zip(own, theirs, strict=True)]
    return _judged(row, statistics.median(ratios), goal)


def over(items: Sequence[Any], work: Callable[[Any], object]) -> Contestant:
    """A contestant that does `work` with each of the items."""

    def work_all() -> int:
        for item in items:
            work(item)
        return len(items)

    return lambda: timed(work_all)


def timed(work: Callable[[], int]) -> Cost:
    """`work` returns how many items it did."""
    started, cpu_started = time.perf_counter(), time.process_time()
    items = work()
    return Cost(items, time.perf_counter() - started, time.process_time() - cpu_started)


def _compared(name: str, ours: list[float], peer: list[float], unit: str, goal: Goal | None) -> Row:
    """The median of the rounds' ratios, not the ratio of the medians: what disturbs a round disturbs both sides."""
    ratio = statistics.median(a / b for a, b in zip(ours, peer, strict=True))
    row = Row(name, _text(statistics.median(ours), unit), _text(statistics.median(peer), unit))
    return _judged(row, ratio, goal)


def _judged(row: Row, ratio: float, goal: Goal | None) -> Row:
    return Row(row.name, row.ours, row.peer, ratio, str(goal) if goal else "", goal.is_met(ratio) if goal else None)


def _text(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
