"""Weekdays that do not fit their date: 2025年3月5日（星期四）."""

import re
from collections.abc import Iterator
from datetime import date

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
from services.analyzer.language.proof.years import years_of

KIND = "weekday"
_DAYS = "一二三四五六日"
PHRASES = ("星期", "礼拜", *(f"周{day}" for day in _DAYS), "周天")
_WEEKDAY = re.compile(r"(?:星期|礼拜|周)([一二三四五六日天])(?!期|年|岁|边|围|遭|线|级|[一-鿿]{0,2}(?:轮|次|场|期))")
_DATE_BEFORE = re.compile(r"(?:(\d{4}) ?年 ?)?(?<!\d)(\d{1,2}) ?月 ?(\d{1,2}) ?[日号] ?[(（,，]? ?\Z")
_LATER_DATE_BEFORE = re.compile(
    r"(?:(\d{4}) ?年 ?)?(?<!\d)(\d{1,2}) ?月 ?\d{1,2} ?[日号]? ?(?:[(（][^()（）\d]{1,4}[)）])? ?"
    r"(?:至|到|[-—–~～]{1,2}|、|和) ?(\d{1,2}) ?[日号] ?[(（,，]? ?\Z"
)
_ENDS = re.compile(r"[)）上下早中晚至到起，,、。； \d\n]|\Z")
_DATE_ENDS = frozenset("日号(（,， ")
_FAR = 32


def find(text: str, _places: Places, phrases: Occurrences) -> Iterator[Fault]:
    """The year is that of the date, or of an earlier one in the sentence; without a year nothing is said."""
    for _, start, end in phrases:
        if text[start] != "周" and text[end : end + 1] in ("八", "九"):
            yield Fault(start, end + 1, KIND, "一星期只有七天")
        if text[start - 1 : start] in _DATE_ENDS and (match := _WEEKDAY.match(text, start)):
            yield from _judge(text, match)


def _judge(text: str, match: re.Match[str]) -> Iterator[Fault]:
    head = text[max(0, match.start() - _FAR) : match.start()]
    before = _DATE_BEFORE.search(head) or _LATER_DATE_BEFORE.search(head)
    if before is None or (match[0][0] == "周" and not _ENDS.match(text, match.end())):
        return
    month, day = int(before[2]), int(before[3])
    start = match.start() - len(head) + before.start()
    years = [int(before[1])] if before[1] else years_of(text, start, month, day)
    rights = [(year, right) for year in years if (right := _weekday(year, month, day)) is not None]
    if rights and match[1].replace("天", "日") not in [right for _, right in rights]:
        year, right = rights[0]
        suggestion = match[0][:-1] + right
        reason = f"{year}年{month}月{day}日是{suggestion}"
        yield Fault(match.start(), match.end(), KIND, reason, suggestion=suggestion)


def _weekday(year: int, month: int, day: int) -> str | None:
    try:
        return _DAYS[date(year, month, day).weekday()]
    except ValueError:
        return None
