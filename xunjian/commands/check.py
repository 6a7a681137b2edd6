"""`xunjian check`: what the text rules say of a draft before it is published."""

import bisect
import re
import sys
from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple

import typer

from services.analyzer.language.lexicon.options import parse_options, parse_pairs
from services.analyzer.language.origin.kind import kind_of_text
from services.analyzer.language.personal.numbers import mask, mask_all
from services.analyzer.objection import Hit
from services.analyzer.rulebook import Entry, Rulebook, load_rulebook
from shared.errors import InputError
from shared.events import Severity
from xunjian.shown.severity import SEVERITY_NAMES
from xunjian.typed.lines import lines, opened, text_of, write

_OBJECTED = 1
_BAD_INPUT = 2

_TITLES = ("位置", "等级", "规则", "词语", "依据", "建议", "理由")


class Remark(NamedTuple):
    """One hit with the rulebook entry it falls under."""

    entry: Entry
    hit: Hit

    @property
    def severity(self) -> Severity:
        """Rules say `deduction` for what fully counts; how much that is, the rulebook says."""
        counts_fully = self.hit.severity is Severity.DEDUCTION and self.entry.severity.accuses
        return self.entry.severity if counts_fully else self.hit.severity


def check(
    file: Annotated[str, typer.Argument(metavar="文件", help="要检查的文本文件，“-”表示标准输入")] = "-",
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help='每行一个 {"id","text"}，逐行输出 id、kind、findings')] = False,
    lexicon: Annotated[str | None, typer.Option("--lexicon", help="词库文件（txt、csv 或 xlsx），代替内置词语")] = None,
    lexicon_option: Annotated[
        list[str] | None, typer.Option("--lexicon-option", help="词库选项 名称=值，例如 homophones=true；可多次给出")
    ] = None,
    conventions: Annotated[
        str | None,
        typer.Option("--conventions", help="用语规范文件（csv 或 xlsx，列：写法、建议、来源、说明、例外、等级）"),
    ] = None,
    rulebook: Annotated[str, typer.Option("--rulebook", help="规则手册名称或文件")] = "cn",
) -> None:
    """发布前检查文本。退出码：0 无问题，1 有需处理的问题，2 输入有误。"""
    try:
        entries = _entries(load_rulebook(rulebook), lexicon, parse_pairs(tuple(lexicon_option or ())))
        entries = _with_conventions(entries, conventions)
        objected = _check_lines(file, entries) if jsonl else _check_text(file, entries)
    except InputError as error:
        typer.echo(f"输入有误：{_printable(str(error))}", err=True)
        raise typer.Exit(_BAD_INPUT) from error
    if objected:
        raise typer.Exit(_OBJECTED)


def remarks_on(text: str, entries: Iterable[Entry]) -> list[Remark]:
    """Everything the entries' rules say of the text, in order of place."""
    found = [Remark(entry, hit) for entry in entries for hit in entry.plugin.check_text(text)]
    return sorted(found, key=lambda remark: (remark.hit.start, remark.hit.end, remark.hit.rule))


def _entries(book: Rulebook, lexicon: str | None, options: dict[str, str]) -> list[Entry]:
    """Those of the rulebook that read texts, with these word lists. Raises InputError for an unknown option."""
    parse_options(options)
    own = ({} if lexicon is None else {"lexicons": (lexicon,)}) | ({"lexicon_options": options} if options else {})
    return [
        Entry.model_validate(entry.model_dump() | {"options": {**entry.options, **own}})
        if "lexicons" in type(entry.plugin).model_fields
        else entry
        for entry in book.entries
        if entry.plugin.reads_text
    ]


def _with_conventions(entries: list[Entry], file: str | None) -> list[Entry]:
    """With this file in place of those the rulebook names; the nation's entry where it has none. Raises InputError."""
    if file is None:
        return entries
    found = _conventions_in(entries) or _conventions_in(load_rulebook().entries)
    named = [Entry.model_validate(entry.model_dump() | {"options": {"conventions": file}}) for entry in found]
    for entry in named:
        entry.plugin.trouble()
    return [*(entry for entry in entries if entry not in found), *named]


def _conventions_in(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.rule == "naming_convention"]


def _check_text(file: str, entries: list[Entry]) -> bool:
    with opened(file) as stream:
        text = text_of(stream.read(), file)
    remarks = remarks_on(text, entries)
    places = _Lines(text)
    if sys.stdout.isatty() and remarks:
        from xunjian.shown.table import show  # noqa: PLC0415  # rich takes long to import, and is for terminals

        show(_TITLES, ((places.place(remark.hit.start), *_cells(remark)) for remark in remarks))
    else:
        for remark in remarks:
            typer.echo("{} [{}] {} “{}” 依据：{} 建议：{}{}".format(places.place(remark.hit.start), *_cells(remark)))
    objections = sum(remark.severity.accuses for remark in remarks)
    typer.echo(f"需处理 {objections} 处，仅供参考 {len(remarks) - objections} 处。")
    return objections > 0


def _check_lines(file: str, entries: list[Entry]) -> bool:
    objected = False
    with opened(file) as stream:
        for line in lines(stream, file, '{"id": …, "text": …}'):
            text = line.text("text")
            remarks = remarks_on(text, entries)
            objected = objected or any(remark.severity.accuses for remark in remarks)
            findings = [_finding(remark) for remark in remarks]
            write({"id": line.identity, "kind": kind_of_text(text).value, "findings": findings})
    return objected


def _finding(remark: Remark) -> dict[str, Any]:
    hit, entry = remark.hit, remark.entry
    return {
        "rule": entry.rule,
        "severity": remark.severity.value,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "suggestion": hit.suggestion,
        "advice": None if hit.advice is None else mask_all(hit.advice),
        "indicator": entry.indicator,
        "clause": {"document": entry.clause.document, "words": entry.clause.words},
        "tag": hit.tag,
        "kind": hit.kind,
        "reason": hit.reason,
    }


class _Lines:
    """Turns code points into `line:column`, both from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, start: int) -> str:
        line = bisect.bisect_right(self._starts, start)
        return f"{line}:{start - self._starts[line - 1] + 1}"


def _cells(remark: Remark) -> tuple[str, ...]:
    hit, clause = remark.hit, remark.entry.clause
    shown = mask(hit.text, hit.kind) if hit.rule == "personal_number" else mask_all(hit.text)
    return (
        SEVERITY_NAMES[remark.severity],
        f"{remark.entry.rule}（{remark.entry.indicator}）",
        _printable(shown),
        f"{clause.document}“{clause.words}”",
        _printable(mask_all(hit.advice or "请核实。")),
        _printable(mask_all(_reason(hit))),
    )


def _reason(hit: Hit) -> str:
    """What was measured, unless the advice says it: a finding is checked by hand from what is printed."""
    reason = hit.reason or ""
    return "" if reason.rpartition("，")[2] in (hit.advice or "") else f" 理由：{reason}"


def _printable(text: str) -> str:
    """Text from elsewhere, without what could steer a terminal."""
    return re.sub(r"\s+", " ", "".join(character if character.isprintable() else " " for character in text))
