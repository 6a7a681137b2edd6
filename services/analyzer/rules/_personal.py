"""The written policy (docs/decisions/0016): what a number or a home is, given its form and the words around it."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from services.analyzer.language.personal import columns, names, surroundings
from services.analyzer.language.personal.addresses import Home
from services.analyzer.language.personal.checks import issuer
from services.analyzer.language.personal.shapes import Form, Number, numbers_in
from shared.events import Severity

_BEFORE = 16
_NEAR = 40
_ROW = 80
_HEAD = 80
_SHORTEST_CARD = 13
_SHORTEST_ACCOUNT = 15
_ISSUED = re.compile(r"[sp][0-9]{7,8}|[gedhcmltw][0-9]{8}|[hm][0-9]{10}|[a-z]{2}[0-9]{6,7}")
_ISSUED_IN_REGION = re.compile(r"(?:k|h|kj|m|ma|mb)[0-9]{7,8}")


class Verdict(NamedTuple):
    """`kind` as in `Hit.kind`, what it is called in Chinese, and how grave it is."""

    kind: str
    name: str
    severity: Severity


_ID = Verdict("id_card", "公民身份号码", Severity.DEDUCTION)
_NOTICED_ID = _ID._replace(severity=Severity.REMINDER)
_OLD_ID = Verdict("id_card_15", "疑似15位身份证号码", Severity.REMINDER)
_STUDENT = Verdict("student_number", "学籍号（内含公民身份号码）", Severity.REMINDER)
_DISABILITY = Verdict("disability_card", "残疾人证号（内含公民身份号码）", Severity.REMINDER)
_CARD = Verdict("bank_card", "银行卡号", Severity.DEDUCTION)
_LISTED_CARD = Verdict("bank_card", "个人银行卡（账）号", Severity.REMINDER)
_MAYBE_CARD = Verdict("bank_card", "疑似银行卡号", Severity.HINT)
_PASSPORT = Verdict("passport", "护照或通行证号码", Severity.REMINDER)
_MAYBE_PASSPORT = Verdict("passport", "疑似护照或通行证号码", Severity.HINT)
_PRIVATE_MOBILE = Verdict("mobile", "个人手机号码", Severity.REMINDER)
_SOME_MOBILE = Verdict("mobile", "手机号码", Severity.HINT)
_PRIVATE_MAIL = Verdict("email", "个人电子邮箱", Severity.REMINDER)
_SOME_MAIL = Verdict("email", "电子邮箱", Severity.HINT)
_PLATE = Verdict("plate", "车辆号牌", Severity.HINT)
_HOME = Verdict("home_address", "个人住址", Severity.REMINDER)


class Place(NamedTuple):
    """A number in its text, with what stands before it and around it; all folded. `head`: the title over the text.

    `listed`: it is one of several numbers of its kind, and this is what stands above the first of them.
    """

    text: str
    number: Number
    before: str
    line: str
    head: str
    listed: str | None
    is_alone: bool


def places_of(text: str, head: str = "") -> Iterator[Place]:
    """The surroundings are cut out once, since several questions are asked of them."""
    numbers = numbers_in(text)
    lists = _lists(text, numbers)
    for number in numbers:
        first, last = columns.line_around(text, number.start, number.end)
        yield Place(
            text=text,
            number=number,
            before=text[max(0, number.start - _BEFORE) : number.start],
            line=text[first:last],
            head=head,
            listed=lists.get(number.start),
            is_alone=columns.is_alone(text, number.start, number.end),
        )


def _lists(text: str, numbers: Sequence[Number]) -> dict[int, str]:
    """By the start of each mobile number that follows another within a row's length: what stands above the first."""
    mobiles = [number for number in numbers if number.form == "mobile"]
    heads: dict[int, str] = {}
    for before, number in itertools.pairwise(mobiles):
        if number.start - before.end <= _ROW:
            head = heads.setdefault(before.start, text[max(0, before.start - _HEAD) : before.start])
            heads[number.start] = head
    return heads


def verdict_on(place: Place) -> Verdict | None:
    """Null for a number that is something else, nobody's, or an organisation's."""
    number = place.number
    proven = number.form in ("id_card", "student_number", "disability_card")
    if surroundings.is_other_number(place.text, number.start, proven=proven):
        return None
    if not proven and number.form != "plate" and surroundings.QUANTITY.match(place.text, number.end):
        return None
    return _VERDICTS[number.form](place)


def verdict_on_home(text: str, home: Home, head: str = "") -> Verdict | None:
    """Room, house or (after 住) building, with a name in the same sentence or row, and nobody selling or seizing it."""
    first, last = columns.line_around(text, home.start, home.end)
    line, before = text[first:last], text[max(first, home.start - 30) : home.start]
    if (
        surroundings.PROPERTY.search(text[max(0, home.start - 15) : home.end + 12])
        or surroundings.is_open_call(head)
        or surroundings.is_open_call(text)
    ):
        return None
    named = names.mentions_somebody(line) or names.names_before(before) or surroundings.private_persons_named(line)
    if not named:
        return None
    lives = surroundings.LIVES.search(text[max(first, home.start - 25) : home.start + 1]) is not None
    if home.exact:
        return (
            _HOME if lives or names.names_before(before) or columns.heading_before(text, "home", home.start) else None
        )
    return _HOME if lives and (surroundings.PRIVATE_PERSON.search(line) or "某" in line) else None


def _id(place: Place) -> Verdict:
    noticed = surroundings.is_notice(place.head) or surroundings.is_notice(place.text)
    return _NOTICED_ID if noticed else _ID


def _old_id(place: Place) -> Verdict | None:
    if surroundings.ID.search(place.before):
        return _OLD_ID
    if issuer(place.number.bare):
        return _card(place)
    return _OLD_ID._replace(severity=Severity.HINT) if place.is_alone else None


def _card(place: Place) -> Verdict | None:
    text, number = place.text, place.number
    around = text[max(0, number.start - 60) : number.end + 20]
    if len(number.bare) < _SHORTEST_CARD:
        return _MAYBE_CARD if place.is_alone else None
    if columns.heading_before(text, "account", number.start):
        return None if surroundings.UNIT_ACCOUNT.search(place.line) else _LISTED_CARD
    if surroundings.UNIT_ACCOUNT.search(around) or _is_units(around):
        return None
    return _single_card(place, around)


def _single_card(place: Place, around: str) -> Verdict | None:
    if surroundings.CARD.search(place.before):
        return _CARD
    called_account = surroundings.ACCOUNT.search(place.before)
    named = names.mentions_somebody(around) or names.names_before(place.before)
    if called_account and named and not surroundings.OFFICE.search(around):
        return _LISTED_CARD
    return _MAYBE_CARD if called_account or place.is_alone or issuer(place.number.bare) else None


def _is_units(around: str) -> bool:
    """户名 and 开户行 with no person named: somebody is told where to pay."""
    return surroundings.OPENED.search(around) is not None and not names.mentions_somebody(around)


def _account(place: Place) -> Verdict | None:
    """No Luhn digit: a list's column says what it is, or the groups of four a card is embossed in."""
    if surroundings.UNIT_ACCOUNT.search(place.line):
        return None
    start = place.number.start
    under_heading = len(place.number.bare) >= _SHORTEST_ACCOUNT and columns.heading_before(place.text, "account", start)
    if under_heading and names.names_before(place.text[max(0, start - 60) : start], farthest=8):
        return _LISTED_CARD
    in_groups = place.number.end - place.number.start > len(place.number.bare)
    return _MAYBE_CARD if in_groups and surroundings.CARD.search(place.before) else None


def _travel_document(place: Place) -> Verdict | None:
    value = place.number.bare
    if surroundings.TRAVEL.search(place.before):
        regional = surroundings.SPECIAL_REGION.search(place.before) and _ISSUED_IN_REGION.fullmatch(value)
        return _PASSPORT if regional or _ISSUED.fullmatch(value) else None
    return _MAYBE_PASSPORT if place.is_alone and _ISSUED.fullmatch(value) else None


def _regional_id(place: Place) -> Verdict | None:
    if surroundings.TRAVEL.search(place.before) and not surroundings.ID.search(place.before):
        return _travel_document(place)
    verdict = Verdict(place.number.form, "香港、台湾居民身份证号码", Severity.REMINDER)
    if surroundings.ID.search(place.before):
        return verdict
    return verdict._replace(severity=Severity.HINT) if place.is_alone else None


def _mobile(place: Place) -> Verdict:
    return _PRIVATE_MOBILE if _is_of_private_person(place) else _SOME_MOBILE


def _email(place: Place) -> Verdict | None:
    host = place.text[place.number.start : place.number.end].partition("@")[2]
    if host.endswith(".gov.cn"):
        return None
    return _PRIVATE_MAIL if _is_of_private_person(place) else _SOME_MAIL


def _plate(place: Place) -> Verdict | None:
    return _PLATE if place.is_alone or surroundings.PLATE.search(place.before) else None


def _is_of_private_person(place: Place) -> bool:
    """Named beside it, and not as one who wants to be called; a private person named as such is one in any company."""
    start, end = place.number.start, place.number.end
    before, after = place.text[max(0, start - _NEAR) : start], place.text[end : end + 20].split("\n", 1)[0]
    if surroundings.is_open_call(place.text) or surroundings.is_open_call(place.head):
        return False
    if surroundings.DUTY.search(place.head):
        return False
    called = surroundings.private_persons_named(before)
    if called and not surroundings.OFFICE.search(before, called[-1]):
        return True
    if place.listed is not None:
        office = surroundings.OFFICE.search(place.line) or surroundings.DUTY.search(place.listed)
        private = columns.heading_before(place.text, "mobile", start)
    else:
        office = surroundings.OFFICE.search(before + after)
        private = surroundings.PRIVATELY_CALLED.search(before) is not None
    return not office and (private or names.names_before(before) or names.names_after(after))


_VERDICTS: dict[Form, Callable[[Place], Verdict | None]] = {
    "id_card": _id,
    "student_number": lambda place: _STUDENT,
    "disability_card": lambda place: _DISABILITY,
    "id_card_15": _old_id,
    "bank_card": _card,
    "account": _account,
    "hk_id": _regional_id,
    "tw_id": _regional_id,
    "passport": _travel_document,
    "mobile": _mobile,
    "email": _email,
    "plate": _plate,
}
