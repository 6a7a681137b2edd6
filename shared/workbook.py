"""What an Excel file from elsewhere may do when it is opened: nothing but be refused."""

import zipfile
import zlib

from openpyxl.utils.exceptions import InvalidFileException

from shared.errors import InputError

MAX_UNPACKED_BYTES = 150_000_000
MAX_RATIO = 100
MAX_ENTRIES = 2_000

UNREADABLE = (
    # openpyxl trusts the file's structure, so a broken one surfaces as whatever it stumbled over.
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    EOFError,
)


def refuse_bomb(place: str, archive: zipfile.ZipFile) -> None:
    """zipfile never unpacks more than an entry declares, so the declared sizes can be believed. Raises InputError."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES:
        raise InputError(place, "解压后过大，请删去图片与多余工作表后重试")
    if unpacked > 5_000_000 and unpacked / packed > MAX_RATIO:
        raise InputError(place, "压缩比异常，疑似压缩炸弹；请把内容复制到新建的工作簿后重试")
