"""Percent said twice: 百分之15%, 百分之十五%, 15%个百分点."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
from shared.events import Severity

KIND = "percent"
PHRASES = (
    "百分之百分之",
    "百分之",
    *(sign + follows for sign in "%％" for follows in ("%", "％", "个百分点", "百分点")),
)
_TWICE = re.compile(r"百分之 ?(?:(\d{1,6}(?:[.．]\d{1,4})?)|([一二三四五六七八九十百零〇两点]{1,8})) ?([%％])")
_POINTS = re.compile(r"[%％](?=个?百分点)")
_SIGNS = re.compile(r"[%％]{2}")


def find(text: str, _places: Places, phrases: Occurrences) -> Iterator[Fault]:
    """The sign, or the words, are said once."""
    for number, start, end in phrases:
        if number == 0:
            yield Fault(start, end, KIND, "“百分之”重复", suggestion="百分之")
    if "%" not in text and "％" not in text:
        return
    for match in _TWICE.finditer(text):
        once = match[1] + match[3] if match[1] else "百分之" + match[2]
        yield Fault(match.start(), match.end(), KIND, "“百分之”与“%”重复", Severity.REMINDER, once)
    for match in _POINTS.finditer(text):
        yield Fault(match.start(), match.end(), KIND, "“%”与“百分点”重复", Severity.REMINDER, "")
    for match in _SIGNS.finditer(text):
        yield Fault(match.start(), match.end(), KIND, "百分号重复", Severity.REMINDER, match[0][0])
