"""Numbers of dates and hours, in digits or in Chinese."""

_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)} | {"〇": 0, "零": 0, "○": 0}


def number(signs: str) -> int | None:
    """25, ２５, 二十五, 廿五, 二〇二五; null for what is no number (二五 of a sum, 十十)."""
    if signs.isdecimal():
        return int(signs)
    if len(signs) == 4 and all(sign in _DIGITS for sign in signs):
        return int("".join(str(_DIGITS[sign]) for sign in signs))
    tens, ten, ones = signs.replace("廿", "二十").replace("卅", "三十").partition("十")
    if not ten:
        return _DIGITS.get(signs)
    if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
