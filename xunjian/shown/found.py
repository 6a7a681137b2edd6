"""What a rescan finds, and how it is written: a table, plain lines, JSON lines, or a CSV file."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.analyzer.objection import Objection
from services.analyzer.rulebook import Entry
from shared.account import Account
from shared.clock import chinese_time
from shared.errors import InputError
from shared.events import Evidence, Post, Severity
from shared.spreadsheet import csv_text
from shared.system_words import system_words
from xunjian.shown.severity import SEVERITY_NAMES

MOST_SHOWN = 500
HEADERS = ("账号", "单位", "等级", "指标", "标题", "发布时间", "位置", "说明", "链接")


class Found(NamedTuple):
    """What one rule says of one stored post."""

    account: Account
    post: Post
    entry: Entry
    objection: Objection

    @property
    def severity(self) -> Severity:
        return self.objection.severity or self.entry.severity

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One for each place."""
        post, at = self.post, self.post.published_at or self.post.observed_at
        for place in self.objection.evidence or (Evidence(),):
            yield (
                self.account.name,
                self.account.unit,
                SEVERITY_NAMES[self.severity],
                self.entry.indicator,
                place.title or "",
                chinese_time(at),
                place.quote or "",
                self.objection.sentence,
                place.url or post.url or "",
            )

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account.key,
            "name": self.account.name,
            "unit": self.account.unit,
            "post_id": self.post.id,
            "published_at": self.post.published_at and self.post.published_at.isoformat(),
            "url": self.post.url,
            "rule": self.entry.rule,
            "indicator": self.entry.indicator,
            "severity": self.severity.value,
            "sentence": self.objection.sentence,
            "places": [place.quote for place in self.objection.evidence],
        }


def writing(
    *, as_jsonl: bool, csv_file: Path | None, goes_on: bool = False
) -> AbstractContextManager[Callable[[Found], None]]:
    """What takes each hit as it is found: a file, lines for a pipe, or a table. Raises InputError for the file.

    `goes_on`: behind what the file holds already.
    """
    if csv_file is not None:
        return _csv(csv_file, goes_on=goes_on)
    return _lines(as_jsonl=as_jsonl) if as_jsonl or not Console().is_terminal else _table()


@contextmanager
def _csv(file: Path, *, goes_on: bool) -> Iterator[Callable[[Found], None]]:
    try:
        is_new = not goes_on or not file.exists() or not file.stat().st_size
        # With the mark by which Excel knows UTF-8.
        stream = file.open("w" if is_new else "a", encoding="utf-8-sig" if is_new else "utf-8", newline="")
    except OSError as error:
        raise InputError(str(file), f"写不了：{system_words(error)}；请换一个位置") from error
    with stream:
        writer = csv.writer(stream)
        if is_new:
            writer.writerow(HEADERS)
        yield lambda found: writer.writerows([csv_text(cell) for cell in row] for row in found.rows())


@contextmanager
def _lines(*, as_jsonl: bool) -> Iterator[Callable[[Found], None]]:
    def write(found: Found) -> None:
        if as_jsonl:
            typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
            return
        for row in found.rows():
            typer.echo(" | ".join(" ".join(cell.split()) for cell in row))

    if not as_jsonl:
        typer.echo(" | ".join(HEADERS))
    yield write


@contextmanager
def _table() -> Iterator[Callable[[Found], None]]:
    """Nobody reads more on a screen than `MOST_SHOWN`; a file holds all."""
    table, left_out = Table(), [0]
    for header in HEADERS:
        table.add_column(header, overflow="fold")

    def write(found: Found) -> None:
        for row in found.rows():
            if table.row_count < MOST_SHOWN:
                table.add_row(*map(Text, row))
            else:
                left_out[0] += 1

    try:
        yield write
    finally:
        if table.row_count:
            Console().print(table)
        if left_out[0]:
            typer.echo(f"……还有 {left_out[0]} 处，全部请用 --csv 文件名")
