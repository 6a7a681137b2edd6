"""The egress proxy: there, really a proxy, and letting us through to the platforms."""

import base64
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from xunjian.checks.diagnosis import Diagnosis, failed, good
from xunjian.checks.wording import why as why_of

_SECONDS = 4.0
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


@dataclass(frozen=True)
class Answer:
    """`status` null: what came back is not HTTP."""

    status: int | None


def check_proxy(url: str, hosts: Sequence[str], ask: Callable[[str, str], Answer], place: str) -> Diagnosis:
    """`ask(url, host)` really asks the proxy for a way to a host, and raises OSError. The log-in is never shown."""
    parts = urlsplit(url)
    shown = f"{parts.hostname}:{port_of(parts)}"
    status: int | None = None
    for host in hosts:
        try:
            status = ask(url, host).status
        except OSError as error:
            return failed("代理", f"{shown} 连接不上（{why_of(error)}）", f"核对{place} 与防火墙")
        if status is None:
            return failed("代理", f"{shown} 有程序应答，但不是 HTTP 代理", f"核对{place} 的端口与 http、https")
        if 200 <= status < 300:
            return good("代理", f"{shown} 可用（已试通 {host}）")
        if status == 407:
            return failed("代理", f"{shown} 不认用户名或密码（HTTP 407）", f"改正{place}：http://用户名:密码@主机:端口")
    return failed(
        "代理", f"{shown} 不放行 {'、'.join(hosts)}（HTTP {status}）", "请网络管理员放行这些主机的 443 端口，或核对代理"
    )


def ask_proxy(url: str, host: str) -> Answer:
    """Raises OSError (TLS and time-outs too)."""
    parts = urlsplit(url)
    lines = [f"CONNECT {host}:443 HTTP/1.1", f"Host: {host}:443"]
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}")
    with closing(_connected(parts)) as connection:
        connection.sendall("\r\n".join((*lines, "", "")).encode())
        received = b""
        while len(received) < 12 and (part := connection.recv(1024)):
            received += part
    match = _STATUS.match(received)
    return Answer(int(match[1]) if match else None)


def _connected(parts: SplitResult) -> socket.socket:
    connection = socket.create_connection((parts.hostname or "", port_of(parts)), timeout=_SECONDS)
    if parts.scheme != "https":
        return connection
    return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)


def port_of(parts: SplitResult) -> int:
    """As the collector's browser takes it."""
    return parts.port or 80
