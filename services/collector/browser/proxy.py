"""The settings' egress proxy as Playwright takes it."""

import urllib.parse

from playwright import sync_api as pw


def proxy_of(url: str | None) -> pw.ProxySettings | None:
    """`url`: `http://user:password@host:port`; null: no proxy."""
    if url is None:
        return None
    parts = urllib.parse.urlsplit(url)
    server = f"{parts.scheme}://{place_of(url)}"
    if parts.username is None:
        return {"server": server}
    return {
        "server": server,
        "username": urllib.parse.unquote(parts.username),
        "password": urllib.parse.unquote(parts.password or ""),
    }


def place_of(url: str) -> str:
    """`host:port` of a proxy, an IPv6 address in brackets."""
    parts = urllib.parse.urlsplit(url)
    return f"{host_of(url)}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def host_of(url: str) -> str:
    host = urllib.parse.urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host
