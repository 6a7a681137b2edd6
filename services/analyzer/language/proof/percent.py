"""Percent said twice: 百分之15%, 百分之十五%, 15%个百分点."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.finding import places
from shared.events import Severity

KIND = "percent"
_TWICE = re.compile(r"百分之 ?(?:(\d{1,6}(?:[.．]\d{1,4})?)|([一二三四五六七八九十百零〇两点]{1,8})) ?([%％])")
_POINTS = re.compile(r"[%％](?=个?百分点)")
_SIGNS = re.compile(r"[%％]{2}")


def find(text: str) -> Iterator[Fault]:
    """The sign, or the words, are said once."""
    for place in places(text, "百分之百分之") if "百" in text else ():
        yield Fault(place, place + 6, KIND, "“百分之”重复", suggestion="百分之")
    if "%" not in text and "％" not in text:
        return
    follows = {text[place + 1 : place + 2] for sign in "%％" for place in places(text, sign)}
    for match in _TWICE.finditer(text) if "百分之" in text else ():
        once = match[1] + match[3] if match[1] else "百分之" + match[2]
        yield Fault(match.start(), match.end(), KIND, "“百分之”与“%”重复", Severity.REMINDER, once)
    for match in _POINTS.finditer(text) if follows & {"个", "百"} else ():
        yield Fault(match.start(), match.end(), KIND, "“%”与“百分点”重复", Severity.REMINDER, "")
    for match in _SIGNS.finditer(text) if follows & {"%", "％"} else ():
        yield Fault(match.start(), match.end(), KIND, "百分号重复", Severity.REMINDER, match[0][0])
