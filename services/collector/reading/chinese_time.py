"""Chinese relative and short times (刚刚, 5分钟前, 昨天 23:59, 06-14) to a moment, seen from the time of capture."""

import re
from datetime import date, datetime, time, timedelta

from services.collector.reading.half_days import HALF, SIMPLER, hour_of_day
from shared.clock import FUTURE_TOLERANCE, SHANGHAI, to_shanghai

_CLOCK = (
    rf"(?:\s{{0,9}}(?P<half>{HALF})?\s{{0,9}}(?P<hour>\d{{1,2}})(?:(?:[:：]|时|点)(?P<minute>\d{{2}}|\d(?=分))分?(?:[:：]?(?P<second>\d{{2}})秒?)?|[时点]整?)"
    rf"(?:\s{{0,9}}(?P<after>{HALF}))?)?"
)
_AGO = re.compile(r"(?P<number>\d{1,4}|半)\s{0,9}个?(?P<unit>秒|分钟|小时|天|周|星期)钟?(?:之?前)")
_DAY = re.compile(r"(?P<word>[今昨前][天日])" + _CLOCK)
_DATE = re.compile(
    r"(?:(?P<year>(?:19|20)\d{2})[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?:T|\s)?" + _CLOCK
)
_JUST_NOW = ("刚刚", "刚才")
_UNITS = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "周": 604_800, "星期": 604_800}
_DAYS_BACK = {"今": 0, "昨": 1, "前": 2}


def parse_chinese_time(text: str, now: datetime) -> datetime | None:
    """The moment meant, in Beijing time. A date without a clock is its midnight (0:00) in Beijing.

    A month and day without a year is the most recent such date not after `now`. Null when the words are unknown, no
    such date exists, or the moment lies in the future.
    """
    text, here = _words(text), to_shanghai(now)
    moment = _ago(text, here) or _on_day(text, here) or _on_date(text, here)
    return moment if moment is not None and moment <= here + FUTURE_TOLERANCE else None


def is_rough(text: str | None) -> bool:
    """True for words whose moment moves with the time of capture, or that name a day without its hour."""
    words = _words(text or "")
    match = _DAY.fullmatch(words) or _DATE.fullmatch(words)
    return words in _JUST_NOW or _AGO.fullmatch(words) is not None or (match is not None and match["hour"] is None)


def names_day_only(text: str) -> tuple[int, int] | None:
    """Month and day of a text that tells neither year nor clock (`06-14`, `1月3日`)."""
    match = _DATE.fullmatch(_words(text))
    if match is None or match["year"] or match["hour"]:
        return None
    return int(match["month"]), int(match["day"])


def _words(text: str) -> str:
    return text.strip().translate(SIMPLER)


def _ago(text: str, here: datetime) -> datetime | None:
    if text in _JUST_NOW:
        return here
    match = _AGO.fullmatch(text)
    if match is None:
        return None
    number = 0.5 if match["number"] == "半" else int(match["number"])
    return here - timedelta(seconds=number * _UNITS[match["unit"]])


def _on_day(text: str, here: datetime) -> datetime | None:
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    return _at(here.date() - timedelta(days=_DAYS_BACK[match["word"][0]]), match)


def _on_date(text: str, here: datetime) -> datetime | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    month, day = int(match["month"]), int(match["day"])
    if match["year"]:
        return _at(_date(int(match["year"]), month, day), match)
    # 29 February can lie up to eight years back.
    candidates = (_at(_date(here.year - back, month, day), match) for back in range(9))
    return next((moment for moment in candidates if moment is not None and moment <= here), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _at(day: date | None, match: re.Match[str]) -> datetime | None:
    hour = hour_of_day(match["half"] or match["after"], int(match["hour"] or 0))
    try:
        clock = time(-1 if hour is None else hour, int(match["minute"] or 0), int(match["second"] or 0))
        return datetime.combine(day, clock, SHANGHAI) if day else None
    except ValueError:
        return None
