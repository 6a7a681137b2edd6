"""Personal numbers: check digits, and how a number is shown without being given away."""

import re
from datetime import date

_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]|91")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_SEPARATORS = re.compile(r"[\s\-]+")
_BETWEEN = r"[\s\-\u00ad\u200b-\u200f\u2060\ufeff\x00]{0,3}"
_LONG_NUMBER = re.compile(rf"\d(?:{_BETWEEN}\d){{9,}}{_BETWEEN}[\dXxＸｘ]|[A-Za-zＡ-Ｚａ-ｚ]{{1,2}}\d{{7,8}}(?!\d)")
"""Eleven digits and more, or a passport's letter and digits: what a quote must not show in full."""


def bare(number: str) -> str:
    """The number without blanks and dashes."""
    return _SEPARATORS.sub("", number)


def is_id_number(number: str) -> bool:
    """18 characters with province, date of birth and check character of GB 11643-1999; blanks and dashes allowed."""
    value = bare(number).upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value) or not _PROVINCES.match(value) or not _is_birthday(value[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=False))
    return value[17] == _CHECK_CHARACTERS[total % 11]


def is_old_id_number(number: str) -> bool:
    """15 digits as issued before 1999: no check digit, only province and date of birth."""
    value = bare(number)
    return (
        bool(re.fullmatch(r"[0-9]{15}", value)) and bool(_PROVINCES.match(value)) and _is_birthday("19" + value[6:12])
    )


def is_card_number(number: str) -> bool:
    """13 to 19 digits, not all the same, with the check digit of ISO/IEC 7812 (Luhn)."""
    value = bare(number)
    if not re.fullmatch(r"[0-9]{13,19}", value) or len(set(value)) == 1:
        return False
    doubled = [int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(value))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def mask(number: str) -> str:
    """`138****1234`, `35*************123`: as many characters as given, separators kept."""
    places = [place for place, character in enumerate(number) if character.isalnum()]
    first, last = (3, 4) if len(places) == 11 else (2, 3)
    if number[:1].isalpha():
        first = 1
    hidden = set(places[first : len(places) - last])
    return "".join("*" if place in hidden else character for place, character in enumerate(number))


def mask_all(text: str) -> str:
    """The text, as long as before, with every number that may be personal masked."""
    return _LONG_NUMBER.sub(lambda match: mask(match.group()), text)


def quote(text: str, start: int, end: int, width: int = 20) -> str:
    """The place with a few characters around it, `width` in all or the hit itself, in one line, numbers masked."""
    spare = max(0, width - (end - start))
    first = max(0, start - spare // 2)
    last = min(len(text), end + spare - (start - first))
    near = mask_all(text[max(0, first - 40) : last + 40])
    shown = near[first - max(0, first - 40) :][: last - first]
    return " ".join("".join(character if character.isprintable() else " " for character in shown).split())


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= born.year < 2100
