"""An exhibit: a folder that an office can attach, and anybody can check without this program."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from shared.errors import InputError, PermanentError
from shared.evidence.entry import EMPTY, Entry, Head
from shared.evidence.keeper import Keeper
from shared.folders import make_folder
from shared.system_words import system_words
from xunjian.exhibits.gathered import Gathered, Shown, chain_of, faults_of
from xunjian.exhibits.page import page

PAGE, PDF, LOG, SUMS = "说明.html", "说明.pdf", "log.txt", "SHA256SUMS"
_ENDINGS = {"application/json": "json", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_MARKUP = {"text/html": "html.txt", "application/xml": "xml.txt", "text/xml": "xml.txt"}
"""As text: a saved page that is opened by a double click would run its scripts and ask its hosts."""


def write_exhibit(gathered: Gathered, folder: Path, keeper: Keeper) -> list[str]:
    """Into a new folder; what is missing, in Chinese. Raises InputError where it cannot be written, TransientError."""
    if folder.exists():
        raise InputError(str(folder), "已经存在，没有覆盖；请用 --out 换一个文件夹")
    try:
        make_folder(folder)
        return _write(gathered, folder, keeper)
    except OSError as error:
        raise InputError(str(folder), f"写不进去（{system_words(error)}）；请检查权限和剩余空间") from error


def _write(gathered: Gathered, folder: Path, keeper: Keeper) -> list[str]:
    files: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    faults = faults_of(gathered, keeper)
    missing = [*(shown.missing for shown in gathered.looks if shown.missing), *gathered.without_picture, *faults]
    for place, shown in enumerate(gathered.looks, 1):
        for sha256, name in _names(place, shown):
            try:
                content = keeper.content(sha256)
            except PermanentError as error:
                missing.append(str(error))
                continue
            (folder / name).write_bytes(content)
            files[sha256] = name
            if shown.look and sha256 == shown.look.picture:
                pictures[sha256] = content
    head = _write_log(folder / LOG, chain_of(gathered, keeper))
    (folder / PAGE).write_text(page(gathered, files, pictures, head, faults), "utf-8")
    return missing


def write_sums(folder: Path) -> None:
    """Of every file there is, as `sha256sum -c` reads it."""
    names = sorted(path.name for path in folder.iterdir() if path.name != SUMS)
    sums = (f"{_sum(folder / name)}  {name}\n" for name in names)
    (folder / SUMS).write_text("".join(sums), "utf-8")


def _names(place: int, shown: Shown) -> Iterable[tuple[str, str]]:
    """Made of nothing that a page said."""
    if shown.look is None:
        return
    yield shown.sha256, f"{place:02}-查看记录.json"
    for number, capture in enumerate(shown.look.captures, 1):
        kind = capture.media_type.partition(";")[0].strip().lower()
        ending = _ENDINGS.get(kind) or _MARKUP.get(kind) or ("txt" if kind.startswith("text/") else "bin")
        yield capture.sha256, f"{place:02}-原始内容-{number:02}.{ending}"
    if shown.look.picture:
        yield shown.look.picture, f"{place:02}-截图.jpg"


def _write_log(file: Path, entries: Iterable[Entry]) -> Head:
    head = EMPTY
    with file.open("w", encoding="utf-8", newline="\n") as opened:
        for entry in entries:
            opened.write(entry.line)
            head = entry.head
    return head


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
