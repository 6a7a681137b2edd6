"""Whether a piece that differs from a right form in one place is that form written wrongly, or something else."""

import math
from collections.abc import Callable, Sequence

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Form, Kind
from services.analyzer.language.near_miss.likeness import Likeness, likeness, share_a_part
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.reading import Reading, read
from services.analyzer.language.near_miss.usage import usage
from services.analyzer.language.near_miss.written import Written

_LONG = 7
"""From so many characters on a fixed form is known by the others, whatever stands in the place of one."""

_SHORTEST_COUNTRY = 3
_OF_COUNTRIES = frozenset("国使统洲访侨籍队际交盟洋")

_SHORT = 5
"""Up to so many characters a form is spared where statutes know what is written."""

_SHORTEST_WITH_ONE_LEFT_OUT, _SHORTEST_WITH_TWO_LEFT_OUT = 5, 10

_LEAST_GAIN, _GREAT_GAIN = 3.0, 6.0
"""How much likelier the corrected text must read, in natural logarithm."""

_RARE = -9.0
"""Log share of all words below which a character hardly stands by itself: 的 and 后 may follow anything."""

_NUMERALS = frozenset("0123456789一二三四五六七八九十百千万亿零〇两")
_MAY_BE_LEFT_OUT = frozenset("的和与及或在为了之各市县区省镇乡村等新大")
_COMMITTEE, _OF_COMMITTEE = "委员会", "会"
_ORGANS_ACT = ("印发", "发布", "公布", "颁布", "下发", "通报", "公告", "通告", "办公厅", "办公室", "令")
"""What no member does and a committee does: behind it 委员 lacks its 会."""

_JOIN = frozenset("和与及或、")
_LEVELS = frozenset("省市县区镇乡村州盟旗国")
_MUST_BE_INSIDE = frozenset({Kind.COLLOCATION, Kind.STATUTE, Kind.PLACE})
"""Kinds after which anything may follow: their first and last character are no evidence."""


def judge(written: Written) -> Miss | None:
    """The miss; null where something else may be meant."""
    found = written.found
    if _NUMERALS & {*found.written, *found.right}:
        return None
    if written.form.kind is Kind.COLLOCATION and found.error is not Error.SUBSTITUTED:
        return None
    if _lacks_its_end(written):
        lost = Difference(Error.MISSING, found.at, "", found.right)
        return Miss(written.start, found.at, written.form.text, written.form.kind, lost, sure=True)
    miss = _JUDGES[found.error](written)
    return None if miss is None or _is_newer_word(written) else miss


def _missing(written: Written) -> Miss | None:
    form, right = written.form, written.found.right
    is_name = form.kind in (Kind.PLACE, Kind.COUNTRY)
    if right in _MAY_BE_LEFT_OUT and not (form.kind is Kind.STATE and _is_inside_a_word(written)):
        return None
    if len(right) == 1 and written.gain < 0 and not is_name:
        return None
    if len(form.text) < (_SHORTEST_WITH_ONE_LEFT_OUT if len(right) == 1 else _SHORTEST_WITH_TWO_LEFT_OUT):
        return None
    if len(right) > 1 and not (form.fixed and form.kind is Kind.STATE):
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
    begins_a_word = end < len(text) and text[end - 1 : end + 1] in usage().weights
    return (
        found.written in _JOIN or begins_a_word or (not written.form.fixed and found.written not in written.form.text)
    )


def _substituted(written: Written) -> Miss | None:
    found, form = written.found, written.form
    if _LEVELS & {found.written} and _LEVELS & {found.right}:
        return None
    pairs = zip(found.written, found.right, strict=True)
    likes = [likeness(one, other) for one, other in pairs if one != other]
    if not form.fixed and not all(likes):
        return None
    if all(likes) or (form.fixed and len(found.written) == 1 and share_a_part(found.written, found.right)):
        if written.gain < _gain_needed(form) or not _may_be_meant(written) or _is_no_country(written, likes):
            return None
        return written.miss(likeness="、".join(dict.fromkeys(like.value for like in likes if like)))
    return written.miss() if _is_wrong_whatever_it_is(written) else None


def _is_wrong_whatever_it_is(written: Written) -> bool:
    form, found = written.form, written.found
    if len(found.written) > 1 or not form.fixed:
        return False
    is_known = len(form.text) >= _LONG and (not written.is_at_edge or _ends_a_word(written))
    return is_known or _is_crumb_of(written)


def _lacks_its_end(written: Written) -> bool:
    form, at = written.form.text, written.found.at
    if written.found.right != _OF_COMMITTEE or not form.endswith(_COMMITTEE) or written.is_at_start:
        return False
    return at == written.end - 1 and written.text.startswith(_ORGANS_ACT, at)


def _is_crumb_of(written: Written) -> bool:
    """Whether what is written belongs to no word on either side, and the right character makes one with its form."""
    first, last = written.reading.word_at(written.at)
    is_alone = last - first == 1 and not written.is_at_start
    is_rare = "一" <= written.found.written <= "鿿" and usage().weights.get(written.found.written, -99.0) < _RARE
    return is_alone and is_rare and len(written.form.text) >= _SHORT and written.gain >= _GREAT_GAIN


def _is_inside_a_word(written: Written) -> bool:
    """Whether the character that is missing is no word by itself: 中华人民共和国, not 国家发展和改革委员会."""
    window, at = written.window, written.at
    first, last = read(window[:at] + written.found.right + window[at:]).word_at(at)
    return last - first > 1


def _is_no_country(written: Written, likes: Sequence[Likeness | None]) -> bool:
    """Short names that only look alike mean a country where one speaks of countries: 阿根延等国, not 科摩多龙."""
    if (
        written.form.kind is not Kind.COUNTRY
        or len(written.form.text) > _SHORTEST_COUNTRY
        or Likeness.SHAPE not in likes
    ):
        return False
    return _OF_COUNTRIES.isdisjoint(written.text)


def _is_newer_word(written: Written) -> bool:
    window, at = written.window, written.at
    pieces = (window[first : first + size] for size in (2, 3, 4) for first in range(max(0, at - size + 1), at + 1))
    return not usage().newer.isdisjoint(pieces)


def _gain_needed(form: Form) -> float:
    """A formula as a whole is evidence too, the more the longer it is."""
    if form.kind is Kind.PERSON:
        return -math.inf  # no reading knows a name
    if form.fixed:
        return -_GREAT_GAIN
    if form.kind in (Kind.STATE, Kind.FORMULA, Kind.TERM):
        return 0.0 if len(form.text) > _SHORT else _LEAST_GAIN / 2
    return _LEAST_GAIN


def _may_be_meant(written: Written) -> bool:
    kind, found, window, at = written.form.kind, written.found, written.window, written.at
    if kind in _MUST_BE_INSIDE and written.is_at_edge:
        return False
    if kind is Kind.COLLOCATION and (len(found.written) > 1 or found.right in _MAY_BE_LEFT_OUT):
        return False
    if written.form.fixed or (len(written.form.text) > _SHORT and kind is not Kind.COLLOCATION):
        return True
    return not any(window[first : first + 3] in usage().runs for first in range(max(0, at - 2), at + 1))


def _ends_a_word(written: Written) -> bool:
    """Whether the first or last character belongs to what the form holds, and not to what stands beside it."""
    first, last = written.reading.word_at(written.at)
    before, after = first < written.at, written.at + 1 < last
    return (after and not before) if written.is_at_start else (before and not after)


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
