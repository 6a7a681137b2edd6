"""How a personal number is shown without being given away."""

import re

from services.analyzer.language.personal.addresses import ADDRESS

_BETWEEN = r"[\s\-\u00ad\u200b-\u200f\u2060\ufeff\x00]{0,3}"
_LETTER = "A-Za-zＡ-Ｚａ-ｚ"
_LONG_NUMBER = re.compile(
    rf"\d(?:{_BETWEEN}\d){{9,}}{_BETWEEN}[\dXxＸｘ]|[{_LETTER}]{{1,2}}\d{{6,10}}(?!\d)(?:[(（][\dAaＡａ][)）])?"
)
"""Eleven digits and more, or the letter and digits of a passport or a Hong Kong card."""

_WITH_COUNTRY = re.compile(r"(?:00)?86(1[3-9]\d{9})")
_MAIL = re.compile(r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]+[@＠](?=[A-Za-z0-9])")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(rf"[{_PROVINCES}][A-Za-z][·•. ]?(?=[A-Za-z]{{0,2}}\d)[A-Za-z0-9]{{5,6}}")


def mask(number: str, kind: str | None = None) -> str:
    """`138****1234`, `35*************123`: as many characters as given, separators kept; of a home nothing is left."""
    if kind == "home_address":
        return "***"
    if "@" in number or "＠" in number:
        sign = number.replace("＠", "@").index("@")
        return _hidden(number, range(min(1, sign - 1), sign))
    places = [place for place, character in enumerate(number) if character.isalnum()]
    if kind == "plate":
        return _hidden(number, places[2:-2])
    abroad = _WITH_COUNTRY.fullmatch("".join(number[place] for place in places))
    first, last = (abroad.start(1) + 3 if abroad else 3, 4) if abroad or len(places) == 11 else (2, 3)
    if number[:1].isalpha():
        first = 1
    return _hidden(number, places[first : len(places) - last])


def mask_all(text: str) -> str:
    """The text, as long as before, with every number, mail address and room that may be personal masked."""
    text = _LONG_NUMBER.sub(lambda match: mask(match.group()), text)
    text = _PLATE.sub(lambda match: mask(match.group(), "plate"), text)
    text = _MAIL.sub(lambda match: mask(match.group()), text)
    return ADDRESS.sub(lambda match: re.sub(r"[\da-zA-Z]", "*", match.group()), text)


def quote(text: str, start: int, end: int, width: int = 20) -> str:
    """The place with a few characters around it, `width` in all or the hit itself, in one line, numbers masked."""
    spare = max(0, width - (end - start))
    first = max(0, start - spare // 2)
    last = min(len(text), end + spare - (start - first))
    near = mask_all(text[max(0, first - 40) : last + 40])
    shown = near[first - max(0, first - 40) :][: last - first]
    return " ".join("".join(character if character.isprintable() else " " for character in shown).split())


def _hidden(text: str, places: range | list[int]) -> str:
    hidden = set(places)
    return "".join("*" if place in hidden else character for place, character in enumerate(text))
