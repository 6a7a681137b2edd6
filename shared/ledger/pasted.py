"""The link in what somebody pasted into a cell: a whole address, or a sentence of an app with one inside."""

import re

from shared.ledger.values import BadCellError

REMEDY = "填浏览器地址栏里完整的网址，以 https:// 开头"

_START = re.compile(
    r"(?<![A-Za-z0-9@.\\/_-])(?<!view-source:)(?:https?://|(?:[a-z0-9-]+\.)*"
    r"(?:weibo\.com|weibo\.cn|douyin\.com|iesdouyin\.com|toutiao\.com|mp\.weixin\.qq\.com)(?=[/?#:\s]|$))",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"[!#-;=?-\[\]_a-z~]*")
"""What a link may hold when Chinese text stands around it: ASCII without spaces, quotes, angle brackets, backslash."""
_AROUND = ".,;:!'*"
_FULL_WIDTH = {0xFF01 + sign: 0x21 + sign for sign in range(94)} | {0x3000: " "}
_AMPERSAND = re.compile(r"&(?:amp;)+")
_GOES_ON = re.compile(r"\s+[A-Za-z0-9_=&?/%-]")


def links_in(text: str) -> list[str]:
    """The links of a cell in their order, each once; without the marks and words around them, with their scheme.

    Raises BadCellError where a link is broken in two or cut short, so that half an id would be taken for a whole one.
    """
    folded = _AMPERSAND.sub("&", text.translate(_FULL_WIDTH))
    found: list[str] = []
    end = 0
    while match := _START.search(folded, end):
        inside = _INSIDE.match(folded, match.end())
        end = inside.end() if inside else match.end()
        written = folded[match.start() : end]
        if written.endswith("...") or folded[end : end + 1] == "…":
            raise BadCellError("网址被省略号截断", REMEDY)
        link = _bare(written)
        if folded[end : end + 1] == "\\" or (_goes_on(folded[end:]) and not is_short(link)):
            raise BadCellError("网址中间有空格、换行或反斜杠", REMEDY)
        found.append(link if "://" in link else f"https://{link}")
    return list(dict.fromkeys(found))


def _goes_on(rest: str) -> bool:
    return bool(_GOES_ON.match(rest)) and not _START.match(rest.lstrip())


def is_short(link: str) -> bool:
    """True for a share link of an app that leads to an account only when it is opened."""
    return re.match(r"(?:https?://)?(?:v\.douyin\.com|m\.toutiao\.com/is|t\.cn)/", link, re.IGNORECASE) is not None


def without_marks(link: str) -> str:
    """A whole-cell address without the marks that end a sentence."""
    return _bare(link.strip().rstrip("。，、；：！？）】」』》〉”’"))


def _bare(link: str) -> str:
    link = link.rstrip(_AROUND)
    for opening, closing in ("()", "[]"):
        while link.endswith((closing, opening)) and link.count(opening) != link.count(closing):
            link = link[:-1].rstrip(_AROUND)
    return link
