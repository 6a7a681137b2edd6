"""Which addresses a visit may open: never machines behind our own firewall (SSRF through a ledger row or a page)."""

import ipaddress
import socket
import urllib.parse

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def refusal(url: str, hosts: tuple[str, ...] = (), resolve: bool = False) -> str | None:
    """Why `url` may not be opened, in Chinese, or None. Empty `hosts`: any public host.

    `resolve`: also look the name up and refuse what leads inside; leave it off behind a proxy, which does the lookup.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "网址格式有误"
    if parts.scheme not in ("http", "https"):
        return "只能打开 http 或 https 网址"
    if not host or "\\" in url or any(ord(letter) <= 32 for letter in url) or "@" in parts.netloc:
        return "网址格式有误"
    if hosts and host not in hosts:
        return f"{host} 不属于该平台"
    if _is_inside(host) or (resolve and any(is_private(address) for address in _lookup(host))):
        return "网址指向内网地址"
    return None


def is_private(address: str) -> bool:
    """True for an IP address (any notation) that is not on the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if embedded is None and ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = embedded or ip
    return not ip.is_global or ip.is_multicast


def origin_of(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_inside(host: str) -> bool:
    if ":" in host:
        return is_private(host)
    try:
        # Browsers read 2130706433, 0x7f.1 and 127.1 as 127.0.0.1, and so does inet_aton.
        return is_private(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return "." not in host or host.endswith(_INSIDE)


def _lookup(host: str) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except OSError:
        return []
