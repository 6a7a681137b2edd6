"""Undoes `Content-Encoding` piece by piece, so that a small bomb stays small."""

import zlib
from collections.abc import Iterable, Iterator

from services.collector.network import TooLargeError

ACCEPTED = "gzip, deflate"
_PIECE = 65_536
_MOST_LAYERS = 2
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_NOT_HERE = ("br", "zstd", "compress", "x-compress")


class UnpackError(Exception):
    """The body is not what its headers say, or was packed in a way nobody asked for. The words are for a person."""


def unpacked(parts: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The body. Raises TooLargeError when any layer of it holds more than `limit` bytes, or UnpackError."""
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    layers = [coding for coding in codings if coding in ("gzip", "x-gzip", "deflate")]
    if len(layers) > _MOST_LAYERS or any(coding in _NOT_HERE for coding in codings):
        raise UnpackError("应答的压缩方式无法识别")
    for coding in reversed(layers):
        parts = _inflated(_counted(parts, limit), coding)
    body = bytearray()  # and no list: a server may send its body byte by byte
    for part in _counted(parts, limit):
        body += part
    return bytes(body)


def _counted(parts: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise TooLargeError
        yield part


def _inflated(parts: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """An empty body is an empty body, though it is no gzip."""
    decoder = None
    try:
        for part in _with_a_head(parts):
            decoder = decoder or zlib.decompressobj(_window(part, coding))
            rest = part
            while rest:
                if decoder.eof and not _is_next_member(rest, coding):
                    return
                if decoder.eof:
                    decoder = zlib.decompressobj(_GZIP)
                yield decoder.decompress(rest, _PIECE)
                rest = decoder.unconsumed_tail or decoder.unused_data
    except zlib.error as error:
        raise UnpackError("应答解压失败") from error
    if decoder is not None:
        yield decoder.flush()  # what stood ready when the last piece was full: less than a piece
        _check_end(decoder.eof)


def _check_end(reached: bool) -> None:
    if not reached:
        raise UnpackError("应答不完整")


def _is_next_member(rest: bytes, coding: str) -> bool:
    """RFC 1952 2.2: one may follow another; what else follows is nothing."""
    return coding != "deflate" and rest[:1] == b"\x1f"


def _with_a_head(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The first part has two bytes at least, by which what is called deflate can be told."""
    head = b""
    for part in parts:
        head += part
        if len(head) >= 2:
            yield head
            head = b""
    if head:
        yield head


def _window(head: bytes, coding: str) -> int:
    """`deflate` is zlib's format by the standard and raw by the habit of some servers."""
    if coding != "deflate":
        return _GZIP
    is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return _ZLIB if is_zlib else _RAW
