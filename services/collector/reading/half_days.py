"""The Chinese twelve-hour words (上午, 下午, 晚上 …) beside an hour, to the hour of the day."""

SIMPLER = str.maketrans("時鐘點號後間淩幾個週禮", "时钟点号后间凌几个周礼")
"""Traditional characters of the words of times, to simplified ones."""

HALF = (
    r"(?:上午|午前|早上|早晨|清晨|凌晨|中午|正午|午后|下午|傍晚"
    r"|晚上|晚间|夜里|夜间|深夜|半夜|午夜|[早晚]|[AaPp]\.?[Mm]\.?)"
)

_MORNING = ("上午", "午前", "早上", "早晨", "清晨", "早", "AM")
_AFTERNOON = ("下午", "午后", "傍晚", "PM")
_NOON = ("中午", "正午")
_NIGHT = ("深夜", "半夜", "午夜")


def hour_of_day(word: str | None, hour: int) -> int | None:
    """0-23; null where word and hour contradict each other or may mean either of two days (晚上12点)."""
    word = (word or "").replace(".", "").upper()
    if not word:
        return hour
    if word == "凌晨":
        return hour % 12 if hour < 7 or hour == 12 else None
    if word in _MORNING:
        return hour % 12 if hour <= 12 else None
    if word in _NOON:
        return {0: 12, 10: 10, 11: 11, 12: 12, 13: 13, 14: 14, 1: 13, 2: 14}.get(hour)
    if word in _AFTERNOON:
        return hour % 12 + 12 if hour <= 23 else None
    return _at_night(word, hour)


def _at_night(word: str, hour: int) -> int | None:
    if word in _NIGHT:
        return hour % 12 if hour < 6 or hour == 12 else hour % 12 + 12 if 8 < hour < 24 else None
    return hour % 12 + 12 if 4 < hour < 24 and hour != 12 else None
