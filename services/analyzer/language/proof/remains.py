"""What a page or a template leaves in a text: &nbsp; <br> ${name} [object Object]."""

import html
import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
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
SIGNS = "&<{"
PHRASES = ("undefined", "NaN", "null", "[object")
_UNFILLED = re.compile(
    r"\[object Object\]|\{\{[^{}\n]{1,40}\}\}|\$\{[^{}\n]{1,40}\}|(?:undefined|NaN|null)(?=[年月日元%])"
)
_OF_CODE = re.compile(r"HTML|html|代码|标签|网页源|语法")


def find(text: str, places: Places, phrases: Occurrences) -> Iterator[Fault]:
    """HTML is suggested away, or what it stands for; a text that speaks of HTML may show some."""
    signs = {text[place] for place in places}
    if signs.intersection("&<"):
        severity = Severity.HINT if _OF_CODE.search(text) else Severity.REMINDER
        for match in _ENTITY.finditer(text):
            meant = html.unescape(match[0]).replace("\xa0", " ")
            yield Fault(match.start(), match.end(), KIND, f"“{match[0]}”是残留的网页代码", severity, meant)
        for match in _TAG.finditer(text):
            yield Fault(match.start(), match.end(), KIND, f"“{match[0][:20]}”是残留的网页代码", severity, "")
    if phrases or "{" in signs:
        for match in _UNFILLED.finditer(text):
            yield Fault(match.start(), match.end(), KIND, "模板变量未填写")
