"""Dates that no calendar has: 2月30日, 2025年2月29日, 9月28日至31日, 2025年13月, 2025-06-31."""

import calendar
import re
from collections.abc import Iterator
from typing import NamedTuple

from services.analyzer.language.proof.fault import Fault, graded
from services.analyzer.language.proof.kind import Occurrences, Places
from services.analyzer.language.proof.numerals import number
from services.analyzer.language.proof.years import years_of

KIND = "date"
_TWO_MONTHS = "九十"
"""九十月份: September and October."""

SIGNS = "月-/."
_NUMBER = r"\d{1,2}|[一二三四五六七八九十廿卅〇]{1,4}"
_DAY = re.compile(rf"月 ?({_NUMBER}) ?([日号])?")
_LATER_DAY = re.compile(rf" ?[日号]? ?(?:至|到|[-—–~～]{{1,2}}|、) ?({_NUMBER}) ?[日号]")
_MONTH_BEFORE = re.compile(
    rf"(?:(\d{{4}}|[一二〇零○三四五六七八九]{{4}}) ?年 ?)?(?<![\d一二三四五六七八九十百])({_NUMBER}) ?\Z"
)
_RANGE_BEFORE = re.compile(r"\d{1,2} ?月?(?:份)? ?(?:至|到|[-—–~～]{1,2}) ?\Z")
_YEAR_BEFORE = re.compile(r"\d{4} ?年(?: ?\d{1,2} ?月? ?(?:至|到|[-—–~～]{1,2}))? ?\Z")
_NO_NUMERAL = r"(?<![\d一二三四五六七八九十百])"
_PLAIN = re.compile(
    rf"月(?:(?<={_NO_NUMERAL}[1-9].)|(?<={_NO_NUMERAL}1[0-2].))"
    r"(?:(?:[1-9]|1\d|2[0-8]|(?<!2月)(?:29|30)|(?<=[^1][13578]月|1[02]月)31)[日号](?! ?(?:[至到、—–~～-]))|"
    r"(?![\d 一二三四五六七八九十廿卅〇]))"
)
"""As nearly every date is written: a day that the month has every year, or none, and no day that follows."""

_WRITTEN = re.compile(r"[-./](?:(?<=19\d\d.)|(?<=20\d\d.))(?<!\d\d\d\d\d.)(\d{1,2})([-./])(\d{1,2})(?![\d.\-/版])")
_SIGNS_BEFORE = "0123456789０１２３４５６７８９一二三四五六七八九十廿卅〇零○年 "
"""All that `_MONTH_BEFORE` is made of: it need be tried only where they begin."""

_CENTURIES = ("19", "20")
_PART_OF_MONTH = re.compile(r" ?(?:份|上旬|中旬|下旬|底|初|末)(?!级|中|步)")
_NAMED_NUMBER = re.compile(r"[一-鿿](?<![，、晚早上下中至到起前后之开举止为与和])")
_LUNAR = re.compile(
    r"农历|阴历|夏历|旧历|初[一二三四五六七八九十]|[廿腊闰冬正]|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]"
)
_REIGN_YEAR = re.compile(r"[元一二三四五六七八九十]{1,3}年\Z")
_FAR = 24


class _Date(NamedTuple):
    """As written: `year` null where left out; `in_digits` or in Chinese numerals."""

    year: int | None
    month: int
    day: int
    in_digits: bool


def find(text: str, places: Places, _phrases: Occurrences) -> Iterator[Fault]:
    """Impossible months and days. Fine are 腊月三十, 18月龄 and the house 5月36号楼."""
    for place in places:
        if text[place] != "月":
            if text[place - 4 : place - 2] in _CENTURIES and (match := _WRITTEN.match(text, place)):
                yield from _in_digits(text, match)
        elif text[place - 1] in _SIGNS_BEFORE and not _PLAIN.match(text, place):
            head = text[max(0, place - _FAR) : place]
            before = _MONTH_BEFORE.search(head, len(head.rstrip(_SIGNS_BEFORE)))
            if before is not None:
                yield from _read(text, place, head, before)


def _read(text: str, place: int, head: str, before: re.Match[str]) -> Iterator[Fault]:
    start = place - len(head) + before.start()
    month, after = number(before[2]), _DAY.match(text, place)
    if month is None or text[max(0, start - 1) : start] in (".", "．") or _is_lunar(text, place, head, before):
        return
    if month == 0 and start == 0:  # the rest of 10月, in an excerpt
        return
    if not 1 <= month <= 12:
        yield from _no_such_month(text, place, head[: before.start(2)], start, after)
    elif after is not None:
        for end, day in _days(text, after):
            yield from _judge(text, start, end, _Date(number(before[1] or ""), month, day, before[2].isdecimal()))


def _judge(text: str, start: int, end: int, date: _Date) -> Iterator[Fault]:
    year, month, day, in_digits = date
    if 1 <= day <= days_of(month, year):
        if (month, day) != (2, 29) or year is not None:
            return
        years = years_of(text, start, month, day)
        if not years or any(days_of(2, its_year) == 29 for its_year in years):
            return
        year = years[0]
    name = f"{month}月" if year is None else f"{year}年{month}月"
    reason = f"{name}只有{days_of(month, year)}天" if day else f"{month}月没有0日"
    lunar_perhaps = day == 30 and not in_digits and year is None
    yield Fault(start, end, KIND, reason, graded(certain=not lunar_perhaps))


def _days(text: str, after: re.Match[str]) -> Iterator[tuple[int, int]]:
    """End and number of the day of the month: of the first day, and of the last of a range."""
    day = number(after[1])
    if day is not None and after[2] and not _is_house(text, after):
        yield after.end(), day
    later = _LATER_DAY.match(text, after.end(1))
    day = number(later[1]) if later else None
    if later is not None and day is not None and not _is_house(text, later):
        yield later.end(), day


def _is_house(text: str, match: re.Match[str]) -> bool:
    """号 of a building, a document, a line; 日 of 日均, 日常, 日龄."""
    follows = text[match.end() : match.end() + 1]
    if text[match.end() - 1] == "日":
        return follows in ("均", "常", "龄", "间", "产", "本") and follows != ""
    return _NAMED_NUMBER.match(follows) is not None


def _no_such_month(text: str, place: int, outer: str, start: int, after: re.Match[str] | None) -> Iterator[Fault]:
    """13月 alone may be a period; a day, a year or a part of the month beside it makes it a date."""
    end = place + 1
    if text.endswith(_TWO_MONTHS, start, place):
        return
    has_day = after is not None and bool(after[2])
    part = _PART_OF_MONTH.match(text, end)
    in_year = _YEAR_BEFORE.search(outer) is not None
    in_range = _RANGE_BEFORE.search(outer) is not None and part is not None
    if has_day or part or in_year or in_range:
        yield Fault(start, after.end() if has_day and after else end, KIND, "一年只有12个月")


def _is_lunar(text: str, place: int, head: str, before: re.Match[str]) -> bool:
    """Months of the moon have 30 days in turn, and are written in Chinese numerals."""
    outer = head[: before.start(2)]
    if before[2][0].isdigit():
        return "农历" in outer[-8:] or "阴历" in outer[-8:]
    if _LUNAR.search(text, max(0, place - _FAR), place + 8):
        return True
    return not before[1] and _REIGN_YEAR.search(outer) is not None


def _in_digits(text: str, match: re.Match[str]) -> Iterator[Fault]:
    start = match.start() - 4
    year, month, day = int(text[start : match.start()]), int(match[1]), int(match[3])
    if match[2] == text[match.start()] and 1 <= month <= 12 and days_of(month, year) < day <= 31:
        yield Fault(start, match.end(), KIND, f"{year}年{month}月只有{days_of(month, year)}天")


def days_of(month: int, year: int | None) -> int:
    """Days of a month; without a year February has 29."""
    return calendar.monthrange(year if year and year > 0 else 2024, month)[1]
