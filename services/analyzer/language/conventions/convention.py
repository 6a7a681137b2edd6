"""One convention: a row of an office's file, each cell checked."""

import re
from typing import NamedTuple

from services.analyzer.language.conventions.pattern import GAPS, Pattern, PatternError, parse_pattern
from services.analyzer.language.text.folding import fold_word, fold_words
from shared.events import Severity

COLUMNS = {
    "pattern": "写法",
    "suggestion": "建议",
    "source": "来源",
    "note": "说明",
    "exceptions": "例外",
    "severity": "等级",
}
_SEVERITIES = {
    "问题": Severity.DEDUCTION,
    "提醒": Severity.REMINDER,
    "提示": Severity.HINT,
    "提及": Severity.MENTION,
}
_LONGEST_CELL = 500


class CellError(ValueError):
    """`column`: its English name; the message is a Chinese clause with the remedy."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class Convention(NamedTuple):
    """`suggestion`: the texts before, between and after the gaps of the pattern, which are kept; empty: advice only.

    `exceptions`: folded phrases inside which the pattern, or a piece of it, is right. `row` counts the header as 1.
    """

    row: int
    written: str
    pattern: Pattern
    suggestion: tuple[str, ...]
    source: str
    note: str
    exceptions: tuple[str, ...]
    severity: Severity

    def says_the_same_as(self, other: "Convention") -> bool:
        """Wherever they stand and however their patterns are written."""
        return self._replace(row=other.row, written=other.written) == other


def convention_of(row: int, cells: dict[str, str]) -> Convention:
    """`cells` by English column name, those that the file has. Raises CellError."""
    given = {column: cells.get(column, "").strip() for column in COLUMNS}
    for column, cell in given.items():
        if len(cell) > _LONGEST_CELL:
            raise CellError(column, f"有 {len(cell)} 个字，太长；请缩短到 {_LONGEST_CELL} 字以内")
    pattern = _pattern(given["pattern"])
    return Convention(
        row=row,
        written=given["pattern"],
        pattern=pattern,
        suggestion=_suggestion(given["suggestion"], pattern),
        source=given["source"],
        note=given["note"],
        exceptions=_exceptions(given["exceptions"], pattern),
        severity=_severity(given["severity"]),
    )


def _pattern(cell: str) -> Pattern:
    if not cell:
        raise CellError("pattern", "没有填写；请填写要查找的写法，或删除该行")
    try:
        return parse_pattern(cell)
    except PatternError as error:
        raise CellError("pattern", str(error)) from error


def _suggestion(cell: str, pattern: Pattern) -> tuple[str, ...]:
    if not cell:
        return ()
    if not fold_word(cell).strip():
        raise CellError("suggestion", "只有看不见的字符；请重新填写，或留空")
    gaps = len(pattern.pieces) - 1
    parts = tuple(GAPS.split(cell)) if gaps else (cell,)
    if len(parts) != gaps + 1:
        raise CellError("suggestion", f"写法里有 {gaps} 处“…”，建议里有 {len(parts) - 1} 处；请写成一样多，或留空")
    if all(piece == (fold_word(part.strip()),) for piece, part in zip(pattern.pieces, parts, strict=True)):
        raise CellError("suggestion", "与写法相同（大小写、全角半角、繁体简体视为相同）；请改正建议，或删除该行")
    return parts


def _exceptions(cell: str, pattern: Pattern) -> tuple[str, ...]:
    given = [phrase.strip() for phrase in re.split("[;；\n]", cell) if phrase.strip()]
    for phrase in given:
        if not _holds(phrase, pattern):
            raise CellError("exceptions", f"“{phrase}”里没有这一写法，不起作用；请写包含该写法的整个词语，或删去")
        if "、" in phrase and all(_holds(part, pattern) for part in phrase.split("、")):
            raise CellError("exceptions", f"“{phrase}”是几个词语；请用分号（；）隔开")
    return tuple(fold_words(given)) if given else ()


def _holds(phrase: str, pattern: Pattern) -> bool:
    folded = fold_word(phrase)
    return any(form in folded for piece in pattern.pieces for form in piece)


def _severity(cell: str) -> Severity:
    if not cell:
        return Severity.REMINDER
    known = _SEVERITIES | {severity.value: severity for severity in _SEVERITIES.values()}
    if cell.lower() not in known:
        raise CellError("severity", f"没有“{cell}”这一等级；请填写{'、'.join(_SEVERITIES)}，或留空（提醒）")
    return known[cell.lower()]
