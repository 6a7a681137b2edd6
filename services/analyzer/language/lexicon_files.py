"""Files of words: txt (a word a line), csv and xlsx (columns word, tag, suggestion by their headers)."""

import csv
import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.analyzer.language.words import Word
from shared.decoding import decoded
from shared.errors import InputError

_OWN = "custom"
"""The tag of words whose file gives none."""

_LONGEST = 100
"""A longer line is a text, not a word."""


class WordFile(NamedTuple):
    """What a file held. `version`: sha256 of its bytes."""

    words: list[Word]
    version: str


def read_words(path: Path) -> list[Word]:
    """As `read_word_file`, the words alone."""
    return read_word_file(path).words


def read_word_file(path: Path) -> WordFile:
    """All words of a file; text is UTF-8 or GB18030 (as Excel saves). Raises InputError naming file, row and remedy."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"无法读取（{error.strerror}）；请给出可读的 txt、csv 或 xlsx 文件") from error
    return WordFile(words_in(raw, path), hashlib.sha256(raw).hexdigest())


def words_in(raw: bytes, path: Path) -> list[Word]:
    """The words of a file's bytes; its name tells the format and where an error is. Raises InputError."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return _of_table(path, _workbook_rows(path, raw))
    text = decoded(raw)
    if text is None:
        raise InputError(str(path), "既不是 UTF-8 也不是 GB18030 编码；请另存为 UTF-8 的 txt 或 csv")
    if "\x00" in text:
        raise InputError(
            f"{path}:{text[: text.index(chr(0))].count(chr(10)) + 1}", "含有空字符，不是文本；请另存为 txt 或 csv"
        )
    return _of_lines(path, text) if suffix == ".txt" else _of_table(path, _csv_rows(path, text))


def _of_lines(path: Path, text: str) -> list[Word]:
    words = [Word(line.strip(), _OWN) for line in text.split("\n")]
    _check_lengths(path, words, first=1)
    return [word for word in words if word.word]


def _csv_rows(path: Path, text: str) -> list[Sequence[str]]:
    table = csv.reader(io.StringIO(text, newline=""))
    try:
        return list(table)
    except csv.Error as error:
        raise InputError(f"{path}:{table.line_num}", f"无法按 CSV 读取（{error}）；请另存为 CSV 文件") from error


def _workbook_rows(path: Path, raw: bytes) -> list[Sequence[str]]:
    """The first sheet."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and extensions, which hold no words
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise InputError(str(path), f"不是可读的 xlsx 文件（{error}）；请用 Excel 打开后另存为 xlsx") from error


def _of_table(path: Path, rows: list[Sequence[str]]) -> list[Word]:
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if not {"word", "tag"} <= set(header):
        raise InputError(f"{path}:1", "首行应为表头 word,tag；请补上")
    width = len(header)
    word, tag = header.index("word"), header.index("tag")
    suggestion = header.index("suggestion") if "suggestion" in header else None
    even = [row if len(row) >= width else [*row, *[""] * (width - len(row))] for row in rows[1:]]
    words = [
        Word(row[word].strip(), row[tag].strip(), row[suggestion].strip() or None if suggestion is not None else None)
        for row in even
    ]
    for number, (entry, row) in enumerate(zip(words, even, strict=True), start=2):
        if not (entry.word and entry.tag) and any(cell.strip() for cell in row):
            raise InputError(f"{path}:{number}", _lacking(entry))
    _check_lengths(path, words, first=2)
    return [entry for entry in words if entry.word]


def _lacking(entry: Word) -> str:
    if not entry.word:
        return "word 列为空；请填写词语或删除该行"
    return f"“{entry.word}”的 tag 列为空；请填写标签，例如 custom"


def _check_lengths(path: Path, words: Iterable[Word], first: int) -> None:
    for number, entry in enumerate(words, start=first):
        if len(entry.word) > _LONGEST:
            raise InputError(
                f"{path}:{number}", f"有 {len(entry.word)} 个字，不是词语；请一行只写一个词语（至多 {_LONGEST} 字）"
            )
