"""What has the form of a personal number, check digit and all; what it means the words around it tell."""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from services.analyzer.language.personal.checks import (
    bare,
    is_card_number,
    is_credit_code,
    is_hong_kong_id,
    is_id_number,
    is_old_id_number,
    is_taiwan_id,
)
from services.analyzer.language.personal.phones import is_mobile
from services.analyzer.language.personal.signs import may_hold_number

Form = Literal[
    "student_number",
    "disability_card",
    "id_card",
    "id_card_15",
    "mobile",
    "bank_card",
    "account",
    "hk_id",
    "tw_id",
    "passport",
    "email",
    "plate",
]
_GAP = r"[ \-]{0,2}"
_ALONE = r"(?<![0-9a-z])(?<![0-9][.\-])"
_ENDS = r"(?![0-9a-z])(?![.\-][0-9])"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_MOBILE = (
    r"1[3-9][0-9]{9}|1[3-9][0-9][ \-]{1,2}[0-9]{4}[ \-]{1,2}[0-9]{4}|"
    r"1[3-9][0-9][ \-][0-9]{8}|1[3-9][0-9]{5}[ \-][0-9]{4}"
)


def _is_student_number(number: str) -> bool:
    return is_id_number(number[1:])


def _is_disability_card(number: str) -> bool:
    return is_id_number(number[:18])


def _is_plain_card(number: str) -> bool:
    return is_card_number(number) and not is_credit_code(number)


def _always(number: str) -> bool:
    return True


class _Shape(NamedTuple):
    form: Form
    pattern: re.Pattern[str]
    is_real: Callable[[str], bool]


def _shape(form: Form, pattern: str, is_real: Callable[[str], bool] = _always) -> _Shape:
    return _Shape(form, re.compile(pattern), is_real)


_SHAPES = (
    _shape(
        "email",
        r"(?<![a-z0-9._%+\-/])[a-z0-9][a-z0-9._%+\-]*@"
        r"(?:[a-z0-9][a-z0-9\-]{0,62}\.){1,4}[a-z]{2,10}(?![a-z0-9@])",
    ),
    _shape("student_number", rf"{_ALONE}[gl][0-9]{{17}}[0-9x]{_ENDS}", _is_student_number),
    _shape("disability_card", rf"{_ALONE}[0-9]{{17}}[0-9x][1-7][1-4](?:b[0-9]{{1,2}})?{_ENDS}", _is_disability_card),
    _shape("id_card", r"(?:(?<![0-9a-z])|(?<=id)|(?<=no)|(?<=sfz))[0-9]{17}[0-9x](?![0-9a-z])", is_id_number),
    _shape("id_card", rf"{_ALONE}[0-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9x]{_ENDS}", is_id_number),
    _shape("mobile", rf"(?:{_ALONE}|(?<=tel)|(?<=mob))(?:(?:\+|00)?86[ \-]?)?(?:{_MOBILE}){_ENDS}", is_mobile),
    _shape(
        "mobile", rf"{_ALONE}(?:\+|00)(?:852|853|886)[ \-]?[0-9]{{1,5}}(?:[ \-]?[0-9]{{3,4}}){{1,2}}{_ENDS}", is_mobile
    ),
    _shape("id_card_15", rf"{_ALONE}[0-9]{{15}}{_ENDS}", is_old_id_number),
    _shape("bank_card", rf"{_ALONE}[1-9][0-9]{{10,18}}{_ENDS}", _is_plain_card),
    _shape(
        "bank_card",
        rf"{_ALONE}[0-9]{{4}}(?:[ \-]{{1,2}}[0-9]{{4}}){{3}}[ \-]{{1,2}}[0-9]{{1,3}}{_ENDS}",
        is_card_number,
    ),
    _shape("bank_card", rf"{_ALONE}[0-9]{{4}}(?:[ \-]{{1,2}}[0-9]{{4}}){{3}}{_ENDS}", is_card_number),
    _shape("bank_card", rf"{_ALONE}[0-9]{{4}}[ \-][0-9]{{6}}[ \-][0-9]{{5}}{_ENDS}", is_card_number),
    _shape("bank_card", rf"{_ALONE}[0-9]{{6}}[ \-][0-9]{{7,13}}{_ENDS}", is_card_number),
    _shape("account", rf"{_ALONE}62[0-9]{{2}}(?:[ \-]{{1,2}}[0-9]{{4}}){{3}}(?:[ \-]{{1,2}}[0-9]{{1,3}})?{_ENDS}"),
    _shape("account", rf"{_ALONE}[0-9]{{12,22}}{_ENDS}"),
    _shape("hk_id", rf"{_ALONE}[a-z]{{1,2}}[0-9]{{6}}(?:\([0-9a]\)|[0-9a]{_ENDS})", is_hong_kong_id),
    _shape("tw_id", rf"{_ALONE}[a-z][1289][0-9]{{8}}{_ENDS}", is_taiwan_id),
    _shape("passport", rf"{_ALONE}[a-z]{{1,2}}[0-9]{{6,10}}{_ENDS}"),
    _shape(
        "plate",
        rf"[{_PROVINCE}][a-hj-z][·•. ]?(?:[0-9df][a-hj-np-z0-9][0-9]{{4}}|[0-9]{{5}}[df]|"
        r"(?=[a-z]{0,2}[0-9][a-z]?[0-9])[a-hj-np-z0-9]{4}[a-hj-np-z0-9挂学警港澳领])(?![a-z0-9])",
    ),
)
_ISLAND = re.compile(r"[0-9a-z+@][0-9a-z+\-.@_%() ·•]{5,}")
_RUN = re.compile(r"[0-9][0-9][0-9](?:[0-9]{2}|[0-9]?[ \-]{1,2}[0-9]{3})")
"""What every number has, or an @: digit by digit and in no alternation, since so a search is three times as fast."""

_WORTH_IT = re.compile(r"@|[0-9](?:[^0-9@]{0,2}[0-9]){4}")
_IN_LINK = re.compile(r"(?:https?:?//|www\.|://)[^\s一-鿿]*\Z")


class Number(NamedTuple):
    """`text[start:end]` of the folded text; `bare` is it without blanks and dashes."""

    form: Form
    start: int
    end: int
    bare: str


def numbers_in(text: str) -> list[Number]:
    """Left to right, none inside another, none that is part of a link; the text is folded."""
    found: list[Number] = []
    if "@" not in text and not (may_hold_number(text) and _RUN.search(text)):
        return found
    for island in _ISLAND.finditer(text):
        if _WORTH_IT.search(island.group()):
            found += _numbers_on(text, max(0, island.start() - 1), min(len(text), island.end() + 1))
    return sorted(found, key=lambda number: number.start)


def _numbers_on(text: str, first: int, last: int) -> list[Number]:
    found: list[Number] = []
    taken = bytearray(last - first)
    for shape in _SHAPES:
        for match in shape.pattern.finditer(text, first, last):
            start, end = match.span()
            free = not any(taken[start - first : end - first])
            if free and shape.is_real(bare(match.group())) and not _is_in_link(text, start):
                found.append(Number(shape.form, start, end, bare(match.group())))
                taken[start - first : end - first] = b"\1" * (end - start)
    return found


def _is_in_link(text: str, start: int) -> bool:
    return _IN_LINK.search(text, max(0, start - 120), start) is not None
