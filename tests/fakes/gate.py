"""A gate before a server: open, shut (nobody listens), a hole (bytes go in, none come out), or a server of PostgreSQL's
kind that refuses every log-in."""

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

STARTING_UP = ("57P03", "the database system is starting up")
WRONG_PASSWORD = ("28P01", 'password authentication failed for user "xunjian"')
_WANTS_ENCRYPTION = (80877103, 80877104)


class Gate:
    """Shut until told otherwise; `port` stays the same. What goes through when it is shut or a hole is cut or stuck."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._listener: socket.socket | None = None
        self._pairs: list[socket.socket] = []
        self._flows = threading.Event()
        self._refusal: tuple[str, str] | None = None
        with socket.create_server(("127.0.0.1", 0)) as chosen:
            self.port: int = chosen.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.shut()

    def open(self) -> None:
        self._refusal = None
        self._flows.set()
        self._listen()

    def shut(self) -> None:
        """Refuses, and cuts whoever is connected."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._flows.set()
        for one in self._pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def swallow(self) -> None:
        """Takes connections and bytes, and answers nothing."""
        self._flows.clear()
        self._listen()

    def refuse(self, refusal: tuple[str, str]) -> None:
        """Answers as PostgreSQL does that takes no log-in: SQLSTATE and words."""
        self._refusal = refusal
        self._flows.set()
        self._listen()

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client = listener.accept()[0]
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            if self._refusal is not None:
                _refuse(client, *self._refusal)
                return
            self._pairs.append(client)
            self._flows.wait()
            with socket.create_connection(self._to) as server:
                self._pairs.append(server)
                back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
                back.start()
                self._copy(client, server)
                back.join()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._flows.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def _refuse(client: socket.socket, state: str, words: str) -> None:
    while True:
        head = client.recv(8)
        if len(head) < 8:
            return
        length, code = struct.unpack("!ii", head)
        client.recv(length - 8)
        if code not in _WANTS_ENCRYPTION:
            break
        client.sendall(b"N")
    fields = b"SFATAL\0VFATAL\0" + b"C" + state.encode() + b"\0M" + words.encode() + b"\0\0"
    client.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)
