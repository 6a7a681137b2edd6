"""Files of words: txt (a word a line), csv and xlsx (columns word, tag, suggestion by their headers)."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from services.analyzer.language.files.tables import csv_rows, read_raw, text_in, workbook_rows
from services.analyzer.language.lexicon.words import Word, WordTable
from shared.errors import InputError

_OWN = "custom"
"""The tag of words whose file gives none."""

_LONGEST = 100
"""A longer line is a text, not a word."""


class WordFile(NamedTuple):
    """What a file held. `version`: sha256 of its bytes."""

    table: WordTable
    version: str


def read_words(path: Path) -> list[Word]:
    """As `read_word_file`, the words alone."""
    table = read_word_file(path).table
    return [table[place] for place in range(len(table))]


def read_word_file(path: Path) -> WordFile:
    """All words of a file; text is UTF-8 or GB18030 (as Excel saves). Raises InputError naming file, row and remedy."""
    raw = read_raw(path)
    return WordFile(_words_in(raw, path), hashlib.sha256(raw).hexdigest())


def _words_in(raw: bytes, path: Path) -> WordTable:
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return _of_columns(path, _columns_of(path, workbook_rows(path, raw)))
    text = text_in(raw, path)
    if suffix == ".txt":
        words = list(map(str.strip, text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
        return _checked(path, words, [_OWN] * len(words), [""] * len(words), first=1)
    return _of_columns(path, _even_columns(text) or _columns_of(path, csv_rows(path, text)))


def _even_columns(text: str) -> list[list[str]] | None:
    """The columns of plain CSV, every line alike and nothing quoted, in a third of the time; null if it is not so."""
    lines = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    width = lines[: lines.index("\n")].count(",") + 1
    octets = np.frombuffer(lines.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    commas = np.cumsum(octets == ord(","))[octets == ord("\n")]
    if '"' in text or "\r" in lines or not np.array_equal(commas, np.arange(1, len(commas) + 1) * (width - 1)):
        return None
    cells = lines[:-1].replace("\n", ",").split(",")
    return [list(map(str.strip, cells[column::width])) for column in range(width)]


def _columns_of(path: Path, rows: list[Sequence[str]]) -> list[list[str]]:
    """As many as the first row has; short rows end in empty cells. Raises InputError where a row has more in it."""
    width = len(rows[0]) if rows else 0
    for number, row in enumerate(rows, start=1):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            remedy = "格数比表头多；词语里有英文逗号的请用英文引号括住，或改为中文逗号"
            raise InputError(f"{path}:{number}", remedy)
    missing = [""] * width
    even = [row if len(row) >= width else [*row, *missing] for row in rows]
    return [[row[column].strip() for row in even] for column in range(width)]


def _of_columns(path: Path, columns: list[list[str]]) -> WordTable:
    by_name = {column[0].lower(): column[1:] for column in reversed(columns)}
    if not {"word", "tag"} <= set(by_name):
        raise InputError(f"{path}:1", "首行应为表头 word,tag；请补上")
    words, tags = by_name["word"], by_name["tag"]
    if not (all(words) and all(tags)):
        _check_filled(path, columns, words, tags)
    return _checked(path, words, tags, by_name.get("suggestion", [""] * len(words)), first=2)


def _check_filled(path: Path, columns: list[list[str]], words: list[str], tags: list[str]) -> None:
    """Rows without anything are no mistake."""
    for number, (word, tag) in enumerate(zip(words, tags, strict=True), start=2):
        if not word and any(column[number - 1] for column in columns):
            raise InputError(f"{path}:{number}", "word 列为空；请填写词语或删除该行")
        if word and not tag:
            raise InputError(f"{path}:{number}", f"“{word}”的 tag 列为空；请填写标签，例如 custom")


def _checked(path: Path, words: list[str], tags: list[str], suggestions: list[str], first: int) -> WordTable:
    """The columns without empty rows. Raises InputError for what is no word, and where there is none."""
    longest = max(words, key=len, default="")
    if len(longest) > _LONGEST:
        place = f"{path}:{words.index(longest) + first}"
        raise InputError(place, f"有 {len(longest)} 字，不是词语；请一行写一个，至多 {_LONGEST} 字")
    if "\n" in (joined := "".join(words)) or "\r" in joined:
        row = next(row for row, word in enumerate(words, start=first) if {"\n", "\r"} & set(word))
        raise InputError(f"{path}:{row}", "一格里有几行；请一格只写一个词语，几个词语分成几行")
    if not joined:
        raise InputError(str(path), "没有词语；请至少写一个，不用词库的去掉该设置")
    if all(words):
        return WordTable(words, tags, suggestions)
    filled = [place for place, word in enumerate(words) if word]
    return WordTable(*([column[place] for place in filled] for column in (words, tags, suggestions)))
