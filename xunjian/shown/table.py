"""A table on a terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Cells are plain text: what looks like markup in them is printed as it is."""
    table = Table()
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
