"""What every process shows of itself: which program it is, how its loops are, whether what it needs answers."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from shared.bus.contract import Bus
from shared.commit import commit_of
from shared.errors import XunjianError
from shared.runtime.metrics import Answer, Metrics, Told
from shared.runtime.vitals import Check, Vitals
from shared.storage.schema import newest

ROOT = Path(__file__).parents[2]
KEEP_SECONDS = 5.0
BUS_SECONDS = 15.0
_COMMIT_CHARACTERS = 12


def show_process(metrics: Metrics, vitals: Vitals) -> None:
    """From now on at every scrape."""
    metrics.build.labels(*_build()).set(1)
    metrics.ask(
        "loops", lambda: {metrics.service_ok: {(name,): ok for name, ok in vitals.well().items()}}, keep_seconds=0
    )
    metrics.ask("ready", lambda: {metrics.ready: {(): not vitals.problems()}}, keep_seconds=KEEP_SECONDS, rest_times=0)


def show_part(metrics: Metrics, name: str, check: Check) -> None:
    """Whether a part that is needed answers; one that hangs does not."""
    hangs: Answer = {metrics.part_ok: {(name,): 0}}
    asked = partial(_asked, metrics, name, check)
    metrics.ask(name, asked, keep_seconds=KEEP_SECONDS, rest_times=0, otherwise=hangs)


def show_opened(metrics: Metrics, name: str, answers: bool) -> None:
    """As it was when last tried, until `show_part`."""
    told: Answer = {metrics.part_ok: {(name,): answers}}
    metrics.ask(name, lambda: told, keep_seconds=KEEP_SECONDS, otherwise=told)


def _asked(metrics: Metrics, name: str, check: Callable[[], None]) -> Answer:
    try:
        check()
    except XunjianError:
        return {metrics.part_ok: {(name,): 0}}
    return {metrics.part_ok: {(name,): 1}}


@cache
def _build() -> tuple[str, str, str]:
    """Version, commit, schema; `unknown` for what nothing tells."""
    try:
        number = version("xunjian")
    except PackageNotFoundError:
        number = "unknown"
    return number, (commit_of(ROOT) or "unknown")[:_COMMIT_CHARACTERS], newest()


def show_bus(metrics: Metrics, bus: Bus, group: str, topics: Sequence[str]) -> None:
    """What the group has yet to do, also while it does nothing, and what was set aside of its topics."""

    def ask() -> Answer:
        set_aside: Told = {(topic,): number for topic, number in bus.dead_letters(topics).items()}
        return {metrics.lag: {(group,): bus.lag(group, topics)}, metrics.dead_letters: set_aside}

    metrics.ask(f"bus of {group}", ask, keep_seconds=BUS_SECONDS)
