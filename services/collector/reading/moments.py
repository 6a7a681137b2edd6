"""Publish times as platforms and feeds write them, to UTC. A text of an unknown form is null: never silently wrong."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from services.collector.reading.chinese_time import parse_chinese_time
from services.collector.reading.half_days import HALF, SIMPLER, hour_of_day
from shared.clock import SHANGHAI

EARLIEST, LATEST = 946_684_800, 4_102_444_800
"""Unix seconds of 2000 and 2100: outside of this it is no publish time (1970 is what programs write for none)."""

_ZONES = {"Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "CST": 8, "BJT": 8, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "JST": 9}
"""CST on a Chinese page is China Standard Time, not the -0600 of RFC 822."""
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_MINUTE = r"(?:[:：]|时|点)(?P<minute>\d{2}|\d(?=分))分?(?:[:：]?(?P<second>\d{2})秒?(?:[.,]\d{1,9})?)?"
_SPOKEN = rf"(?P<hour>\d{{1,2}})(?:{_MINUTE}|[时点]整?)"
_HALF_DAY = r"(?:\s*(?P<after>[AaPp]\.?[Mm]\.?))?"
_ZONE = r"\s*(?P<zone>[A-Za-z]{1,4}|(?:GMT|UTC)?[+-]\d{2}:?\d{2}(?: [A-Z]{2,4})?)?(?:\s*\([^()]{0,40}\))?"
_DAY = r"(?P<year>\d{4})(?:[-/.]|年)\s*(?P<month>\d{1,2})(?:[-/.]|月)\s*(?P<day>\d{1,2})日?"
_WEEKDAY = r"(?:\s*(?:星期|周|礼拜)[一二三四五六日天])?"
_WRITTEN_DAY = r"(?P<day>\d{1,2})[ -](?P<name>[A-Za-z]{3,9})[ -](?P<year>\d{4}|\d{2})"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_DAY}(?:{_WEEKDAY},?\s*[Tt]?\s*(?P<half>{HALF})?\s*{_SPOKEN}(?:\s*(?P<after>{HALF}))?{_ZONE}{_WEEKDAY})?",
        rf"(?:[A-Za-z]{{3,9}},?\s+)?{_WRITTEN_DAY}\s+{_CLOCK}{_HALF_DAY}{_ZONE}",
        rf"[A-Za-z]{{3}}\s+(?P<name>[A-Za-z]{{3}})\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})",
        rf"(?:[A-Za-z]{{3,9}},?\s+)?(?P<name>[A-Za-z]{{3,9}})\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}),?\s+{_CLOCK}{_HALF_DAY}{_ZONE}",
        # Up to the twelfth nobody can tell day and month apart.
        rf"(?P<month>\d{{1,2}})/(?P<day>1[3-9]|2\d|3[01])/(?P<year>\d{{4}}),?\s+{_CLOCK}{_HALF_DAY}",
    )
)


def from_unix(value: object) -> datetime | None:
    """Unix seconds or milliseconds, as number or digits; null when it is not a moment of this century."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{9,13}", str(value), re.ASCII):
        return None
    seconds = int(str(value))
    if seconds >= 10**11:
        seconds //= 1000
    return datetime.fromtimestamp(seconds, UTC) if EARLIEST <= seconds < LATEST else None


def from_text(text: str | None, now: datetime | None = None) -> datetime | None:
    """A written time. Without a zone it is Beijing time; a bare date is its midnight; relative words need `now`."""
    text = (text or "").strip()[:80].translate(SIMPLER)
    absolute = from_unix(text) or _absolute(text)
    relative = parse_chinese_time(text, now) if now and not absolute else None
    return absolute or (relative.astimezone(UTC) if relative else None)


def _absolute(text: str) -> datetime | None:
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _moment(match)
    return None


def _moment(match: re.Match[str]) -> datetime | None:
    part = match.groupdict()
    zone = _zone(part.get("zone"))
    month = _month(part["name"]) if part.get("name") else int(part["month"])
    if zone is None or month == 0:
        return None
    year = int(part["year"]) + (2000 if len(part["year"]) == 2 else 0)
    hour = hour_of_day(part.get("half") or part.get("after"), int(part["hour"] or 0))
    if hour is None:
        return None
    minute, second = int(part["minute"] or 0), int(part["second"] or 0)
    return _or_none(lambda: datetime(year, month, int(part["day"]), hour, minute, second, tzinfo=zone).astimezone(UTC))


def _month(name: str) -> int:
    """1-12, or 0 for a word that is no month."""
    months = _MONTHS.split()
    return months.index(name[:3].lower()) + 1 if name[:3].lower() in months else 0


def _zone(text: str | None) -> tzinfo | None:
    """Beijing for no zone at all, null for a zone nobody knows."""
    if not text:
        return SHANGHAI
    if match := re.fullmatch(r"(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})(?: [A-Z]{2,4})?", text):
        minutes = int(match[2]) * 60 + int(match[3])
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes < 24 * 60 else None
    hours = _ZONES.get(text.upper())
    return None if hours is None else timezone(timedelta(hours=hours))


def _or_none(build: Callable[[], datetime]) -> datetime | None:
    try:
        moment = build()
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment.timestamp() < LATEST else None
