"""Text from pages and people, made harmless for spreadsheet cells: no formula, no control character (CWE-1236)."""

from typing import TYPE_CHECKING

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

MAX_CELL_CHARACTERS = 32_767
"""Excel's limit; openpyxl cuts silently at it, a file with more is called damaged by Excel."""

TEXT_FORMAT = "@"
PREFIX = "'"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_text(value: object) -> str:
    """`value` as a string a cell may hold: null is empty, control characters and lone surrogates are dropped."""
    text = "" if value is None else str(value)
    text = ILLEGAL_CHARACTERS_RE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "ignore").decode("utf-8").replace("\ufffe", "").replace("\uffff", "")
    return text[:MAX_CELL_CHARACTERS]


def write_text_cell(cell: "Cell | MergedCell", value: object) -> None:
    """Write `value` as text whatever it looks like: `=1+1` stays four letters, a 19-digit id keeps its digits.

    Only the top left cell of a merged range can be written; openpyxl raises AttributeError for the others.
    """
    cell.value = safe_text(value)
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT


def csv_text(value: object) -> str:
    """`value` for a CSV cell: what a spreadsheet would take for a formula gets a `'` before it (OWASP).

    A text that begins with `'` before such a sign gets one more, so that `from_csv_text` always gives it back.
    """
    text = safe_text(value)
    return PREFIX + text if _looks_like_formula(text) else text


def from_csv_text(text: str) -> str:
    """Undo `csv_text`."""
    return text[1:] if text.startswith(PREFIX) and _looks_like_formula(text[1:]) else text


def _looks_like_formula(text: str) -> bool:
    """True for a formula sign at the start, also behind spaces (spreadsheets trim them) or earlier prefixes."""
    return text.lstrip(" \u3000\n" + PREFIX).startswith(FORMULA_STARTS)
