"""Tables of a web page that calls itself .xls: many office systems export so."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from shared.ledger.values import CellValue

Rows = list[list[CellValue]]
MOST_TABLES = 20
MOST_OTHER_TAGS = 20_000
_OTHER_TAGS = re.compile(r"<(?!/|(?:td|th|tr|br|col)\b)[a-z!?]", re.IGNORECASE)
Targets = dict[tuple[int, int], str]


def tables_in(page: str, most_rows: int, most_columns: int) -> list[tuple[Rows, Targets]]:
    """Each table's cells, spanned ones filled with their words, and the web addresses behind cells by (row, column)
    counted from 1; at most so large. None of a page that is more than plain tables: nested deeply it would have no end.
    What scripts and styles say is no word of a cell.
    """
    if len(_OTHER_TAGS.findall(page)) > MOST_OTHER_TAGS:
        return []
    tree = LexborHTMLParser(page)
    tree.strip_tags(["script", "style"])
    for node in tree.css("br"):
        node.replace_with("\n")
    tables = tree.css("table")[:MOST_TABLES]
    return [_read(table, most_rows, most_columns) for table in tables if not _is_layout(table)]


def _is_layout(table: LexborNode) -> bool:
    """Tables around tables only lay a page out, and reading what lies in them again and again would have no end."""
    return len(table.css("table")) > 1 or table.css_first("td table, th table") is not None


def _read(table: LexborNode, most_rows: int, most_columns: int) -> tuple[Rows, Targets]:
    rows: Rows = []
    targets: Targets = {}
    below: dict[int, tuple[int, str]] = {}
    for line in table.css("tr")[:most_rows]:
        row: list[CellValue] = []
        rows.append(row)
        for cell in line.iter():
            if cell.tag not in ("td", "th") or len(row) >= most_columns:
                continue
            _fill_from_above(row, below)
            words = cell.text(deep=True).strip()
            if (link := cell.css_first("a[href]")) and (link.attributes["href"] or "").lower().startswith("http"):
                targets[len(rows), len(row) + 1] = link.attributes["href"] or ""
            down, across = (_count(cell, name) for name in ("rowspan", "colspan"))
            for _ in range(min(across, most_columns - len(row))):
                if down > 1:
                    below[len(row)] = (down - 1, words)
                row.append(words or None)
        _fill_from_above(row, below)
    return rows, targets


def _fill_from_above(row: list[CellValue], below: dict[int, tuple[int, str]]) -> None:
    """`below`: by column, for how many rows more a cell of an earlier row goes on, and its words."""
    while held := below.pop(len(row), None):
        left, words = held
        if left > 1:
            below[len(row)] = (left - 1, words)
        row.append(words or None)


def _count(cell: LexborNode, name: str) -> int:
    text = cell.attributes.get(name) or ""
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
