"""One HTTP request, read by whoever cannot be held up: within a time and a size, or not at all."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass

REQUEST_SECONDS = 5.0
"""For the whole of a request to arrive, and again for the whole answer to be taken."""
MAX_HEAD_BYTES = 16 * 1024


@dataclass(frozen=True)
class Head:
    """`headers` by name in small letters; `rest`: what came behind the head."""

    method: str
    path: str
    headers: Mapping[str, str]
    rest: bytes
    deadline: float
    """By monotonic time: when all has to be here."""

    def body(self, connection: socket.socket) -> bytes | None:
        """As much as its Content-Length says; null when it does not come in time."""
        wanted, body = int(self.headers["content-length"]), self.rest
        while len(body) < wanted:
            received = _receive(connection, self.deadline)
            if not received:
                return None
            body += received
        return body[:wanted]

    def drop_rest(self, connection: socket.socket) -> None:
        """Take what is still sent, and keep nothing of it, for no longer than a whole request may take."""
        while _receive(connection, self.deadline):
            pass


def read_head(connection: socket.socket) -> Head | None:
    """Null when no whole head arrives within time and size."""
    deadline = time.monotonic() + REQUEST_SECONDS
    received = b""
    while (end := _end_of(received)) is None:
        more = _receive(connection, deadline) if len(received) <= MAX_HEAD_BYTES else b""
        if not more:
            return None
        received += more
    lines = received[:end].decode("latin-1").splitlines()
    method, _, target = lines[0].strip().partition(" ") if lines else ("", "", "")
    pairs = (line.partition(":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    path = target.partition(" ")[0].partition("?")[0]
    return Head(method, path, headers, received[end:], deadline)


def _end_of(received: bytes) -> int | None:
    ends = [place + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if (place := received.find(mark)) >= 0]
    return min(ends, default=None)


def _receive(connection: socket.socket, deadline: float) -> bytes:
    """Nothing when time is over, or nobody is there any more."""
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        return b""
    connection.settimeout(remaining)
    try:
        return connection.recv(65_536)
    except TimeoutError:
        return b""
