"""An HTTP proxy that ends TLS itself: a browser behind it sees the stand-in at the platforms' real addresses."""

import base64
import hashlib
import ssl
import tempfile
import threading
import urllib.parse
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo.internet import HOSTS, Internet
from demo.web import Answer, Request


class Proxy:
    """Runs in threads from `with` to its end. `url` is the proxy to set, `spki` the key to trust (base64 SHA-256)."""

    def __init__(self, internet: Internet, host: str = "127.0.0.1", port: int = 0) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self.spki = _spki(key)
        self._server = _Server((host, port), internet, _tls(key))
        self.url = f"http://{host}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-proxy", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], internet: Internet, tls: ssl.SSLContext) -> None:
        self.internet = internet
        self.tls = tls
        self.stopping = threading.Event()
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is not an error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    tunnel = ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The stand-in counts requests in `Internet.seen` instead."""

    def do_CONNECT(self) -> None:
        if self.tunnel or not self.server.internet.knows(self.path.rpartition(":")[0]):
            self.send_error(502)
            return
        self.send_response(200, "Connection established")
        self.end_headers()
        self.tunnel = self.path.rpartition(":")[0]
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", self.rbufsize)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.internet.answer(self._request())
        self._send(answer or Answer(status=502, content_type="text/plain"))

    def do_POST(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _request(self) -> Request:
        url = urllib.parse.urlsplit(self.path)
        host = self.tunnel or url.hostname or ""
        cookies = SimpleCookie(self.headers.get("Cookie", ""))
        return Request(
            method=self.command,
            host=host.lower(),
            path=url.path,
            query=dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True)),
            cookies={name: morsel.value for name, morsel in cookies.items()},
            referer=self.headers.get("Referer", ""),
        )

    def _send(self, answer: Answer) -> None:
        if answer.wait_seconds and self.server.stopping.wait(answer.wait_seconds):
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: answer.cut_at])
        self.close_connection = self.close_connection or answer.cut_at is not None


def _spki(key: ec.EllipticCurvePrivateKey) -> str:
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def _tls(key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    """One self-signed certificate for every host. Kept in memory but for the moment in which OpenSSL reads it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "xunjian demo")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.pem"
        file.write_bytes(private + certificate.public_bytes(pem))
        context.load_cert_chain(file)
    return context
