"""`python -m bench [subject ...]`: every ratio measured side by side in this run, as one table."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from bench import (
    analyzer,
    articles,
    bus,
    codec,
    collector,
    conventions,
    looks,
    near_miss,
    originality,
    pipeline,
    rescan,
    rules,
    schedule,
    sizes,
    words,
)
from bench.month import subject as month
from bench.table import HEADING, Row
from shared.runtime.logs import configure_logs
from xunjian.__main__ import NEW_OBJECTS

SUBJECTS: dict[str, Callable[[], Iterator[Row]]] = {
    "collector": collector.measure,
    "schedule": schedule.measure,
    "looks": looks.measure,
    "articles": articles.measure,
    "month": month.measure,
    "bus": bus.measure,
    "codec": codec.measure,
    "pipeline": pipeline.measure,
    "words": words.measure,
    "rules": rules.measure,
    "conventions": conventions.measure,
    "originality": originality.measure,
    "analyzer": analyzer.measure,
    "near-miss": near_miss.measure,
    "rescan": rescan.measure,
    "sizes": sizes.measure,
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        sys.exit(f"no such subject: {', '.join(unknown)}; there are: {', '.join(SUBJECTS)}")
    started = time.perf_counter()
    # As services are started: what is loaded once is not looked through again and again.
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    # Services log while they work, and so they do here; only nobody reads it.
    with Path(os.devnull).open("w") as nowhere:
        configure_logs("json", "info", nowhere)
        typer.echo(HEADING)
        for name in names or SUBJECTS:
            for row in SUBJECTS[name]():
                typer.echo(str(row))
    typer.echo(f"{time.perf_counter() - started:.0f} s; ratio: median of the rounds; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
