"""JSON lines in and out: one object a line, each with an id; what is wrong is named with its place."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from shared.decoding import decoded
from shared.errors import InputError
from shared.system_words import system_words

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """`place`: `file:number`, for people."""

    place: str
    identity: str | int
    record: dict[str, Any]

    def text(self, key: str) -> str:
        """The text under `key`. Raises InputError naming place and key."""
        value = self.record.get(key)
        if not isinstance(value, str):
            raise InputError(self.place, f"键 {key} 缺失或不是字符串；请填写要检查的文本")
        return value


def opened(file: str) -> BinaryIO:
    """The file, or standard input for `-`. Raises InputError."""
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise InputError(file, f"无法读取（{system_words(error)}）；请检查路径和权限") from error
    except ValueError as error:
        raise InputError(file, "不是文件名；请检查路径") from error


def text_of(raw: bytes, place: str) -> str:
    """The bytes as text, UTF-8 or GB18030. Raises InputError."""
    text = decoded(raw)
    if text is None:
        raise InputError(place, "不是 UTF-8 或 GB18030 编码的文本；请另存为 UTF-8")
    return text


def lines(stream: Iterable[bytes], file: str, example: str) -> Iterator[Line]:
    """Each line that is not blank. `example`: what a line should look like. Raises InputError."""
    for number, raw in enumerate(stream, start=1):
        place = f"{file}:{number}"
        if number == 1 and raw.startswith(_UTF16_MARKS):
            raise InputError(place, "文件为 UTF-16 编码；请另存为 UTF-8")
        if not raw.removeprefix(b"\xef\xbb\xbf").strip():
            continue
        try:
            record = json.loads(text_of(raw, place))
        except (ValueError, RecursionError) as error:
            raise InputError(place, f"不是有效的 JSON（{error}）；请每行写一个 {example}") from error
        if not isinstance(record, dict):
            raise InputError(place, f"不是 JSON 对象；请写成 {example}")
        yield Line(place, _identity(record, place), record)


def write(answer: dict[str, Any]) -> None:
    """Written out at once, before the next line is read, so that what was done is never lost."""
    # A lone surrogate cannot be UTF-8; its backslash form is the same character in JSON.
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def _identity(record: dict[str, Any], place: str) -> str | int:
    identity = record.get("id")
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise InputError(place, "键 id 缺失，或既不是字符串也不是整数；请补上编号")
    return identity
