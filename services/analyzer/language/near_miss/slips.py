"""Words written for others of the same sound where their neighbours show it: 不在是 for 不再是, 以被抓获 for 已被抓获.

No crumb tells of these: each is made of words, or sounds as one so common that its two characters are in every list.
A row of `slips.csv` names the right word and what may stand before and after where it was meant.
"""

import csv
import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.likeness import likeness
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.usage import RIGHT_FORMS, usage
from services.analyzer.language.text.boundary import is_whole_word
from services.analyzer.language.text.phrases import Phrases

_END = "。"
"""Stands in a row for the beginning or end of a clause."""

_COMMON_WORD = -13.0
"""Log share of all words of one that a character may belong to instead."""

_LATER = "…"
"""Stands in a row before what comes later in the clause, if nothing is likened there: 像母校致敬, not 像他致敬那样."""

_OF_LIKENESS = ("的", "样", "似", "般", "如", "这", "那", "等")
_AT, _BY, _CLAUSE = "在", "以", 14
_OF_MEANS = ("为", "由", "的", "名义", "方式", "形式", "价", "作", "身份", "等")
_OF_PLACE_AND_TIME = (
    "时",
    "期",
    "范围",
    "之列",
    "之内",
    "内",
    "中",
    "里",
    "上",
    "前",
    "后",
    "名单",
    "处",
    "地",
    "下",
    "间",
    "者",
)
"""What a clause has that begins with 在 as it should: 不在使用期限内."""


_NOUNS = (
    *(
        "来自",
        "来源",
        "来宾",
        "来年",
        "来访",
        "来信",
        "去年",
        "去向",
        "去世",
        "用户",
        "用人",
        "用工",
        "用地",
        "用水",
        "用电",
    ),
    *(
        "买家",
        "买方",
        "卖家",
        "说明",
        "说法",
        "看点",
        "看台",
        "看守",
        "做工",
        "做法",
        "有关",
        "有效",
        "有些",
        "有的",
        "有限",
    ),
    *("有期", "有色", "等级", "让步", "作为"),
)
"""Begin with what may follow 不再, but are no verbs: 有机会在来自各国的观众面前."""


class _Slip(NamedTuple):
    """`not_after`, `not_before`: characters beside which it is meant; `after`, `before`: words one of which must stand
    there, any if none is named.
    """

    written: str
    right: str
    not_after: str
    not_before: str
    after: tuple[str, ...]
    before: tuple[str, ...]


def misses(text: str) -> Iterator[Miss]:
    """Misses in a folded text."""
    phrases, slips = _known()
    for number, start, end in phrases.find(text):
        slip = slips[number]
        if _stands(text, start, end, slip):
            at = next(at for at, character in enumerate(slip.written) if slip.right[at] != character)
            difference = Difference(Error.SUBSTITUTED, start + at, slip.written[at], slip.right[at])
            like = likeness(slip.written[at], slip.right[at])
            yield Miss(start, end, slip.right, Kind.WORD, difference, sure=True, likeness=like.value if like else "")


def _stands(text: str, start: int, end: int, slip: _Slip) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before and before in slip.not_after) or (after and after in slip.not_before):
        return False
    if slip.after and not any(_ends(text, start, word) for word in slip.after):
        return False
    if slip.before and not any(_begins(text, end, word) for word in slip.before):
        return False
    if _may_be_a_preposition(slip, _clause(text, end)):
        return False
    if slip.written.endswith(_AT):
        return True
    return bool(slip.before or slip.after) or (is_whole_word(text, start, end) and not _is_shared(text, start, end))


def _may_be_a_preposition(slip: _Slip, clause: str) -> bool:
    """Whether the clause ends as one does that begins with 在 or 以 as it should: 不在期限内, 以不能清偿债务为由."""
    if slip.written.endswith(_AT) or (slip.written.startswith(_AT) and not clause.startswith(("也", "都"))):
        return clause.startswith(_NOUNS) or any(word in clause for word in _OF_PLACE_AND_TIME)
    return slip.written.startswith(_BY) and any(word in clause for word in _OF_MEANS)


def _is_shared(text: str, start: int, end: int) -> bool:
    """Whether its first or last character makes a common word with what stands outside: 本法另有规定."""
    weights = usage().weights
    outside = (text[start - 1 : start + 1], text[end - 1 : end + 1])
    return any(len(piece) > 1 and weights.get(piece, -99.0) >= _COMMON_WORD for piece in outside)


def _ends(text: str, place: int, word: str) -> bool:
    return text.endswith(word, 0, place) or (word == _END and not _is_han(text[place - 1 : place]))


def _begins(text: str, place: int, word: str) -> bool:
    if word.startswith(_LATER):
        clause = _clause(text, place)
        return word.removeprefix(_LATER) in clause[1:] and not any(other in clause for other in _OF_LIKENESS)
    if not word.endswith(_END):
        return text.startswith(word, place)
    word = word.removesuffix(_END)
    return text.startswith(word, place) and not _is_han(text[place + len(word) : place + len(word) + 1])


def _clause(text: str, place: int) -> str:
    """What follows up to a mark, as far as a clause goes."""
    piece = text[place : place + _CLAUSE]
    return piece[: next((at for at, character in enumerate(piece) if not _is_han(character)), len(piece))]


def _is_han(character: str) -> bool:
    return "一" <= character <= "鿿"


@functools.cache
def _known() -> tuple[Phrases, Sequence[_Slip]]:
    with (RIGHT_FORMS / "slips.csv").open(encoding="utf-8", newline="") as file:
        slips = [_slip(row) for row in csv.DictReader(file)]
    return Phrases([slip.written for slip in slips]), slips


def _slip(row: dict[str, str]) -> _Slip:
    words = (tuple(row[side].split()) for side in ("after", "before"))
    return _Slip(row["written"], row["right"], row["not_after"], row["not_before"], *words)
