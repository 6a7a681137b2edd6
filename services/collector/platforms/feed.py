"""订阅源: RSS, Atom and JSON Feed as written by bridges (RSSHub, wewe-rss, we-mp-rss, Wechat2RSS) and websites.

The address in the ledger is the account's identity. A feed says nothing of comments, pins or originality.
"""

import hashlib
import html
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import feedparser

from services.collector.capture import Capture, Plan, Reading, ShownAccount, ShownPost
from services.collector.platforms._wechat_identity import Identity, article_id, article_link, biz_in
from services.collector.platforms.base import Platform
from services.collector.reading.markup import clean, plain_text, tidy
from services.collector.reading.moments import from_text
from shared.account import Account
from shared.errors import InputError
from shared.events import Coverage, Outcome

MAX_TITLE, MAX_TEXT = 300, 50_000

_BRIDGES = re.compile(r"\s*[|\-–—·_]\s*(wechat-feeds|wewe-rss|we-mp-rss|wechat2rss|rsshub|powered by rsshub)\s*$", re.I)
_PLACEHOLDER = re.compile(r"\s*获取全文失败.{0,20}", re.DOTALL)
_MARKED_UP = re.compile(r"</|<(?:img|br|p|em|b|span|font|script)\b", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_ENCODING = re.compile(rb"(\s*<\?xml[^<>]{0,80}encoding\s*=\s*['\"])([\w-]+)")
_ROOT_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_END_TAG = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>(?:\s|<!--.*?-->)*\Z", re.IGNORECASE | re.DOTALL)
_BLOCK_STATUSES = (403, 412, 418, 429, 432)
_BLOCKED = re.compile(
    r"环境异常|访问(过于)?频繁|验证码|安全验证|人机|captcha|too many requests|access denied|cloudflare", re.I
)
_LOGIN = re.compile(r"请(先)?登录|扫码登录|登录失效|sign in|log in", re.I)
_READER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError)
"""What the feed reader raises, or could, on broken input; OverflowError was seen in fuzzing."""


class Feed(Platform):
    """Fetches the address of the ledger row, from its own host only (no host is known beforehand)."""

    hosts: ClassVar[tuple[str, ...]] = ()

    def plan(self, account: Account) -> Plan:
        url = (account.url or "").strip()
        if not re.fullmatch(r"https?://[^/\s?#]+\S*", url, re.I) or not _host(url):
            raise InputError(account.key, "订阅源没有可用的地址：请在台账的链接一栏填写 http 或 https 开头的订阅地址")
        return Plan(fetch=(url,))

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        readings = [_reading(capture, account) for capture in captures]
        evidence = [reading for reading in readings if reading.outcome.is_evidence]
        if not evidence:
            return readings[0] if readings else _failed(Outcome.PARSE_ERROR, "没有收到任何内容")
        posts = tuple(_distinct(post for reading in reversed(evidence) for post in reversed(reading.posts)))
        first = next((reading for reading in evidence if reading.posts), evidence[0])
        return first.model_copy(update={"posts": posts[::-1]})


def _distinct(posts: Iterable[ShownPost]) -> list[ShownPost]:
    """Each item once. Two WeChat accounts may number their articles alike."""
    return list({(post.id, biz_in(post.url)): post for post in posts}.values())


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _reading(capture: Capture, account: Account | None) -> Reading:
    body = capture.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    parsed = _json_feed(body) if body[:1] == b"{" else _xml_feed(body)
    if parsed is None:
        return _no_feed(capture)
    about, items = parsed
    posts = _distinct(post for item in reversed(items) if (post := _post(item, capture)))
    identity = _identity(about, posts)
    # A bare number may be any numbering of the ledger's; only WeChat's own ids can contradict.
    if account and not account.id.isdigit() and identity.agrees(account) is False:
        return _failed(Outcome.PARSE_ERROR, f"页面属于其他账号：{identity.name or identity.id}")
    if items and not posts:
        return _failed(Outcome.PARSE_ERROR, "订阅源的条目没有标题和链接，无法读取")
    authors = {biz_in(post.url) for post in posts} - {""}
    description = _line(about.get("description")) or None
    return Reading(
        outcome=Outcome.OK if posts else Outcome.EMPTY,
        reason=None if posts else "订阅源完好，但没有任何条目",
        account=ShownAccount(id=identity.id, name=identity.name or None, description=description),
        posts=tuple(posts)[::-1],
        covers=Coverage.TIMELINE if len(authors) > 1 else Coverage.LIST,
    )


def _failed(outcome: Outcome, reason: str) -> Reading:
    return Reading(outcome=outcome, reason=reason)


def _no_feed(capture: Capture) -> Reading:
    """What came instead of a feed, by its content first and its HTTP status second."""
    shown = plain_text(capture.text[:200_000])[:2000]
    if _BLOCKED.search(shown) or capture.status in _BLOCK_STATUSES:
        return _failed(Outcome.BLOCKED, "返回的是访问验证或拒绝页面，不是订阅源")
    if _LOGIN.search(shown) or capture.status == 401:
        return _failed(Outcome.LOGIN_WALL, "返回的是登录页面，不是订阅源")
    status = f"（HTTP {capture.status}）" if capture.status and capture.status >= 400 else ""
    return _failed(Outcome.PARSE_ERROR, f"返回的不是完整的订阅源{status}" if capture.body else f"返回内容为空{status}")


Parsed = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]


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
    broken = feed.get("bozo") and not (feed["entries"] and _END_TAG.search(body))
    if not feed.get("version") or broken:
        return None
    about = feed["feed"]
    image = about.get("image") or {}
    return {
        "title": about.get("title"),
        "description": about.get("subtitle"),
        "user_name": image.get("title"),
    }, [_entry(entry) for entry in feed["entries"]]


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
        # Atom items of some bridges have no `published`; it wins where both are.
        "time": entry["published"] if "published" in entry else entry.get("updated"),
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
    return feed, [_json_entry(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _json_entry(item: Mapping[str, Any]) -> dict[str, Any]:
    text = item.get("content_text")
    return {
        "id": item.get("id"),
        "link": item.get("url") or item.get("external_url"),
        "title": item.get("title"),
        "time": item.get("date_published") or item.get("date_modified"),
        "texts": [item.get("content_html"), html.escape(text) if isinstance(text, str) else None, item.get("summary")],
    }


def _post(item: Mapping[str, Any], capture: Capture) -> ShownPost | None:
    url = article_link(item.get("link"), capture.url or "")
    own_id = article_id(url) or url or _line(item.get("id"))
    title, time = _line(item.get("title")), str(item.get("time") or "")
    text = _text(item["texts"], title)
    if not own_id and not title and not text:
        return None
    return ShownPost(
        # Nothing but title and time is left then; a title alone is shared by whole columns.
        id=own_id or hashlib.sha256(f"{title or text}\x1f{time}".encode()).hexdigest()[:32],
        url=url,
        title=title or None,
        text=text,
        published_at=from_text(time),
        pinned=False,
    )


def _text(values: Sequence[object], title: str) -> str | None:
    """The first text that is one: not a bridge's placeholder, not the title again."""
    for value in values:
        text = plain_text(_CDATA.sub("", value))[:MAX_TEXT] if isinstance(value, str) else ""
        if text and text != title and not _PLACEHOLDER.fullmatch(text):
            return text
    return None


def _line(value: object) -> str:
    text = value if isinstance(value, str) else ""
    text = plain_text(text) if _MARKED_UP.search(text) else html.unescape(text)
    return " ".join(tidy(clean(text)).split())[:MAX_TITLE]


def _identity(about: Mapping[str, Any], posts: Sequence[ShownPost]) -> Identity:
    """The user name where a bridge gives it, else the one `__biz` that all links share."""
    numbers = {biz_in(post.url) for post in posts}
    user_name = _line(about.get("user_name"))
    return Identity(
        user_name=user_name if re.fullmatch(r"(gh|wxid)_\w+", user_name, re.A) else "",
        number=numbers.pop() if len(numbers) == 1 else "",
        name=_BRIDGES.sub("", _line(about.get("title"))),
    )
