"""What runs already: who holds the data folder, and who has the port."""

import errno
import fcntl
import http.client
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

from shared.runtime.lock import MAX_HOLDER_BYTES, ROLES
from xunjian.checks.diagnosis import Diagnosis, failed, good
from xunjian.checks.wording import why as why_of

_SECONDS = 2.0
_TITLE = "监控端口"
IsOurs = Callable[[str, int], bool]


def check_holders(folder: Path, holder_of: Callable[[Path], str | None]) -> Iterable[Diagnosis]:
    """Told as information: one file a role, held while its service runs."""
    held = {role: holder for role in ROLES if (holder := holder_of(folder / f"xunjian.{role}.lock")) is not None}
    for holder in dict.fromkeys(held.values()):
        roles = "、".join(role for role, its in held.items() if its == holder)
        yield good("运行中的服务", f"{roles}（{holder}）")
    if not held:
        yield good("运行中的服务", "没有服务在使用这个数据目录")


def holder_of(file: Path) -> str | None:
    """What the holder wrote into its lock file; null where nobody holds it. Nothing is made or written."""
    try:
        with file.open("rb") as opened:
            try:
                # Shared and let go at once: a service that starts in this very moment would be refused otherwise.
                fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    return None
                return " ".join(opened.read(MAX_HOLDER_BYTES).decode("utf-8", "replace").split()) or "进程号未知"
            fcntl.flock(opened, fcntl.LOCK_UN)
    except OSError:
        return None
    return None


def check_ports(
    host: str, ports: Iterable[int], can_bind: Callable[[str, int], str | None], is_ours: IsOurs, place: str
) -> Iterable[Diagnosis]:
    """As `check_port`, those that are free on one line."""
    free: list[int] = []
    busy: list[int] = []
    for port in ports:
        (busy if port == 0 or can_bind(host, port) else free).append(port)
    if free:
        yield good(_TITLE, f"{host} 的 {'、'.join(map(str, free))} 空闲")
    for port in busy:
        yield check_port(host, port, can_bind, is_ours, place)


def check_port(
    host: str, port: int, can_bind: Callable[[str, int], str | None], is_ours: IsOurs, place: str
) -> Diagnosis:
    """`can_bind`: why the port cannot be had, null where it can. `is_ours`: whether a service of ours answers there."""
    title, where = _TITLE, f"{host}:{port}"
    if port == 0:
        return good(title, "任取空闲端口")
    why = can_bind(host, port)
    if why is None:
        return good(title, f"{where} 空闲")
    if is_ours(host, port):
        return good(title, f"{where} 由运行中的巡检服务使用")
    return failed(title, f"{where} 不能使用（{why}）", f"结束占用它的程序，或在{place} 换一个端口（0 为任意空闲端口）")


def why_not_bound(host: str, port: int) -> str | None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind((host, port))
            # Bound twice is allowed on Linux as long as nobody listens.
            taken.listen(1)
    except (OSError, OverflowError) as error:
        return why_of(error)
    return None


def is_our_service(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, _SECONDS)  # noqa: S104
    try:
        connection.request("GET", "/metrics")
        return b"xunjian_" in connection.getresponse().read(200_000)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
