"""Hostile HTML to a tree and to plain text. Nothing in it is ever executed or fetched."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.collector.capture import clean

MAX_TAGS, MAX_DEPTH = 50_000, 1_000
"""The parser needs quadratic time for nesting: 20,000 nested tags take it seconds."""

_BLOCKS = re.compile(
    "address|article|aside|blockquote|br|caption|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6r]"
    "|header|li|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_UNSEEN = re.compile("head|script|style|template|noscript|iframe|object|svg|textarea|select|-comment")
_NESTING_TAG = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|param|source|td|th|tr|wbr)\b)"
    r"([a-zA-Z][a-zA-Z0-9]{0,10})"
)
_CROWDED_TAG = re.compile(r"""<[a-zA-Z](?:(?:[^<>\s"'/]++|<(?![a-zA-Z]))*+(?:[\s/]++|"[^"<]*+"|'[^'<]*+')){5000}""")
"""So many words or attributes in one tag: the parser compares each attribute with each other."""
_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_WEB = re.compile(r"https?://[^\s/]", re.I)
_EMOTICON = re.compile(r"\[[^\[\]<>\n]{1,16}\]")


def tree(html: str) -> LexborHTMLParser:
    """The document. A page of more tags than any real one keeps its words only."""
    return LexborHTMLParser(_TAG.sub(" ", html).replace("<", " ") if _is_too_deep(html) else clean(html))


def _is_too_deep(html: str) -> bool:
    """True for more tags, or more that are open at once, or more attributes in one, than any real page has."""
    if _CROWDED_TAG.search(html):
        return True
    tags, deep = 0, 0
    still_open: dict[str, int] = {}
    for match in _NESTING_TAG.finditer(html):
        closes, name = match.groups()
        name = name.lower()
        its = still_open.get(name, 0)
        step = 1 if not closes else -1 if its else 0
        still_open[name] = its + step
        tags, deep = tags + 1, deep + step
        if tags > MAX_TAGS or deep > MAX_DEPTH:
            return True
    return False


def plain_text(html: str) -> str:
    """What a reader sees of a piece of HTML: entities resolved, one line per block, runs of spaces made one.

    Code points are kept as they are (no width or case folding); an image that stands for an emoticon becomes its
    bracketed name. Never raises on hostile input.
    """
    if "<" not in html and "&" not in html:  # No markup: most statuses of Weibo.
        return tidy(html.replace("\n", " "))
    return node_text(tree(html).root)


def node_text(node: LexborNode | None) -> str:
    """`plain_text` of one element; the empty string for none."""
    if node is None:
        return ""
    return tidy("".join(_pieces(node)))


def links_in(html: str) -> list[str]:
    """The web addresses that a piece of HTML links to, in order."""
    return [] if "<" not in html else links_below(tree(html).root)


def links_below(node: LexborNode | None) -> list[str]:
    """`links_in` of one element; none for none."""
    addresses = [link.attributes.get("href") or "" for link in node.css("a[href]")] if node else []
    return [address.strip() for address in addresses if _WEB.match(address.strip())]


def tidy(text: str) -> str:
    """Runs of spaces made one, lines trimmed, empty lines dropped."""
    lines = (line.strip(" \u3000") for line in _SPACES.sub(" ", clean(text)).split("\n"))
    return "\n".join(filter(None, lines))


def _pieces(root: LexborNode) -> Iterator[str]:
    stack: list[LexborNode | str] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif item.is_text_node:
            # A line break in the source is only a space to the reader.
            yield (item.text_content or "").replace("\n", " ")
        elif item.tag == "img":
            yield from _EMOTICON.findall(item.attributes.get("alt") or "")[:1]
        elif not _UNSEEN.fullmatch(item.tag or ""):
            stack += _children_reversed(item)


def _children_reversed(node: LexborNode) -> list[LexborNode | str]:
    children: list[LexborNode | str] = list(node.iter(include_text=True))
    children.reverse()
    return ["\n", *children, "\n"] if _BLOCKS.fullmatch(node.tag or "") else children
