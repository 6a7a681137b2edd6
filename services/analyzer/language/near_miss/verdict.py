"""Whether a piece that differs from a right form in one place is that form written wrongly, or something else."""

import math
from collections.abc import Callable, Sequence

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.possible import (
    LONG,
    MAY_BE_LEFT_OUT,
    SHORT,
    likes,
    looks_a_little,
    may_lack_its_end,
    may_repeat_itself,
)
from services.analyzer.language.near_miss.written import Written
from services.analyzer.language.usage.likeness import Likeness, share_a_part
from services.analyzer.language.usage.reading import Reading, read
from services.analyzer.language.usage.usage import usage

_SHORTEST_COUNTRY = 3
_OF_COUNTRIES = frozenset("国使统洲访侨籍队际交盟洋")

_LEAST_GAIN, _GREAT_GAIN, _HUGE_GAIN = 3.0, 6.0, 10.0
"""How much likelier the corrected text must read, in natural logarithm."""

_WHOLE = 10
"""From so many characters on a fixed form is known without one of them, however it reads."""

_RARE = -9.0
"""Log share of all words below which a character hardly stands by itself: 的 and 后 may follow anything."""

_POINTING = frozenset("各每该本我某此")
"""各国红十字会: these may stand before any name."""

_PIECES, _COUNTING = "个", frozenset("一二三四五六七八九十百千万亿零〇两几多每整这那某各")

_ORGANS_ACT = ("印发", "发布", "公布", "颁布", "下发", "通报", "公告", "通告", "办公厅", "办公室", "令")
"""What no member does and a committee does: behind it 委员 lacks its 会."""

_SOUND_LIKE_DEPUTY, _ONLY_ONE = "付傅富", ("国家", "全国", "国务院", "中央")
_JOIN = frozenset("和与及或、")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
)
"""After 国家卫生健康委员 a member's name may stand."""

_MUST_BE_INSIDE = frozenset({Kind.COLLOCATION, Kind.STATUTE, Kind.PLACE})
"""Kinds after which anything may follow: their first and last character are no evidence."""


def judge(written: Written) -> Miss | None:
    """The miss; null where something else may be meant. Asked only of what is `possible`."""
    if _lacks_its_end(written):
        lost = Difference(Error.MISSING, written.found.at, "", written.found.right)
        return Miss(written.start, written.found.at, written.form.text, written.form.kind, lost, sure=True)
    miss = _JUDGES[written.found.error](written)
    return None if miss is None or _is_newer_word(written) else miss


def _missing(written: Written) -> Miss | None:
    form, right = written.form, written.found.right
    is_name = form.kind in (Kind.PLACE, Kind.COUNTRY)
    if right in MAY_BE_LEFT_OUT and not _is_inside_a_word(written):
        return None
    is_deep = min(written.found.at - written.start, written.end - written.found.at) > 1  # 我国主权、安全、发展利益
    is_whole = is_name or (form.fixed and is_deep and len(form.text) >= _WHOLE and written.gain > -_GREAT_GAIN)
    if len(right) == 1 and written.gain < 0 and not is_whole:
        return None
    if not (form.fixed or is_name or written.gain >= _GREAT_GAIN or _leaves_crumbs(written.reading, written.at)):
        return None
    return written.miss(sure=form.fixed or is_name or written.gain >= _LEAST_GAIN)


def _moved(written: Written) -> Miss | None:
    if written.found.error is Error.DOUBLED and _may_be_other_words(written):
        return None
    return written.miss() if written.form.fixed or written.gain >= _LEAST_GAIN else None


def _may_be_other_words(written: Written) -> bool:
    """Whether what is too much is no character written twice, and may belong there: 委员及会员, 较大的市的人民政府."""
    found, text, end = written.found, written.text, written.end
    if found.written in (text[max(0, found.at - 1) : found.at], text[found.at + 1 : found.at + 2]):
        return False
    begins_a_word = end < len(text) and text[end - 1 : end + 1] in usage().weights and written.gain < _HUGE_GAIN
    return (
        found.written in _JOIN or begins_a_word or (not written.form.fixed and found.written not in written.form.text)
    )


def _substituted(written: Written) -> Miss | None:
    if _points_or_counts(written):
        return None
    found, form, alike = written.found, written.form, likes(written.found)
    if all(alike) or (form.fixed and len(found.written) == 1 and share_a_part(found.written, found.right)):
        if (
            written.gain < _gain_needed(written, alike=all(alike))
            or not _may_be_meant(written)
            or _is_no_country(written, alike)
        ):
            return None
        sure = (all(alike) or _is_known_by_the_rest(written)) and not _may_be_surname(written)
        return written.miss(sure=sure, likeness="、".join(dict.fromkeys(like.value for like in alike if like)))
    return written.miss() if _is_wrong_whatever_it_is(written) else None


def _is_known_by_the_rest(written: Written) -> bool:
    """Whether no other formula can be meant: 扫黄打假 is one, and what a campaign was called before or elsewhere."""
    return written.form.kind is not Kind.FORMULA or (len(written.form.text) >= LONG and not written.is_at_start)


def _may_be_surname(written: Written) -> bool:
    """县委付书记 may be Secretary Fu."""
    is_deputy = written.found.right == "副" and written.found.written in _SOUND_LIKE_DEPUTY
    return is_deputy and not written.form.text.startswith(_ONLY_ONE)


def _is_wrong_whatever_it_is(written: Written) -> bool:
    form, found = written.form, written.found
    if not form.fixed:
        is_inside = not written.is_at_edge and not written.is_in_a_word and written.gain >= _GREAT_GAIN
        repeats = may_repeat_itself(form, found) and _repeats_itself(written)
        return repeats or (is_inside and looks_a_little(form, found))
    if len(found.written) > 1:
        return False
    is_known = len(form.text) >= LONG and (not written.is_at_edge or written.ends_a_word)
    return is_known or _is_crumb(written)


def _points_or_counts(written: Written) -> bool:
    """各国红十字会, 十二个街道办事处: what may stand before any name."""
    if not written.is_at_start:
        return False
    before = written.text[written.start - 1 : written.start]
    return written.found.written in _POINTING or (
        written.found.written == _PIECES and (before.isdecimal() or before in _COUNTING)
    )


def _repeats_itself(written: Written) -> bool:
    return written.found.at == written.end - 1 and not written.is_in_a_word


def _lacks_its_end(written: Written) -> bool:
    """A committee before what only organs do; a fixed form that reads much likelier with its last character put in."""
    at, form = written.found.at, written.form
    if at != written.end - 1 or written.is_at_start or written.found.error is not Error.SUBSTITUTED:
        return False
    if may_lack_its_end(form, written.found) and written.text.startswith(_ORGANS_ACT, at):
        return True
    is_long = form.fixed and len(form.text) > SHORT
    return is_long and not written.reaches_back and written.gain_of_adding >= max(_GREAT_GAIN, written.gain)


def _is_crumb(written: Written) -> bool:
    """Whether what is written belongs to no word on either side, and the right character makes one with its form."""
    character = written.found.written
    if written.is_in_a_word or written.is_at_start or character in _SURNAMES or not "一" <= character <= "鿿":
        return False
    is_rare = len(written.form.text) >= SHORT and usage().weights.get(character, -99.0) < _RARE
    return written.gain >= (_GREAT_GAIN if is_rare else _HUGE_GAIN)


def _is_inside_a_word(written: Written) -> bool:
    """Whether the character that is missing is no word by itself: 中华人民共和国, not 国家发展和改革委员会."""
    window, at = written.window, written.at
    first, last = read(window[:at] + written.found.right + window[at:]).word_at(at)
    return last - first > 1


def _is_no_country(written: Written, alike: Sequence[Likeness | None]) -> bool:
    """Short names that only look alike mean a country where one speaks of countries: 阿根延等国, not 科摩多龙."""
    if (
        written.form.kind is not Kind.COUNTRY
        or len(written.form.text) > _SHORTEST_COUNTRY
        or Likeness.SHAPE not in alike
    ):
        return False
    return _OF_COUNTRIES.isdisjoint(written.text)


def _is_newer_word(written: Written) -> bool:
    window, at = written.window, written.at
    pieces = (window[first : first + size] for size in (2, 3, 4) for first in range(max(0, at - size + 1), at + 1))
    return not usage().newer.isdisjoint(pieces)


def _gain_needed(written: Written, *, alike: bool) -> float:
    """A formula as a whole is evidence too, the more the longer it is."""
    kind, length = written.form.kind, len(written.form.text)
    if kind is Kind.PERSON:
        return -math.inf  # no reading knows a name
    if written.form.fixed:
        return -_GREAT_GAIN if alike or length >= SHORT else _GREAT_GAIN
    if kind in (Kind.STATE, Kind.FORMULA, Kind.TERM):
        if length >= LONG and not written.is_at_edge:
            return -_LEAST_GAIN
        return 0.0 if length > SHORT else _LEAST_GAIN / 2
    return 0.0 if kind is Kind.ORGAN and length >= LONG else _LEAST_GAIN


def _may_be_meant(written: Written) -> bool:
    kind, window, at = written.form.kind, written.window, written.at
    length = len(written.form.text)
    if kind in _MUST_BE_INSIDE and written.is_at_edge:
        return False
    may_be_parted = not written.form.fixed and kind is not Kind.PERSON
    if may_be_parted and written.is_at_edge and written.gain < _HUGE_GAIN and written.reaches_out:
        return False  # 有关部门负责做好: not 负责人
    if kind is Kind.COLLOCATION and length < LONG and written.gain < _HUGE_GAIN and written.is_in_a_word:
        return False  # 办理登机手续, 采取扑救措施: other words, meant so
    if written.form.fixed or (len(written.form.text) > SHORT and kind is not Kind.COLLOCATION):
        return True
    return not any(window[first : first + 3] in usage().runs for first in range(max(0, at - 2), at + 1))


def _leaves_crumbs(reading: Reading, seam: int) -> bool:
    """Whether a single character stands beside the place where something is missing."""
    beside = [word for word in reading.words if seam in word or word[0] < seam < word[1]]
    return any(end - start == 1 for start, end in beside)


_JUDGES: dict[Error, Callable[[Written], Miss | None]] = {
    Error.SUBSTITUTED: _substituted,
    Error.MISSING: _missing,
    Error.DOUBLED: _moved,
    Error.SWAPPED: _moved,
}
