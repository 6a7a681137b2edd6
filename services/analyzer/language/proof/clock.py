"""Times that no clock shows: 25:00, 9时65分, 上午15:00. 24:00 is midnight; 25:20 alone may be a score, 1:50 a scale."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
from services.analyzer.language.proof.numerals import number

KIND = "time"
SIGNS = ":：时点"
_MORNING = ("上午", "早上", "早晨", "清晨", "凌晨")
_LATEST = {**dict.fromkeys(_MORNING, 12), "中午": 15}
_EARLIEST = {"下午": 12, "傍晚": 16, "晚上": 17, "当晚": 17, "今晚": 17, "明晚": 17}
_PARTS = "|".join((*_LATEST, *_EARLIEST))
_DAYS = r"夜间|当天|当日|次日|今日|今天|明天|每天|每日|[日号晚]"
_ALL_PARTS = frozenset((*_LATEST, *_EARLIEST))
_HOUR = re.compile(rf"(?:({_PARTS}|{_DAYS})[）)]? ?)?(?<![\d.])(?<!\d[:：])(\d{{1,2}})\Z")
_MINUTE = re.compile(r"[:：](\d\d)(?![\d:：%.])")
_PART_BEFORE = re.compile(rf"({_PARTS}|{_DAYS})[）)]? ?\Z")
_SPOKEN_MINUTE = re.compile(r" ?([6-9]\d|[六七八九]十[一二三四五六七八九]?) ?分(?!钟|之|贝)")
_NUMERALS = "0123456789一二三四五六七八九十"
_BEFORE_SIGN = frozenset(_NUMERALS + " ")
_MINUTE_STARTS = frozenset("6789六七八九 ")
_PLAIN = re.compile(r"[时点](?<=[^\d一二三四五六七八九十 上午晨晚）)](?:1\d|2[0-4]).)")
"""Hours of two digits that every clock shows, where no part of the day is named before."""

_TIME_FOLLOWS = re.compile(r" ?(?:\d{1,2} ?分|[前后至到起止整许左，。；、\n—–~～-]|准时|开始|结束|截止|截至)|\Z")
_RANGE_BEFORE = re.compile(r"\d{1,2}[:：]\d\d ?(?:至|到|[-—–~～]{1,2}) ?(?:次日|当日)?\Z")
_RANGE_AFTER = re.compile(r" ?(?:至|到|[-—–~～]{1,2}) ?(?:次日|当日)?\d{1,2}[:：]\d\d")
_SPAN_NAMED = re.compile(r"时间|时段|营业|开放|停[水电气]|[日号天] ?[(（]?[^，。；]{0,8}\Z")
_HOURS_BEFORE = re.compile(r"\d{1,2} ?[时点] ?(?:至|到|[-—–~～]{1,2}) ?(?:次日|当日)?\Z")
_DAY_NAMED = re.compile(rf"(?:{_DAYS})[）)]? ?\Z")
_GOES_ON = re.compile(r" ?(?:[前至到起止开结召举集报停恢关闭—~～-]|准时|截止)")
_TIME_NAMED = re.compile(r"(?:时间|时段|时刻|截止|截至)(?:[为是在于])?[：:]? ?\Z")
_FAR = 24


def find(text: str, places: Places, _phrases: Occurrences) -> Iterator[Fault]:
    """Hours after 24, minutes after 59, and hours that are not of the part of the day named before them."""
    for place in places:
        before = text[place - 1]
        if before not in _BEFORE_SIGN and not before.isdecimal():
            continue
        if text[place] in ":：":
            if minute := _MINUTE.match(text, place):
                yield from _written(text, minute)
        elif (text[place - 2 : place - 1] in _BEFORE_SIGN and not _PLAIN.match(text, place)) or (
            text[place + 1 : place + 2] in _MINUTE_STARTS
        ):
            yield from _spoken(text, place)  # else a single numeral, which is a right hour


def _written(text: str, minute: re.Match[str]) -> Iterator[Fault]:
    head = text[max(0, minute.start() - _FAR) : minute.start()]
    before = _HOUR.search(head)
    if before is None:
        return
    hour, offset = int(before[2]), minute.start() - len(head)
    wrong = _wrong_part(before[1], hour)
    if wrong is not None:
        yield Fault(offset + before.start(1), minute.end(), KIND, wrong)
    elif (hour > 24 or int(minute[1]) > 59) and (
        before[1] in _ALL_PARTS or _is_time(text, head[: before.start(2)], minute.end())
    ):
        yield Fault(offset + before.start(2), minute.end(), KIND, f"没有{before[2]}:{minute[1]}这个时刻")


def _is_time(text: str, before: str, end: int) -> bool:
    """Told from scores and ratios: called a time, or one end of a span where a span of time is spoken of."""
    if _TIME_NAMED.search(before) or (_DAY_NAMED.search(before) and _GOES_ON.match(text, end)):
        return True
    in_range = _RANGE_BEFORE.search(before) or _RANGE_AFTER.match(text, end)
    return in_range is not None and _SPAN_NAMED.search(text, max(0, end - 2 * _FAR), end) is not None


def _spoken(text: str, place: int) -> Iterator[Fault]:
    head = text[max(0, place - _FAR) : place].rstrip(" ")
    before = head.rstrip(_NUMERALS)
    signs = head[len(before) :]
    hour = number(signs) if 0 < len(signs) <= 3 and before[-1:] not in (".", ":", "：", "百") else None
    minute = _SPOKEN_MINUTE.match(text, place + 1) if text[place + 1 : place + 2] in _MINUTE_STARTS else None
    if hour is None or hour > 99 or (hour <= 12 and minute is None):
        return
    named, start = _PART_BEFORE.search(before), max(0, place - _FAR) + len(before)
    part = named[1] if named else None
    wrong = _wrong_part(part, hour) if minute or _TIME_FOLLOWS.match(text, place + 1) else None
    if named and wrong is not None:
        yield Fault(start - len(before) + named.start(), place + 1, KIND, wrong)
    elif hour > 24 and (_HOURS_BEFORE.search(before) or (part and _TIME_FOLLOWS.match(text, place + 1))):
        yield Fault(start, place + 1, KIND, f"没有{signs}{text[place]}这个时刻")
    elif minute is not None and (text[place] == "时" or part is not None):
        yield Fault(start, minute.end(), KIND, f"没有{minute[1]}分这个时刻")


def _wrong_part(part: str | None, hour: int) -> str | None:
    """12:30 is still 上午 to many; what is said of the evening is said by the clock of 12 or of 24 hours."""
    if part in _LATEST and _LATEST[part] < hour <= 24 and not (part == "凌晨" and hour == 24):
        return f"{part}没有{hour}时"
    if part in _EARLIEST and 12 < hour < _EARLIEST[part]:
        return f"{part}没有{hour}时"
    return None
