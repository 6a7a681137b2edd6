"""What a server packs is unpacked, and a bomb or a broken packing is given up."""

import gzip
import socket
import zlib
from functools import partial

import pytest

from shared.events import Outcome
from tests.collector.downloading import answer, ask, told
from tests.fakes.raw_server import head_of

gzipped = partial(gzip.compress, mtime=0)
"""The same bytes whenever a worker asks."""


def deflated(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(wbits=window)
    return packer.compress(body) + packer.flush()


BODY = b"<rss>" + bytes(range(256)) * 100 + b"</rss>"


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        (BODY, "identity"),
        (BODY, "utf-8"),
        (gzipped(BODY), "gzip"),
        (gzipped(BODY), "X-GZIP"),
        (gzipped(BODY[:99]) + gzipped(BODY[99:]), "gzip"),
        (gzipped(BODY) + b"\x00 padding", "gzip"),
        (deflated(BODY, 15), "deflate"),
        (deflated(BODY, -15), "deflate"),
        (gzipped(deflated(BODY, 15)), "deflate, gzip"),
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_what_is_packed_is_ungzipped(packed: bytes, coding: str, piece: int) -> None:
    def talk(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        pieces = [packed[at : at + piece] for at in range(0, len(packed), piece)]
        connection.sendall(b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in pieces) + b"0\r\n\r\n")

    look = ask(talk)
    assert look.failure is None, look.reason
    assert look.captures[0].body == BODY


def test_an_empty_body_is_empty_whatever_its_coding() -> None:
    assert ask(told(answer(b"", "Content-Encoding: gzip"))).captures[0].body == b""


@pytest.mark.parametrize(
    ("packed", "coding", "reason"),
    [
        (gzipped(b" " * 50_000_000), "gzip", "过大"),
        (gzipped(b" " * 90_000) * 3, "gzip", "过大"),
        (gzipped(gzipped(b" " * 50_000_000)), "gzip, gzip", "过大"),
        (deflated(b" " * 50_000_000, -15), "deflate", "过大"),
        (gzipped(gzipped(gzipped(b"x"))), "gzip, gzip, gzip", "无法识别"),
        (b"\x0b\x02\x80<rss/>\x03", "br", "无法识别"),
        (b"<rss/>", "gzip", "解压失败"),
        (b"\xff\xff\xff", "deflate", "解压失败"),
        (gzipped(BODY)[:-9], "gzip", "不完整"),
        (gzipped(BODY)[:-4] + b"\0\0\0\0", "gzip", "解压失败"),
    ],
)
def test_a_bomb_or_a_broken_packing_is_given_up(packed: bytes, coding: str, reason: str) -> None:
    look = ask(told(answer(packed, f"Content-Encoding: {coding}")))
    assert look.failure is Outcome.NETWORK
    assert look.reason
    assert reason in look.reason
