"""`python -m bench.eval [task ...]`: how right the text rules are on the labelled sets, beside the goals."""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator

import typer

import bench.eval
from bench.eval.sets import HALF, SetMissingError
from bench.table import Row

_NO_TASKS = {"__main__", "sets"}


def tasks() -> dict[str, Callable[[], Iterator[Row]]]:
    """Each module of this folder that measures, by its name."""
    names = sorted({module.name for module in pkgutil.iter_modules(bench.eval.__path__)} - _NO_TASKS)
    return {name: importlib.import_module(f"bench.eval.{name}").figures for name in names}


def main(names: list[str]) -> None:
    known = tasks()
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no such task: {', '.join(unknown)}; there are: {', '.join(known)}")
    typer.echo(f"{'figure':58} {HALF:>16} {'counted':>16} {'':8}  goal")
    for name in names or known:
        for row in _figures(known[name]):
            typer.echo(str(row))


def _figures(measure: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    try:
        yield from measure()
    except SetMissingError as missing:
        yield Row(str(missing), "")


if __name__ == "__main__":
    main(sys.argv[1:])
