"""Connections of the downloader: to public addresses only, and all of a visit within one deadline and one allowance."""

import queue
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any

import httpcore

from services.collector.deadline import Deadline
from shared.addresses import is_private

MOST_ADDRESSES = 4
"""Of one name, tried one after the other."""
SPAN_SECONDS = 1.0
_HEADERS_BYTES = 1_000_000
"""For headers, chunk sizes and redirects, on top of what a body may have."""


class InnerAddressError(Exception):
    """A name leads to a machine behind our own firewall."""


class TooLargeError(Exception):
    """More came, or more came out of it, than is wanted."""


class CertificatesError(Exception):
    """Raised instead of going on: `chain` is what the other side presented (DER), unverified, its own first."""

    def __init__(self, chain: list[bytes]) -> None:
        super().__init__("certificates only")
        self.chain = chain


class Network(httpcore.NetworkBackend):
    """For one visit. A name is looked up once per connection, and what was checked is what is connected to, so that a
    name cannot be made to point inside in between (DNS rebinding); to TLS it stays the name.

    `may_lie_inside`: the connection goes to our own proxy or to a server that the settings name. `only_certificates`:
    nothing is sent.
    """

    def __init__(
        self, deadline: Deadline, max_bytes: int, *, may_lie_inside: bool = False, only_certificates: bool = False
    ) -> None:
        self._deadline = deadline
        self._left = max_bytes + _HEADERS_BYTES
        self._may_lie_inside = may_lie_inside
        self.only_certificates = only_certificates

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _looked_up(host, self.seconds)
        if not self._may_lie_inside and any(is_private(address) for address in addresses):
            raise InnerAddressError
        addresses = addresses[:MOST_ADDRESSES]
        error: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for untried, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, port, self.seconds / untried, None, [])
                return _Stream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error or httpcore.ConnectError("no address")

    @property
    def seconds(self) -> float:
        """What is left of the visit. Raises TimeoutException when nothing is."""
        if not (left := self._deadline.seconds):
            raise httpcore.ReadTimeout("the visit's time is over")
        return left

    def count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLargeError


class _Stream(httpcore.NetworkStream):
    """Its time-outs are the visit's, whatever it is asked for: who drips bytes gets no more time by that."""

    def __init__(self, inner: httpcore.NetworkStream, network: Network) -> None:
        self._inner = inner
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            # Listened to in spans, so that a deadline that is cut meanwhile is heeded.
            span = min(self._network.seconds, SPAN_SECONDS)
            try:
                data = self._inner.read(max_bytes, span)
            except httpcore.ReadTimeout:
                continue
            self._network.count(len(data))
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._network.seconds)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, self._network.seconds)
        if not self._network.only_certificates:
            return _Stream(stream, self._network)
        # httpcore hands out the interpreter's own TLS object, which knows this on every version since 3.10.
        presented = stream.get_extra_info("ssl_object").get_unverified_chain() or []
        stream.close()
        raise CertificatesError([ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in presented])

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _looked_up(host: str, seconds: float) -> list[str]:
    """Raises ConnectError for an unknown name, ConnectTimeout for a resolver that does not answer in time.

    The system's resolver cannot be interrupted: its thread is left to its own time-outs.
    """
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout("the name server does not answer") from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(answer)
    return answer
