"""Congresses, their sessions, and formulas that begin with a number: right words, wrong together."""

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss

_ORDINAL = "(?:二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_MOST_PLENUMS = {"六": 7, "七": 7, "八": 12, "九": 2, "十": 3, "十三": 8}
"""How many plenary sessions a central committee has held; seven where it is not said."""

_USUALLY, _NEVER = 7, 99
_VALUES = {numeral: value for value, numeral in enumerate("一二三四五六七八九", start=1)}
_VALUES |= {"十": 10, "十一": 11, "十二": 12}
_TOO_EARLY = "一二三四五"
_COUNT = "[一二三四五六七八九十两]"


class _Pattern(NamedTuple):
    """The group of `wrong` should read `right`."""

    wrong: re.Pattern[str]
    right: str
    sure: bool = True


_PATTERNS = (
    _Pattern(re.compile(rf"(?<![一二三四五六七八九十百第届]){_ORDINAL}(大){_COUNT}中全会"), "届"),
    _Pattern(re.compile(rf"{_ORDINAL}(界)(?={_COUNT}中全会|中央委员会|中央纪委)"), "届"),
    _Pattern(re.compile(rf"党的{_ORDINAL}(界)"), "届"),
    _Pattern(re.compile(r"(?<![一-鿿])([省市县区镇乡])(?=\1(?:委|长|政府|人大|政协|人民|纪委))"), ""),
    _Pattern(re.compile("([青绿清][山水][青绿清][山水])就是金山银山"), "绿水青山"),
    _Pattern(re.compile("新时代中国(社会主义)思想"), "特色社会主义"),
    _Pattern(re.compile("四个自信,?做到两个([一-鿿]{2})"), "维护"),
    _Pattern(re.compile("增强四个([一-鿿]{2}),?坚定四个自信"), "意识"),
    _Pattern(re.compile("坚定四个([一-鿿]{2}),?做到两个维护"), "自信"),
    _Pattern(
        re.compile(
            "(习(?!近平总书记)(?=[近平总书记]{0,4}近)(?=[近平总书记]{0,4}总)(?=[近平总书记]{0,4}记)[近平总书记]{5})"
        ),
        "习近平总书记",
    ),
    _Pattern(re.compile(rf"(?:党的|中国共产党|中共)第?{_ORDINAL}(届)(?:全国)?代表大会"), "次"),
    _Pattern(re.compile(r"(?<![一-鿿])(?:十[一二三四五六七八九]|二十)(届)(?:全国)?代表大会"), "次"),
    _Pattern(re.compile(rf"第{_ORDINAL}(次)全国人民代表大会"), "届"),
    _Pattern(re.compile(r"(?:十[七八九]|二十)(届)大(?=精神|报告|以来)"), ""),
    _Pattern(re.compile(rf"{_ORDINAL}(大)届{_COUNT}中全会"), ""),
    _Pattern(re.compile(rf"(?<!共产党)(?<!党的)第{_ORDINAL}(届)全国代表大会"), "次", sure=False),
    _Pattern(re.compile(rf"做到({_COUNT})个维护"), "两"),
    _Pattern(re.compile(rf"坚定({_COUNT})个自信"), "四"),
    _Pattern(re.compile(rf"(?:领悟|拥护|捍卫)({_COUNT})个确立"), "两"),
    _Pattern(re.compile(rf"增强({_COUNT})个意识(?=,?坚定|,?做到)"), "四"),
    _Pattern(re.compile(rf"四个意识,?四个自信,?({_COUNT})个维护"), "两"),
    _Pattern(re.compile(rf"({_COUNT})个代表重要思想"), "三"),
    _Pattern(re.compile(rf"中央({_COUNT})项规定"), "八"),
    _Pattern(re.compile(rf"({_COUNT})个一百年奋斗目标"), "两"),
    _Pattern(re.compile(rf"协调推进({_COUNT})个全面战略布局"), "四"),
    _Pattern(re.compile(rf"({_COUNT})个毫不动摇"), "两"),
)
_PLENUM = re.compile(rf"({_ORDINAL})届(十?{_COUNT})中全会")
_MOST_SESSIONS = 5
_CONGRESS = re.compile(
    rf"(?:{_ORDINAL}届(?:全国人民代表大会|全国人大|全国政协)|(?:全国人大|全国政协){_ORDINAL}届)第?([六七八九]|[二三]?十{_COUNT}?)次会议"
)
_MAY_HOLD = (
    *(
        "届大",
        "大届",
        "代表大会",
        "中全会",
        "个维护",
        "个自信",
        "个确立",
        "个意识",
        "代表重要",
        "项规定",
        "个一百年",
        "个全面",
    ),
    *("毫不动摇", "就是金山银山", "区区", "县县", "市市", "省省", "镇镇", "乡乡"),
    *("代中国社", "习总", "习书", "习平", "记近平"),
    *(f"{numeral}界" for numeral in "十一二三四五六七八九"),
)


_FUTURE = re.compile(
    "二十[二三四五六七八九]届(?:[一二三四五六七八九]中全会|中央(?:委员会|纪委))"
    "|第(?:十[六七八九]|二十[一二三四五六七八九]?)届全国(?:人民代表大会|人大|政协)"
)
"""Congresses that begin in 2032 and 2033."""


def misses(text: str) -> Iterator[Miss]:
    """Misses in a squeezed text."""
    if not _may_hold().find_matches_as_indexes(text):
        return
    for pattern in _PATTERNS:
        for found in pattern.wrong.finditer(text):
            if found[1] != pattern.right:
                yield _miss(found, pattern)


@functools.cache
def _may_hold() -> AhoCorasick:
    return AhoCorasick(_MAY_HOLD, implementation=Implementation.DFA)


def impossible(text: str) -> Iterator[tuple[int, int, str]]:
    """Plenary sessions that no central committee or congress has held, with the sentence that says so."""
    if "次会议" in text:
        for found in _CONGRESS.finditer(text):
            yield *found.span(), f"全国人民代表大会和全国政协每届至多举行{_MOST_SESSIONS}次会议，请核对会议次数。"
    yield from _not_yet(text)
    if "中全会" not in text:
        return
    for found in _PLENUM.finditer(text):
        most = _MOST_PLENUMS.get(found[1], _USUALLY)
        if found[1] not in _TOO_EARLY and _VALUES.get(found[2], _NEVER) > most:
            yield *found.span(), f"{found[1]}届中央委员会至多有{most}次全会，请核对届次。"


def _not_yet(text: str) -> Iterator[tuple[int, int, str]]:
    if "届" in text:
        for found in _FUTURE.finditer(text):
            yield *found.span(), f"“{found.group()}”尚未举行，请核对届次。"


def _miss(found: re.Match[str], pattern: _Pattern) -> Miss:
    start, end = found.span()
    place = found.start(1)
    form = found.group()[: place - start] + pattern.right + found.group()[found.end(1) - start :]
    error = Error.SUBSTITUTED if pattern.right else Error.DOUBLED
    difference = Difference(error, place, found[1], pattern.right)
    return Miss(start, max(end, found.end(1) + (not pattern.right)), form, Kind.SESSION, difference, pattern.sure)
