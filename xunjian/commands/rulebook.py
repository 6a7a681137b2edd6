"""`xunjian rulebook`: which rulebooks there are, what one says, and how two differ."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.analyzer.rulebook import Entry, Rulebook, built_in_names, load_rulebook
from xunjian.shown.severity import SEVERITY_NAMES

rulebook_app = typer.Typer(help="规则集：有哪些、写了什么、两份有何不同。", no_args_is_help=True)

_DIFFERENT = 1


class Change(NamedTuple):
    """One line of a comparison; a value that one side does not have is empty."""

    indicator: str
    kind: str
    item: str
    old: str
    new: str


@rulebook_app.command("list")
def list_rulebooks() -> None:
    """列出内置的规则集。"""
    books = [load_rulebook(name) for name in built_in_names()]
    rows = [(book.name, book.title, book.version, _dates(book), str(len(book.entries))) for book in books]
    _print(("名称", "标题", "版本", "生效日期", "指标数"), rows)


@rulebook_app.command()
def show(name: Annotated[str, typer.Argument(metavar="规则集", help="规则集名称或文件")]) -> None:
    """列出一份规则集的全部指标（含继承的）。"""
    book = load_rulebook(name)
    book.check()
    rows = [
        (
            entry.indicator,
            entry.rule,
            SEVERITY_NAMES[entry.severity],
            "是" if entry.confirm else "否",
            "，".join(f"{key}={value}" for key, value in sorted(_options(entry).items())) or "—",
            f"{entry.clause.document}“{entry.clause.words}”",
        )
        for entry in book.entries
    ]
    typer.echo(f"{book.title}　{book.label}　生效：{_dates(book)}")
    _print(("指标", "规则", "等级", "须人工确认", "阈值和选项", "依据"), rows)


@rulebook_app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="原规则集", help="原规则集：名称或文件")],
    new: Annotated[str, typer.Argument(metavar="新规则集", help="新规则集：名称或文件")],
) -> None:
    """比较两份规则集（含继承的指标）。退出码：0 相同，1 不同，2 输入有误。"""
    before, after = load_rulebook(old), load_rulebook(new)
    for book in (before, after):
        book.check()
    changes = list(changes_between(before, after))
    if not changes:
        typer.echo(f"{before.label} 与 {after.label} 的指标相同。")
        return
    _print(("指标", "变化", "项目", before.label, after.label), changes)
    raise typer.Exit(_DIFFERENT)


def changes_between(before: Rulebook, after: Rulebook) -> Iterator[Change]:
    """What differs in dates of effect and entries, in the order of the newer rulebook, what was removed last."""
    if _dates(before) != _dates(after):
        yield Change("—", "改动", "生效日期", _dates(before), _dates(after))
    old = {entry.indicator: entry for entry in before.entries}
    for entry in after.entries:
        known = old.pop(entry.indicator, None)
        if known is None:
            yield Change(entry.indicator, "新增", entry.rule, "", _summary(entry))
        else:
            yield from _changes_of(known, entry)
    for entry in old.values():
        yield Change(entry.indicator, "删除", entry.rule, _summary(entry), "")


def _changes_of(before: Entry, after: Entry) -> Iterator[Change]:
    old, new = _facts(before), _facts(after)
    for item in dict.fromkeys((*old, *new)):
        if old.get(item) != new.get(item):
            yield Change(after.indicator, "改动", item, old.get(item, ""), new.get(item, ""))


def _facts(entry: Entry) -> dict[str, str]:
    return {
        "规则": entry.rule,
        "等级": SEVERITY_NAMES[entry.severity],
        "须人工确认": "是" if entry.confirm else "否",
        "依据文件": entry.clause.document,
        "依据原文": entry.clause.words,
        **_options(entry),
    }


def _options(entry: Entry) -> dict[str, str]:
    """With the rule's own defaults, since an option that is not written applies all the same."""
    return {key: _written(value) for key, value in entry.plugin.model_dump(mode="json").items()}


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _summary(entry: Entry) -> str:
    return f"{SEVERITY_NAMES[entry.severity]}；{entry.clause.document}“{entry.clause.words}”"


def _dates(book: Rulebook) -> str:
    return f"{book.effective_from}起" + (f"至{book.effective_until}" if book.effective_until else "")


def _print(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A table on a terminal, fields divided by ` | ` elsewhere."""
    console = Console()
    if not console.is_terminal:
        for row in (headers, *rows):
            typer.echo(" | ".join(cell.replace("\n", " ") for cell in row))
        return
    table = Table()
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
