"""Which addresses may be opened: never machines behind our own firewall (SSRF through a ledger row or a page).

The ledger asks when a row is read, the collector before every visit and redirect, and both ask here.
"""

import ipaddress
import re
import socket
import urllib.parse

import idna

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_AZURE_METADATA = ipaddress.IPv4Address("168.63.129.16")
"""Public by its number only; the other clouds' (169.254.169.254, 100.100.100.200) are not public at all."""
_INNER_NAMES = {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "test", "invalid"}
_INNER_DOMAIN = ".home.arpa"
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER = re.compile(r"0x([0-9a-f]*)|0([0-7]*)|([1-9][0-9]*)")
_PLATFORM_PORTS = (None, 80, 443)


def refusal(url: str, hosts: tuple[str, ...] = (), resolve: bool = False) -> str | None:
    """Why `url` may not be opened, in Chinese, or None. Empty `hosts`: any public host.

    `resolve`: also look the name up and refuse what leads inside; leave it off behind a proxy, which does the look-up.
    """
    parts, host = _split(url), host_of(url)
    if parts and parts.scheme not in ("http", "https"):
        return "只能打开 http 或 https 网址"
    if parts is None or host is None:
        return "网址格式有误"
    if hosts and host not in hosts:
        return f"{host} 不属于该平台"
    if _is_inside(host) or (resolve and any(is_private(address) for address in _lookup(host))):
        return "网址指向内网地址"
    if not _is_web_port(parts.port, bool(hosts)):
        return "网址的端口不是网站的端口"
    return None


def host_of(url: str) -> str | None:
    """The host as a browser reads it (WHATWG URL): unquoted, folded, in ASCII, without the root's dot.

    Addresses are spelled in their usual form, IPv6 without brackets. Null where a browser finds no host or none that
    could be one.
    """
    parts = _split(url)
    if parts is None or not parts.hostname:
        return None
    try:
        if ":" in parts.hostname and "%" not in parts.hostname:
            return str(ipaddress.IPv6Address(parts.hostname))
        name = _folded(urllib.parse.unquote(parts.hostname, errors="strict"))
        return _as_ipv4(name) or name
    except (ValueError, idna.IDNAError):
        return None


def is_private(address: str) -> bool:
    """True for an IP address in its usual notation that is not on the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if embedded is None and ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded is None and ip not in _GLOBAL_UNICAST:
            return True
        ip = embedded or ip
    return not ip.is_global or ip.is_multicast or ip == _AZURE_METADATA


def origin_of(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _split(url: str) -> urllib.parse.SplitResult | None:
    """Null for what two readers may read differently."""
    try:
        parts = urllib.parse.urlsplit(url)
        parts.port  # noqa: B018 - asking is what checks it
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https")
    is_odd = _ODD.search(url) is not None or "@" in parts.netloc
    return None if is_web and (is_odd or not parts.netloc) else parts


def _folded(name: str) -> str:
    """Full-width letters, ideographic full stops and soft hyphens are what they look like: UTS 46, as in browsers."""
    labels = idna.uts46_remap(name, std3_rules=False).split(".")
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    folded = ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)
    if len(folded) > 253 or not _NAME.fullmatch(folded):
        raise ValueError(folded)
    return folded


def _as_ipv4(name: str) -> str | None:
    """A name whose last label is a number is an address (`2130706433`, `0x7f.1`, `0177.0.0.1`) or nothing."""
    labels = name.split(".")
    if not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return None
    *heads, tail = [_number(label) for label in labels]
    if len(heads) > 3 or any(head > 255 for head in heads) or tail >= 256 ** (4 - len(heads)):
        raise ValueError(name)
    return str(ipaddress.IPv4Address(sum(head << 8 * (3 - at) for at, head in enumerate(heads)) + tail))


def _number(label: str) -> int:
    match = _NUMBER.fullmatch(label)
    if match is None:
        raise ValueError(label)
    sixteen, eight, ten = match.groups()
    return int(ten) if ten else int(sixteen or "0", 16) if sixteen is not None else int(eight or "0", 8)


def _is_inside(host: str) -> bool:
    if ":" in host or _as_ipv4(host):
        return is_private(host)
    return "." not in host or host.rpartition(".")[2] in _INNER_NAMES or host.endswith(_INNER_DOMAIN)


def _is_web_port(port: int | None, on_platform: bool) -> bool:
    """Platforms are where browsers go by themselves; a website may be elsewhere, but not where other services are."""
    return port in _PLATFORM_PORTS or (not on_platform and (port in range(80, 90) or (port or 0) >= 1024))


def _lookup(host: str) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except OSError:
        return []
