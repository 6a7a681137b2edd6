"""Bytes to text as Chinese offices save it: UTF-8, UTF-16 with its mark, or GB18030."""

import codecs

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes) -> str | None:
    """The text without its byte order mark; null when it is in none of the three.

    Half a surrogate pair in UTF-8 is kept: some programs write emojis so.
    """
    if data.startswith(_UTF16_MARKS):
        return _by(data, "utf-16")
    text = _by(data, "utf-8-sig", "surrogatepass")
    return _by(data, "gb18030") if text is None else text


def _by(data: bytes, encoding: str, errors: str = "strict") -> str | None:
    try:
        return data.decode(encoding, errors)
    except UnicodeDecodeError:
        return None
