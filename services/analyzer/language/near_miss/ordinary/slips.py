"""Words written for others of the same sound where their neighbours show it: 不在是 for 不再是, 以被抓获 for 已被抓获.

No crumb tells of these: each is made of words, or sounds as one so common that its two characters are in every list.
A row of `slips.csv` names the right word and what may stand before and after where it was meant.
"""

import csv
import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.text.boundary import is_whole_word
from services.analyzer.language.text.phrases import Phrases
from services.analyzer.language.usage.likeness import likeness
from services.analyzer.language.usage.usage import RIGHT_FORMS, usage

_MARKS = ("", *",.!?;。！？；，…~\r\n ")
"""What stands behind a clause; a number or a quotation goes on with it: 以完成30项任务为目标, 不以“罚款”代替."""

_END, _LATER = "。", "…"
"""In a row: the beginning or end of a clause; what comes later in it, if nothing is likened there (像母校致敬)."""

_COMMON_WORD = -13.0
"""Log share of all words of one that a character may belong to instead."""

_AT, _BY, _CLAUSE = "在", "以", re.compile("[一-鿿]{0,14}")
_OF_LIKENESS = tuple("的样似般如这那等")
_OF_MEANS = (*"为由的价作等", "名义", "方式", "形式", "身份")
_OF_PLACE_AND_TIME = (*"时期内中里上前后处地下间者", "范围", "之列", "名单", "方面", "高峰", "状态")
"""What a clause has that begins with 以 or 在 as it should: 以不能清偿债务为由, 不在使用期限内."""

_NOT_AT, _BUT_AT, _AHEAD = "不在", ("而在", "在于", "贵在", "重在", "只在"), 24
"""不在做多少，而在做得好 is meant."""

_NOUNS = (
    *(f"来{other}" for other in "自源宾年访信"),
    *(f"去{other}" for other in "年向世"),
    *(f"用{other}" for other in "户人工地水电餐药"),
    *(f"说{other}" for other in "明法"),
    *(f"看{other}" for other in "点台守病"),
    *(f"做{other}" for other in "工法"),
    *(f"有{other}" for other in "关效些的限期色"),
    *("买家", "买方", "卖家", "等级", "让步", "作为"),
)
"""Begin with what may follow 不再, but are no verbs: 有机会在来自各国的观众面前."""


class _Words(NamedTuple):
    """Of which one must stand beside: right there; there, with the end of the clause behind it; later in the clause."""

    there: tuple[str, ...]
    at_end: tuple[str, ...]
    later: tuple[str, ...]


class _Slip(NamedTuple):
    """`not_after`, `not_before`: characters beside which it is meant; `after`, `before`: null if anything may stand."""

    written: str
    right: str
    not_after: str
    not_before: str
    after: _Words | None
    before: _Words | None


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
    if slip.after is not None and not _follows(text, start, slip.after):
        return False
    found = _CLAUSE.match(text, end)
    clause = found[0] if found else ""
    if (slip.before is not None and not _begins(text, end, clause, slip.before)) or _is_preposition(
        slip, clause, text[end : end + _AHEAD]
    ):
        return False
    if slip.after or slip.before or slip.written.endswith(_AT):
        return True
    return is_whole_word(text, start, end) and not _is_shared(text, start, end)


def _is_preposition(slip: _Slip, clause: str, ahead: str) -> bool:
    """Whether the clause ends as one does that begins with 在 or 以 as it should."""
    if slip.written.endswith(_NOT_AT) and any(word in ahead for word in _BUT_AT):
        return True
    if slip.written.endswith(_AT) or (slip.written.startswith(_AT) and not clause.startswith(("也", "都"))):
        return clause.startswith(_NOUNS) or any(word in clause for word in _OF_PLACE_AND_TIME)
    return _BY in slip.written and any(word in clause for word in _OF_MEANS)


def _is_shared(text: str, start: int, end: int) -> bool:
    """Whether its first or last character makes a common word with what stands outside: 本法另有规定."""
    weights = usage().weights
    outside = (text[start - 1 : start + 1], text[end - 1 : end + 1])
    return any(len(piece) > 1 and weights.get(piece, -99.0) >= _COMMON_WORD for piece in outside)


def _follows(text: str, place: int, words: _Words) -> bool:
    return text.endswith(words.there, 0, place) or (bool(words.at_end) and not _is_han(text[place - 1 : place]))


def _begins(text: str, place: int, clause: str, words: _Words) -> bool:
    if text.startswith(words.there, place) or any(
        text.startswith(word, place) and text[place + len(word) : place + len(word) + 1] in _MARKS
        for word in words.at_end
    ):
        return True
    return any(word in clause[1:] for word in words.later) and not any(word in clause for word in _OF_LIKENESS)


def _is_han(character: str) -> bool:
    return "一" <= character <= "鿿"


@functools.cache
def _known() -> tuple[Phrases, Sequence[_Slip]]:
    with (RIGHT_FORMS / "slips.csv").open(encoding="utf-8", newline="") as file:
        slips = [_slip(row) for row in csv.DictReader(file)]
    return Phrases([slip.written for slip in slips]), slips


def _slip(row: dict[str, str]) -> _Slip:
    after, before = (_words(row[side].split()) for side in ("after", "before"))
    return _Slip(row["written"], row["right"], row["not_after"], row["not_before"], after, before)


def _words(named: Sequence[str]) -> _Words | None:
    later = tuple(word.removeprefix(_LATER) for word in named if word.startswith(_LATER))
    at_end = tuple(word.removesuffix(_END) for word in named if word.endswith(_END))
    there = tuple(word for word in named if not word.startswith(_LATER) and not word.endswith(_END))
    return _Words(there, at_end, later) if named else None
