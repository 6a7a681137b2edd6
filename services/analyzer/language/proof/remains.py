"""What a page or a wrong encoding leaves in a text: &nbsp; <br> 锟斤拷 ï»¿ ä¸­å›½ ${name}."""

import html
import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.finding import holds_any
from shared.events import Severity

KIND = "remains"
_ENTITY = re.compile(
    r"&(?:nbsp|amp|lt|gt|quot|apos|ldquo|rdquo|lsquo|rsquo|mdash|ndash|hellip|middot|bull|times|copy|emsp|ensp|"
    r"#\d{2,6}|#x[0-9a-fA-F]{2,6});"
)
_TAG = re.compile(
    r"</?(?:br|hr|p|div|span|strong|em|b|i|u|a|img|font|center|section|table|tbody|thead|tr|td|th|ul|ol|li|h[1-6]|"
    r"iframe|script|style|video|sup|sub|o:p)(?: [^<>\n]{0,300})?/?>",
    re.IGNORECASE,
)
_ODD = ("锟", "烫", "屯", "ï", "\ufffd", "â", "å", "ä", "æ", "ç", "è", "é", "Ã", "Â")
_WRONG_ENCODING = re.compile(
    "(?:锟斤拷?|拷锟)+|烫烫烫+|屯屯屯+|ï»¿|(?:ï¿½)+|\ufffd{2,99}|(?:â€[\u0080-\u00bf\u2013-\u203a\u20ac-\u2122œžšŠŽŒ]){1,9}|"
    "(?:[äåæçèé][\u0080-\u00bf\u2013-\u203a\u02c6\u02dc\u0152-\u0192\u20ac-\u2122]{2}){2,99}|"
    "(?:[ÃÂ][\u0080-\u00bf\u2013-\u203a\u0152-\u0192\u20ac-\u2122]){2,99}"
)
_MAY_BE_UNFILLED = ("{", "u", "N")
_UNFILLED = re.compile(r"\{\{[^{}\n]{1,40}\}\}|\$\{[^{}\n]{1,40}\}|(?:undefined|NaN|null)(?=[年月日元%])")
_CODE = re.compile(r"\b(?:HTML|html|代码|标签|网页源|语法|模板语言)")


def find(text: str) -> Iterator[Fault]:
    """HTML is suggested away; what a wrong encoding made of a text, nobody can tell from it."""
    if "&" in text or "<" in text:
        yield from _of_pages(text)
    if holds_any(text, _MAY_BE_UNFILLED) and holds_any(text, ("{", "undefined", "NaN", "null")):
        for match in _UNFILLED.finditer(text):
            yield Fault(match.start(), match.end(), KIND, "模板变量未填写")
    if holds_any(text, _ODD):
        yield from _of_encodings(text)


def _of_pages(text: str) -> Iterator[Fault]:
    """A text that speaks of HTML may show some."""
    severity = Severity.HINT if _CODE.search(text) else Severity.REMINDER
    for match in _ENTITY.finditer(text):
        meant = html.unescape(match[0]).replace("\xa0", " ")
        yield Fault(match.start(), match.end(), KIND, f"“{match[0]}”是残留的网页代码", severity, meant)
    for match in _TAG.finditer(text):
        yield Fault(match.start(), match.end(), KIND, f"“{match[0][:20]}”是残留的网页代码", severity, "")


def _of_encodings(text: str) -> Iterator[Fault]:
    for match in _WRONG_ENCODING.finditer(text):
        yield Fault(match.start(), match.end(), KIND, "编码错误产生的乱码")
    if text.count("\ufffd") == 1:  # may be half of an emoji or a rare character that was lost on the way to us
        place = text.find("\ufffd")
        yield Fault(place, place + 1, KIND, "疑似乱码，原字符已丢失", Severity.HINT)
