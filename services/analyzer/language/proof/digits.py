"""Groups of digits that are no thousands: 1,0000元, 12,34,567人."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
from shared.events import Severity

KIND = "digits"
SIGNS = ","
_GROUPED = re.compile(
    r",(?<=\d,)(\d{1,9}(?:,\d{1,9}){0,6})(?:\.\d{1,4})? ?(?=元|万元|亿元|人|户|亩|吨|公里|美元|平方米)"
)
_HEAD = re.compile(r"(?<![\d,.])\d{1,9}\Z")
_RIGHT = re.compile(r"\d{3}(?:,\d{3}){0,6}")


def find(text: str, _places: Places, _phrases: Occurrences) -> Iterator[Fault]:
    """A hint: a list of numbers may be written without a space (1,2人)."""
    for match in _GROUPED.finditer(text):
        head = _HEAD.search(text[max(0, match.start() - 10) : match.start()])
        groups = match[1].split(",")
        if head is None or min(map(len, groups)) < 3 or (_RIGHT.fullmatch(match[1]) and len(head[0]) <= 3):
            continue
        start = match.start() - len(head[0])
        number = head[0] + "".join(groups)
        yield Fault(
            start, match.start(1) + len(match[1]), KIND, "数字分节不是三位一节", Severity.HINT, f"{int(number):,}"
        )
