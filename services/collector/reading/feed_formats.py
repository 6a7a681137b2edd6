"""RSS, Atom and JSON Feed, in bytes, to the feed's own facts and its entries under one set of names."""

import html
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import feedparser

_ENCODING = re.compile(rb"(<\?xml[^<>]{0,80}?encoding\s{0,9}=\s{0,9}['\"])([\w-]{1,40})")
_ROOT_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_END_TAG = re.compile(rb"</(?:rss|feed|rdf:RDF)\s{0,20}>\Z", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_CROWDED_TAG = re.compile(
    rb"""<[^<>"']{0,200}+(?:"[^"<]*+"[^<>"']{0,200}+|'[^'<]*+'[^<>"']{0,200}+){500}""",
)
"""The feed reader compares each attribute of a tag with each other."""
MOST_ENTRIES, MOST_PIECES = 5_000, 500_000
"""The feed reader takes a third of a millisecond an entry, and 15 microseconds for each tag, reference or line."""
_READER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError)
"""What the feed reader raises, or could, on broken input; OverflowError was seen in fuzzing."""


def is_too_long(body: bytes) -> bool:
    """True for more than any real feed has: reading it would take too long."""
    pieces = sum(body.count(sign) for sign in (b"<", b"&", b"\n", b"\r"))
    is_crowded = _CROWDED_TAG.search(body) is not None
    return pieces > MOST_PIECES or is_crowded or sum(1 for _ in _ENTRY.finditer(body)) > MOST_ENTRIES


Parsed = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]


def parsed(body: bytes) -> Parsed | None:
    """Feed and entries with our own field names; null when it is no feed or was cut off. Never raises."""
    return _json_feed(body) if body[:1] == b"{" else _xml_feed(body)


def _xml_feed(body: bytes) -> Parsed | None:
    """Feed and entries with our own field names; null when it is no feed or was cut off."""
    if not _ROOT_TAG.search(body[:8192].replace(b"\0", b"")):
        return None
    body = _recoded(body)
    try:
        # A stream on purpose: given bytes or text, feedparser would try them as a file name or an address first.
        # Its own cleaning of HTML is off because nothing here is shown as HTML, and it loses a bridge's odd text.
        feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except _READER_ERRORS:
        return None
    broken = feed.get("bozo") and not (feed["entries"] and _is_whole(body))
    if not feed.get("version") or broken:
        return None
    about = feed["feed"]
    image = about.get("image") or {}
    return {
        "title": about.get("title"),
        "description": about.get("subtitle"),
        "user_name": image.get("title"),
        "link": about.get("link"),
        "id": about.get("id"),
    }, [_entry(entry) for entry in feed["entries"]]


def _is_whole(body: bytes) -> bool:
    """True when the last thing in it, but for spaces and comments, is the root's end tag."""
    end = body.rstrip()
    while end.endswith(b"-->") and (start := end.rfind(b"<!--", 0, -3)) >= 0:
        end = end[:start].rstrip()
    return _END_TAG.search(end[-40:]) is not None


def _recoded(body: bytes) -> bytes:
    """UTF-8 for a feed that says it is, or says nothing, and is Chinese GB18030: the reader would take it for Latin."""
    declared = _ENCODING.match(body)
    if declared and not re.fullmatch(rb"utf-?8|gb\d+|gbk", declared[2], re.IGNORECASE):
        return body
    try:
        body.decode("utf-8")
        return body
    except UnicodeDecodeError:
        pass
    try:
        text = body.decode("gb18030").encode()
    except UnicodeDecodeError:
        return body
    return _ENCODING.sub(rb"\1utf-8", text, count=1)


def _entry(entry: Any) -> dict[str, Any]:
    contents = [part.get("value") for part in entry.get("content") or []]
    return {
        "id": entry.get("id"),
        "link": entry.get("link"),
        "title": entry.get("title"),
        "author": entry.get("author"),
        "source": (entry.get("source") or {}).get("title"),
        # Atom items of some bridges have no `published`; it wins where both are, unless it is no time.
        "times": [entry[name] for name in ("published", "updated") if name in entry],
        "texts": [*contents, entry.get("summary")],
    }


def _json_feed(body: bytes) -> Parsed | None:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or "jsonfeed.org/version" not in str(feed.get("version")):
        return None
    items = feed.get("items")
    about = {
        "title": feed.get("title"),
        "description": feed.get("description"),
        "user_name": feed.get("user_name"),
        "link": feed.get("home_page_url"),
        "id": feed.get("feed_url"),
    }
    return about, [_json_entry(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _json_entry(item: Mapping[str, Any]) -> dict[str, Any]:
    text = item.get("content_text")
    return {
        "id": item.get("id"),
        "link": item.get("url") or item.get("external_url"),
        "title": item.get("title"),
        "author": _json_author(item),
        "times": [item.get("date_published"), item.get("date_modified")],
        "texts": [item.get("content_html"), html.escape(text) if isinstance(text, str) else None, item.get("summary")],
    }


def _json_author(item: Mapping[str, Any]) -> object:
    authors = item.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else item.get("author")
    return first.get("name") if isinstance(first, dict) else first
