"""A page or answer somebody saved, as bytes."""

import gzip
import zlib
from pathlib import Path

from shared.errors import InputError
from shared.system_words import system_words

MAX_BYTES = 50_000_000
"""Of one saved page or answer, unpacked; real ones have up to 5 million."""


def read_body(file: Path) -> bytes:
    """The file's bytes, gunzipped when they are gzip. Raises InputError, also for more than MAX_BYTES."""
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_BYTES + 1)
        if body.startswith(b"\x1f\x8b") and len(body) <= MAX_BYTES:
            with gzip.open(file) as unpacked:
                body = unpacked.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(str(file), f"文件读不了：{system_words(error)}，请检查路径和内容") from error
    except (EOFError, zlib.error) as error:
        raise InputError(str(file), "压缩文件不完整，请重新保存") from error
    if len(body) > MAX_BYTES:
        raise InputError(str(file), f"内容（解压后）超过 {MAX_BYTES // 1_000_000} MB，不像一个页面，请检查文件")
    return body
