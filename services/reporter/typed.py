"""What people typed into a list, read back: the file is theirs, and nothing in it is believed but three columns."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from shared.errors import InputError
from shared.ledger.sheets import read_sheets
from shared.ledger.values import BadCellError, CellValue, Unreadable, fold, is_blank, read_date, shown
from shared.mark import MarkState

STATE, NOTE, DEADLINE = "核实状态", "备注", "整改期限"
NUMBER, NAME, PLATFORM, KEY = "告警编号", "账号名称", "平台", "系统标识"
MOST_NOTE = 1000
_HEADER_WITHIN_ROWS = 30
_NAME_BEGINS = 50
_MONTH = re.compile(r"\d{4} ?[-/.年] ?\d{1,2} ?月?(底前?|内)?")
"""Its first day, as a ledger takes it, is earlier than meant by a month."""
_STATES = "、".join(MarkState)


class Typed(NamedTuple):
    """One row in which somebody typed. Null: of that nothing was said; an empty text takes back what was said.

    `matter` and `key` are empty where the row lost its 系统标识: then `fingerprint` is the 告警编号.
    """

    place: str
    key: str
    fingerprint: str
    matter: str
    state: MarkState | None
    note: str | None
    deadline: str | None


@dataclass(frozen=True)
class _Known:
    """The row as it was written. `wrote`: digests of state, note and deadline; none: all that stands there is new."""

    key: str
    fingerprint: str
    matter: str
    wrote: dict[str, str]


def digest(text: str) -> str:
    """Short: by it a cell is known to be as it was written."""
    return hashlib.sha256(shown(text).encode()).hexdigest()[:8]


def identity(name: str, platform: str, number: str) -> str:
    """By it a row is known whose cells were sorted without each other.

    Of a name its beginning: a list cuts the rest.
    """
    return digest(f"{shown(name)[:_NAME_BEGINS]}\x1f{shown(platform)}\x1f{number}")


def read_typed(path: Path) -> tuple[list[Typed], list[InputError]]:
    """The rows of all sheets in which somebody typed, and what of them cannot be read, each with place and remedy.

    Raises InputError for a file that is no list at all.
    """
    found: list[Typed] = []
    refused: list[InputError] = []
    is_list = False
    for sheet in read_sheets(path):
        for place, cells in _rows(f"{path.name} 工作表“{sheet.name}”", sheet.rows):
            is_list = True
            try:
                typed = _typed(place, cells)
            except InputError as error:
                refused.append(error)
                continue
            if (typed.state, typed.note, typed.deadline) != (None, None, None):
                found.append(typed)
    if not is_list:
        raise InputError(path.name, f"没有找到“{STATE}”一列；请选择 xunjian report weekly 生成的清单")
    return found, refused


def _rows(where: str, rows: list[list[CellValue]]) -> Iterator[tuple[str, dict[str, CellValue]]]:
    """Each row below the header, by the header's words; its place for people."""
    head = next((n for n, row in enumerate(rows[:_HEADER_WITHIN_ROWS]) if STATE in map(shown, row)), None)
    if head is None:
        return
    names = [shown(name) for name in rows[head]]
    for number, row in enumerate(rows[head + 1 :], head + 2):
        cells = dict(zip(names, row, strict=False))
        if any(shown(cells.get(name)) for name in (STATE, NOTE, DEADLINE)) or shown(cells.get(KEY)):
            yield f"{where}第{number}行", cells


def _typed(place: str, cells: dict[str, CellValue]) -> Typed:
    known = _known(place, cells)
    said = {name: _said(place, cells, name, known) for name in (STATE, NOTE, DEADLINE)}
    state, note, deadline = said[STATE], said[NOTE], said[DEADLINE]
    typed = Typed(
        place,
        known.key,
        known.fingerprint,
        known.matter,
        None if state is None else _state(place, state),
        None if note is None else _note(place, note),
        None if deadline is None else _deadline(place, cells.get(DEADLINE)),
    )
    if not known.key and not known.fingerprint and any(part is not None for part in typed[4:]):
        raise InputError(
            place, f"这一行没有{NUMBER}，也没有{KEY}；请在系统生成的清单里填写，或用 xunjian list mark 账号 标注"
        )
    return typed


def _said(place: str, cells: dict[str, CellValue], name: str, known: _Known) -> str | None:
    """The cell's text; null when it is as it was written."""
    cell = cells.get(name)
    if isinstance(cell, Unreadable):
        raise InputError(f"{place} {name}", f"{cell.message}；请{cell.remedy}")
    if name not in cells:
        return None
    text = shown(cell)
    if known.wrote:
        return None if digest(text) == known.wrote[name] else text
    return None if text in ("", MarkState.PENDING) else text


def _known(place: str, cells: dict[str, CellValue]) -> _Known:
    number = fold(cells.get(NUMBER)).upper()
    text = shown(cells.get(KEY))
    if not text:
        return _Known("", number, "", {})
    try:
        key, fingerprint, matter, who, *wrote = (str(part) for part in json.loads(text))
        digests = dict(zip((STATE, NOTE, DEADLINE), wrote, strict=True))
    except (ValueError, TypeError) as error:
        raise InputError(f"{place} {KEY}", f"被改动过，认不出是哪一项；请清空这一格，按{NUMBER}读取") from error
    if who != identity(shown(cells.get(NAME)), shown(cells.get(PLATFORM)), shown(cells.get(NUMBER))):
        raise InputError(
            place,
            f"账号名称、平台或{NUMBER}与{KEY}对不上（可能只排序了其中几列）；请恢复原样，或用 xunjian list mark 标注",
        )
    return _Known(key, fingerprint, matter, digests)


def _state(place: str, text: str) -> MarkState:
    word = fold(text)
    if not word:
        return MarkState.PENDING
    if word not in list(MarkState):
        raise InputError(f"{place} {STATE}", f"“{word[:20]}”不是核实状态；请从下拉列表中选：{_STATES}")
    return MarkState(word)


def _note(place: str, text: str) -> str:
    if len(text) > MOST_NOTE:
        raise InputError(f"{place} {NOTE}", f"内容过长（{len(text)}字）；请缩短到{MOST_NOTE}字以内")
    return text


def _deadline(place: str, cell: CellValue) -> str:
    if is_blank(cell):
        return ""
    return deadline_of(cell, f"{place} {DEADLINE}")


def deadline_of(cell: CellValue, place: str) -> str:
    """The date as `2026-12-10`. Raises InputError naming the place."""
    if _MONTH.fullmatch(fold(cell)):
        raise InputError(place, f"没有写哪一天（{shown(cell)[:20]}）；请写成 2026-12-10")
    try:
        return read_date(cell).isoformat()
    except BadCellError as error:
        raise InputError(place, f"{error.message}（{shown(cell)[:20]}）；请写成 2026-12-10") from error
