"""Moments and lengths as people write them on the command line, in Beijing time."""

import re
from datetime import datetime, timedelta

from shared.clock import SHANGHAI
from shared.errors import InputError
from shared.fact import utc

_DAY = timedelta(days=1)
_UNITS = {
    "m": timedelta(minutes=1),
    "分钟": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "小时": timedelta(hours=1),
    "d": _DAY,
    "天": _DAY,
    "日": _DAY,
    "w": 7 * _DAY,
    "周": 7 * _DAY,
}
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S")


def moment(words: str, place: str, *, through_day: bool = False) -> datetime:
    """`2026-12-01 18:00`, ISO 8601 with a zone, or a day: its beginning, or `through_day` its end.

    Raises InputError naming `place`.
    """
    text = words.strip().replace("：", ":").replace("/", "-")
    for form in _FORMS:
        try:
            return utc(datetime.strptime(text, form).replace(tzinfo=SHANGHAI))
        except ValueError:
            continue
    try:
        day = utc(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI))
    except ValueError:
        return _iso_moment(words, place)
    return day + _DAY if through_day else day


def _iso_moment(words: str, place: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(words.strip())
        return utc(parsed.replace(tzinfo=parsed.tzinfo or SHANGHAI))
    except ValueError:
        remedy = "请写成 2026-12-01、'2026-12-01 18:00'（北京时间）或 ISO 8601"
        raise InputError(place, f"“{words[:40]}”不是日期；{remedy}") from None


def length(words: str, place: str) -> timedelta:
    """`3d`, `12h`, `30m`, `2w`, also `3天`. Raises InputError naming `place`."""
    match = re.fullmatch(r"([0-9]{1,5})\s*(\S+)", words.strip())
    unit = _UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None or match[1].strip("0") == "":
        raise InputError(place, f"“{words[:40]}”不是时长；请写成 3d（天）、12h（小时）、30m（分钟）或 2w（周）")
    return int(match[1]) * unit
