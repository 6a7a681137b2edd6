"""An article's own page on Toutiao."""

import html
import re

from services.collector.capture import Capture, ShownAccount, ShownPost
from services.collector.reading.chinese_time import is_rough, parse_chinese_time
from services.collector.reading.markup import plain_text
from services.collector.reading.sight import Item
from services.collector.reading.tree import as_flag, as_id, as_text
from shared.events import Comments, Kind

_JS_STRING = r"""\b%s\s*:\s*(['"])((?:(?!\1)[^\\]|\\.)*)\1"""


def address_of(post_id: str) -> str:
    return f"https://www.toutiao.com/group/{post_id}/"


def comments_of(ban: object) -> Comments:
    """A ban leaves old comments in place, so that the count says nothing."""
    return {True: Comments.CLOSED, False: Comments.OPEN, None: Comments.UNKNOWN}[as_flag(ban)]


def article_page(page: str, capture: Capture) -> Item | None:
    """The article in a page's BASE_DATA, a JavaScript literal that is searched, never run."""
    start = page.find("articleInfo:", page.find("BASE_DATA"))
    if "BASE_DATA" not in page or start < 0:
        return None
    article = page[start : start + 2_000_000]
    post_id = as_id(_literal(article, "groupId"))
    if post_id is None:
        return None
    media = page[page.find("mediaInfo:", start) :] if "mediaInfo:" in article else ""
    written = as_text(_literal(article, "time"))
    moment = parse_chinese_time(written, capture.at) if written else None
    author = ShownAccount(id=as_id(_literal(media, "uid")), name=as_text(_literal(article, "source")))
    ban = re.search(r"\bban_comment\s*:\s*(0|1|true|false)\b", article)
    original = re.search(r"\bisOriginal\s*:\s*(true|false)\b", article)
    post = ShownPost(
        id=post_id,
        url=address_of(post_id),
        title=as_text(_literal(article, "title")),
        text=as_text(plain_text(_literal(article, "content") or "")),
        published_at=moment,
        approximate=is_rough(written),
        kind=Kind.ORIGINAL if original and original[1] == "true" else Kind.UNKNOWN,
        comments=comments_of({"0": False, "1": True, "false": False, "true": True}[ban[1]] if ban else None),
    )
    return Item(post=post, author=author, ids=(author.id,) if author.id else ())


def _literal(source: str, key: str) -> str | None:
    """The string after a key of a JavaScript literal, with its HTML entities and \\u escapes resolved."""
    match = re.search(_JS_STRING % key, source)
    if match is None:
        return None
    unescaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), match[2])
    return html.unescape(re.sub(r"\\(.)", r"\1", unescaped)).strip('"')
