"""How far a long command is, on standard error."""

import time
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_EVERY = 10


class Shown:
    """A bar on a terminal, a line every `_EVERY` seconds elsewhere."""

    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._is_terminal = console.is_terminal
        self._bar = Progress(*columns, console=console, transient=True, disable=not self._is_terminal)
        self._task = self._bar.add_task("重查", total=total)
        self._total = total
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def at(self, done: int, words: str) -> None:
        self._bar.update(self._task, completed=done, description=words)
        if not self._is_terminal and time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            typer.echo(f"{words}（{done}/{self._total} 个账号）", err=True)
