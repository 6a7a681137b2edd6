"""A question to the stand-in and its answer."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """`path` without the query; of a repeated query parameter the last one counts."""

    method: str
    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    referer: str = ""


@dataclass(frozen=True)
class Answer:
    """`cut_at`: the connection is reset after so many bytes of the body. `wait_seconds` pass before the first byte."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_seconds: float = 0
    cut_at: int | None = None

    @property
    def is_page(self) -> bool:
        return self.content_type.startswith("text/html")


def as_json(value: Any, status: int = 200) -> Answer:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(body=body, status=status, content_type="application/json; charset=utf-8")


def as_page(title: str, body: str = "", script: str = "") -> Answer:
    """An HTML page. `body` and `script` are our own text; `title` is escaped."""
    text = (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{html.escape(title)}</title><link rel="stylesheet" href="/static/app.css"></head>'
        f'<body>{body}<img src="/static/avatar.png" alt=""><script>{script}</script></body></html>'
    )
    return Answer(body=text.encode())


def redirect(url: str) -> Answer:
    return Answer(status=302, headers={"Location": url})


def not_found() -> Answer:
    return Answer(body="<!DOCTYPE html><title>404</title>页面不存在".encode(), status=404)
