"""Marks and digits of both widths in one text: 你好,世界。 and 2０25年."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
from shared.events import Severity

KIND = "width"
_HALF = re.compile(r"[,;:?!](?<=[一-鿿].)(?=[一-鿿])")
_FULL_OF = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_BRACKETS = re.compile(r"\(([^()（）\n]{1,40})）|（([^()（）\n]{1,40})\)")
_DIGITS = re.compile(r"[０-９]{1,20}(?:(?<=[0-9][０-９])|(?=[0-9]))")
_WIDE = "０１２３４５６７８９"
SIGNS = "".join(_FULL_OF) + "()" + _WIDE


def find(text: str, places: Places, _phrases: Occurrences) -> Iterator[Fault]:
    """Marks are a matter of style, said once a text and only beside full-width ones: much is typed and printed so."""
    signs = {text[place] for place in places}
    if signs.intersection(_FULL_OF) and "，" in text:
        match = next(filter(None, (_HALF.match(text, place) for place in places)), None)
        if match is not None:
            yield Fault(match.start(), match.end(), KIND, "半角标点混用", Severity.INFO, _FULL_OF[match[0]])
    if ("(" in signs and "）" in text) or ("（" in text and ")" in signs):
        for match in _BRACKETS.finditer(text):
            suggestion = f"（{match[1] or match[2]}）"
            yield Fault(match.start(), match.end(), KIND, "括号一半全角一半半角", Severity.INFO, suggestion)
    if signs.intersection(_WIDE):
        for match in _DIGITS.finditer(text):
            suggestion = "".join(str(int(digit)) for digit in match[0])
            yield Fault(match.start(), match.end(), KIND, "同一数字全角半角混用", Severity.HINT, suggestion)
