"""Where somebody lives, down to the building, the room or the house, as lists and reports print it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_COUNT = r"[0-9一二三四五六七八九十甲乙丙]{1,3}"
_UNIT = rf"\s?{_COUNT}单元"
_ROOM = r"\s?[0-9]{3,4}(?:室|号|户|房)?(?![0-9元人户.])"
_BUILDING = r"[0-9a-zA-Z甲乙丙]{1,4}(?:号楼|栋|幢|座|#楼?)"
_DASHED = r"(?<=[区园苑寓村城府湾郡居院里庭])\s?[0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4}(?![0-9])"
_HOUSE = rf"(?<=[村寨屯庄]){_COUNT}(?:组|社|队){_COUNT}[0-9]?号(?!楼|线)"
ADDRESS = re.compile(rf"{_BUILDING}(?P<inside>(?:{_UNIT})?(?:{_ROOM})?)|(?P<exact>{_DASHED}|{_HOUSE})")

_COUNTS = frozenset("0123456789一二三四五六七八九十甲乙丙")
_LABELS = frozenset("0123456789abcdefghijklmnopqrstuvwxyz甲乙丙")
_BUILDING_MARK = re.compile(r"[0-9a-z甲乙丙](?:号楼|[栋幢座#])")
_GROUP_MARK = re.compile(rf"[村寨屯庄]{_COUNT}[组社队]")
_DASHED_MARK = re.compile(r"[0-9]-[0-9]{1,2}-[0-9]{3}")
_MARKS = (
    *((end, _LABELS, _BUILDING_MARK) for end in "栋幢座#"),
    ("楼", frozenset("号"), _BUILDING_MARK),
    *((end, _COUNTS, _GROUP_MARK) for end in "组社队"),
    ("-", frozenset("0123456789"), _DASHED_MARK),
)
"""What every home has, by a character of it and what stands before that: single characters are found ten times faster
than patterns."""

_LEFT, _RIGHT = 4, 7

_PLACE = re.compile(r"(?:住址|地址|现住|家住|住在|[住在于是为])?([一-鿿0-9·]{2,24})\Z")
_AFTER_CUE = re.compile(r".{0,24}(?:住址|地址|现住|家住|住在|居住|租住|[住在于是为到])")


class Home(NamedTuple):
    """`start` and `end` with the name of the estate or village; `exact` when it tells the room or the house."""

    start: int
    end: int
    exact: bool


def _may_hold_any(text: str) -> bool:
    for sign, before, mark in _MARKS:
        place = text.find(sign, 1)
        while place > 0:
            if text[place - 1] in before and mark.search(text, max(0, place - _LEFT), place + _RIGHT):
                return True
            place = text.find(sign, place + 1)
    return False


def homes(text: str) -> Iterator[Home]:
    """Every place that reads as building, unit, room; whether somebody lives there the words around it tell."""
    if not _may_hold_any(text):
        return
    for match in ADDRESS.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        place = _PLACE.search(before)
        if place is None:
            continue
        cue = _AFTER_CUE.match(place[0])
        start = match.start() - len(place[0]) + (cue.end() if cue else 0)
        if match.start() - start >= 2:
            yield Home(start, match.end(), bool(match["exact"] or match["inside"]))
