"""Weekdays that do not fit their date: 2025年3月5日（星期四）."""

import re
from collections.abc import Iterator
from datetime import date

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.finding import places

KIND = "weekday"
_DAYS = "一二三四五六日"
_WEEKDAY = re.compile(r"(?:星期|礼拜|周)([一二三四五六日天])(?!期|年|岁|边|围|遭|到|线|级|[一-鿿]{0,2}(?:轮|次|场|期))")
_DATE_BEFORE = re.compile(r"(?:(\d{4}) ?年 ?)?(?<!\d)(\d{1,2}) ?月 ?(\d{1,2}) ?[日号] ?[(（,，]? ?\Z")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d) ?年")
_SENTENCE_END = "。！？；\n"
_FAR = 24


def find(text: str) -> Iterator[Fault]:
    """The year is that of the date, or of an earlier one in the sentence; without a year nothing is said."""
    for sign in ("星期", "周", "礼拜"):
        for place in places(text, sign):
            match = _WEEKDAY.match(text, place)
            if match is not None:
                yield from _judge(text, match)


def _judge(text: str, match: re.Match[str]) -> Iterator[Fault]:
    head = text[max(0, match.start() - _FAR) : match.start()]
    before = _DATE_BEFORE.search(head)
    if before is None or not _stands_alone(text, match):
        return
    day = int(before[2]), int(before[3])
    years = _years(text, match.start() - len(head) + before.start(), before[1])
    rights = [right for year in years if (right := _weekday(year, *day)) is not None]
    if rights and match[1].replace("天", "日") not in rights:
        suggestion = match[0][:-1] + rights[0]
        reason = f"{years[0]}年{day[0]}月{day[1]}日是{suggestion}"
        yield Fault(match.start(), match.end(), KIND, reason, suggestion=suggestion)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """周 may begin another word (3月5日周三轮…, a name); a bracket, a part of the day or the end of the clause tell."""
    if match[0][0] != "周":
        return True
    return re.match(r"[)）上下早中晚至到起，,、。； \d\n]|\Z", text[match.end() : match.end() + 1]) is not None


def _years(text: str, start: int, given: str | None) -> list[int]:
    """The years that may be meant."""
    if given is not None:
        return [int(given)]
    sentence = max(text.rfind(sign, 0, start) for sign in _SENTENCE_END) + 1
    named = [int(match[1]) for match in _YEAR.finditer(text, sentence, start)]
    return [named[-1], named[-1] + 1] if named else []


def _weekday(year: int, month: int, day: int) -> str | None:
    try:
        return _DAYS[date(year, month, day).weekday()]
    except ValueError:
        return None
