"""Whether a difference may be an error at all, told from it and its form alone, wherever it stands."""

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Form, Kind
from services.analyzer.language.usage.likeness import Likeness, likeness, share_a_part
from services.analyzer.language.usage.usage import usage

LONG = 7
"""From so many characters on a fixed form is known by the others, whatever stands in the place of one."""

SHORT = 5
"""Up to so many characters a form is spared where statutes know what is written."""

_SHORTEST_WITH_ONE_LEFT_OUT, _SHORTEST_WITH_TWO_LEFT_OUT = 5, 10

_NUMERALS = frozenset("0123456789一二三四五六七八九十百千万亿零〇两")
MAY_BE_LEFT_OUT = frozenset("的和与及或在为了之各市县区省镇乡村等新大")
_COMMITTEE, _OF_COMMITTEE = "委员会", "会"
_LEVELS = frozenset("省市县区镇乡村州盟旗国")
_WHOLE_NAMES = frozenset({Kind.ORGAN, Kind.FORMULA, Kind.TERM})


def may_be_miswritten(form: Form, found: Difference) -> bool:
    if _NUMERALS & {*found.written, *found.right}:
        return False
    if form.kind is Kind.COLLOCATION and not _is_of_a_collocation(found):
        return False
    if not all(character.isalnum() for character in found.written):  # 斗争中，人民解放军
        return False
    if found.error is Error.MISSING:
        return _may_be_missing(form, found.right)
    return found.error is not Error.SUBSTITUTED or _may_be_substituted(form, found)


def _is_of_a_collocation(found: Difference) -> bool:
    return found.error is Error.SUBSTITUTED and len(found.right) == 1 and found.right not in MAY_BE_LEFT_OUT


def _may_be_missing(form: Form, right: str) -> bool:
    if len(right) > 1:
        return form.fixed and form.kind is Kind.STATE and len(form.text) >= _SHORTEST_WITH_TWO_LEFT_OUT
    may_be_left_out = right in MAY_BE_LEFT_OUT and form.kind is not Kind.STATE
    return not may_be_left_out and len(form.text) >= _SHORTEST_WITH_ONE_LEFT_OUT


def _may_be_substituted(form: Form, found: Difference) -> bool:
    if _LEVELS & {found.written} and _LEVELS & {found.right}:
        return False
    if len(found.written) > 1 and len(form.text) < LONG and found.written in usage().weights:
        return False  # 法治宣传效能: another word
    if all(likes(found)) or may_lack_its_end(form, found):
        return True
    return (form.fixed and len(found.written) == 1) or may_repeat_itself(form, found) or looks_a_little(form, found)


def looks_a_little(form: Form, found: Difference) -> bool:
    """做好防汛抗早工作: only a radical in common, but all the rest of a long form is right."""
    is_long = form.kind in _WHOLE_NAMES and len(form.text) > SHORT
    return is_long and len(found.written) == 1 and share_a_part(found.written, found.right)


def may_repeat_itself(form: Form, found: Difference) -> bool:
    """全国人大常委委: the last character but one, typed again for the last."""
    if form.kind not in _WHOLE_NAMES or len(form.text) < SHORT:
        return False
    return (found.right, found.written) == (form.text[-1], form.text[-2])


def may_lack_its_end(form: Form, found: Difference) -> bool:
    return found.right == _OF_COMMITTEE and form.text.endswith(_COMMITTEE)


def likes(found: Difference) -> list[Likeness | None]:
    pairs = zip(found.written, found.right, strict=True)
    return [likeness(one, other) for one, other in pairs if one != other]
