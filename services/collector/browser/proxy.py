"""The settings' egress proxy as Playwright takes it."""

import urllib.parse

from playwright import sync_api as pw


def proxy_of(url: str | None) -> pw.ProxySettings | None:
    """`url`: `http://user:password@host:port`; null: no proxy."""
    if url is None:
        return None
    parts = urllib.parse.urlsplit(url)
    server = f"{parts.scheme}://{parts.hostname}:{parts.port or 80}"
    if parts.username is None:
        return {"server": server}
    return {
        "server": server,
        "username": urllib.parse.unquote(parts.username),
        "password": urllib.parse.unquote(parts.password or ""),
    }
