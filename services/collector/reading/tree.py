"""Typed access into untrusted JSON: what is missing or of the wrong kind is null, never an error."""

import html
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from services.collector.capture import clean

_COUNT = re.compile(r"(\d{1,25}(?:\.\d{1,25})?)\s{0,9}([万亿]?)\+?")
_SCALE = {"": 1, "万": 10_000, "亿": 100_000_000}
_LONGEST_NUMBER = 25
_EARLIEST = 946_684_800
_LATEST = 4_102_444_800
_TAG = re.compile(r"<([^<>\s]{1,20})[^<>]*>")
_SIGN = re.compile(r"\S")
_CALLBACK = re.compile(r"[\w.$]{1,80}\s{0,9}\(")
_HUMP = re.compile(r"(?<=[a-z0-9])[A-Z]")
_DEEPEST = 40
MOST_ANSWERS = 20_000


def loaded(body: str | bytes) -> object:
    """The JSON in a body with integers kept exact; null when it is none (truncated, markup, nested too deep)."""
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document


def document(body: bytes) -> object:
    """A saved answer: JSON, JSON in the page a browser makes of it or in a callback, or several answers as a list.

    Null when it is none of these, also when only one of the answers is broken.
    """
    if (whole := loaded(body)) is not None:
        return whole
    text = body.decode("utf-8-sig", "replace").strip()
    if saved := as_saved_by_browser(text):
        return loaded(saved)
    call, inner = _CALLBACK.match(text), text.rstrip("; \r\n\t")
    if call and inner.endswith(")"):
        return loaded(inner[call.end() : -1])
    values = values_in(text) if text[:1] in ("{", "[") else None
    return values if values and len(values) > 1 and all(isinstance(value, dict | list) for value in values) else None


def values_in(text: str) -> list[Any] | None:
    """The JSON values that follow one another in a text; null when any part is broken, or there are too many."""
    values, at, decoder = [], 0, json.JSONDecoder()
    text = text.rstrip()
    try:
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            at = _next_sign(text, at)
            if len(values) > MOST_ANSWERS:
                return None
    except (ValueError, RecursionError):
        return None
    return values


def _next_sign(text: str, at: int) -> int:
    found = _SIGN.search(text, at)
    return found.start() if found else len(text)


def as_saved_by_browser(page: str) -> str | None:
    """The JSON of a page that shows nothing else."""
    at = 0
    while tag := _TAG.match(page, _next_sign(page, at)):
        at = tag.end()
        if tag[1].lower() == "pre":
            shown = page[at:].partition("</pre>")[0] if "</pre>" in page[at:] else ""
            return html.unescape(shown) if shown.lstrip()[:1] in ("{", "[") and shown.strip() else None
    return None


def rendered(page: str) -> object:
    """What a server-rendered page of the Douyin and Toutiao family carries for its own script, keys in snake_case."""
    _, found, rest = page.partition(' id="RENDER_DATA"')
    data, ended, _ = rest.partition(">")[2].partition("</script>")
    return _snake(loaded(unquote(data.strip())), _DEEPEST) if found and ended else None


def _snake(node: object, depth: int) -> object:
    if isinstance(node, dict) and depth:
        return {_HUMP.sub(lambda hump: f"_{hump[0]}", key).lower(): _snake(node[key], depth - 1) for key in node}
    if isinstance(node, list) and depth:
        return [_snake(item, depth - 1) for item in node]
    return node


def embedded(page: str, marker: str) -> object:
    """The JSON value that begins at the first bracket after `marker` in a page's inline script."""
    start = page.find(marker)
    bracket = re.compile(r"[{\[]").search(page, start + len(marker)) if start >= 0 else None
    if bracket is None:
        return None
    try:
        value: object = json.JSONDecoder().raw_decode(page, bracket.start())[0]
    except (ValueError, RecursionError):
        return None
    return value


def nested(node: object) -> object:
    """A node that platforms sometimes send as a JSON string inside the JSON."""
    return loaded(node) if isinstance(node, str) else node


def dig(node: object, *path: str) -> object:
    """The node at `path`; null where a step is missing."""
    for step in path:
        if not isinstance(node, dict):
            return None
        node = node.get(step)
    return node


def as_dict(node: object) -> dict[str, object]:
    return node if isinstance(node, dict) else {}


def as_list(node: object) -> list[object]:
    """A list; PHP back ends send one with gaps as an object with number keys."""
    if isinstance(node, dict) and node and all(str(key).isdigit() for key in node):
        return list(node.values())
    return node if isinstance(node, list) else []


def as_dicts(node: object) -> list[dict[str, object]]:
    """The objects of a list; anything else in it is left out."""
    return [item for item in as_list(node) if isinstance(item, dict)]


def as_text(node: object) -> str | None:
    """A trimmed string without what no encoder takes; null for the empty one."""
    if not isinstance(node, str):
        return None
    return clean(node).strip(" \t\r\n\u200b\u3000") or None


def as_int(node: object) -> int | None:
    """An integer, or a string of digits; a bool or a float is none, since ids do not survive a float."""
    if isinstance(node, str) and len(node) < _LONGEST_NUMBER and re.fullmatch(r"-?[0-9]+", node):
        return int(node)
    return node if isinstance(node, int) and not isinstance(node, bool) else None


def as_id(node: object) -> str | None:
    """A positive number as digits: the shape of every numeric id."""
    number = as_int(node)
    return str(number) if number is not None and 0 < number < 10**_LONGEST_NUMBER else None


def as_flag(node: object) -> bool | None:
    """A bool, or 0 and 1 standing for one."""
    if isinstance(node, bool):
        return node
    number = as_int(node)
    return bool(number) if number in (0, 1) else None


def as_count(node: object) -> int | None:
    """A count that may be rounded for people: 516615, "105.9万", "1.51亿", "100万+"."""
    if (number := as_int(node)) is not None:
        return number if 0 <= number < _LATEST * 1000 else None
    match = _COUNT.fullmatch(node.strip()) if isinstance(node, str) and len(node) < _LONGEST_NUMBER else None
    return round(float(match[1]) * _SCALE[match[2]]) if match else None


def as_moment(node: object) -> datetime | None:
    """Unix seconds as a UTC time; anything outside 2000 to 2099 is no publish time."""
    seconds = as_int(node)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and _EARLIEST <= seconds < _LATEST else None
