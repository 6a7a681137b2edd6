"""Personal numbers left unmasked: identity numbers, bank cards, passports, private telephone numbers."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal, NamedTuple

from services.analyzer.language.folding import fold
from services.analyzer.language.numbers import bare, is_card_number, is_id_number, is_old_id_number, mask
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_ALONE = r"(?<![0-9a-z])(?<![0-9][.\-])"
_ENDS = r"(?![0-9a-z])(?![.\-][0-9])"
_NUMBERS = re.compile(
    rf"{_ALONE}(?:(?:\+|00)?86[ \-]?)?1[3-9][0-9]{{9}}{_ENDS}|"
    rf"{_ALONE}(?:(?:\+|00)?86[ \-]?)?1[3-9][0-9][ \-][0-9]{{4}}[ \-][0-9]{{4}}{_ENDS}|"
    rf"{_ALONE}[0-9]{{14,18}}[0-9x]{_ENDS}|"
    rf"{_ALONE}[0-9]{{3,8}}(?:[ \-]{{1,2}}[0-9]{{2,8}}){{1,5}}(?:[ \-]{{0,2}}[0-9]{{0,3}}x)?{_ENDS}|"
    rf"{_ALONE}(?:[gsp][0-9]{{7,8}}|[edhc][0-9]{{8}}|e[a-z][0-9]{{7}}){_ENDS}"
)
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?1[3-9][0-9]{9}")
_ISSUED_CARD = re.compile(r"4|5[1-5]|62|35|3[47]|6011|65")

_NOT_PERSONAL = re.compile(
    r"订单|运单|快递|单号|流水|编号|案号|文号|批号|票号|序列|货号|条码|条形码|登记号|许可证|备案|受理号|"
    r"信用代码|税号|纳税人|发票|版本|项目代码|代码|isbn|学号|工号|考号|准考证|qq|群(?!众)|网址|http"
)
_PERSONAL = re.compile(r"身份证|公民身份|证件号|手机|电话|卡号|银行卡|信用卡|tel|mobile|phone")
_ID_CONTEXT = re.compile(r"身份证|公民身份|身份号|证件号")
_CARD_CONTEXT = re.compile(r"卡号|银行卡|信用卡|储蓄卡|借记卡")
_ACCOUNT_CONTEXT = re.compile(r"账号|帐号|账户|帐户")
_UNIT_ACCOUNT = re.compile(r"捐|慈善|红十字|基金会|开户|户名|对公|财政|专户|收款单位|保证金|缴款|公司|协会")
_TRAVEL_DOCUMENT = re.compile(r"护照|通行证")
_PRIVATE_PERSON = re.compile(
    r"姓名|身份证|公民身份|先生|女士|同学|家长|户主|患者|本人|住址|家庭地址|家住|考生|申请人|受助|低保|"
    r"学生|家属|收件人"
)
_OFFICE_LINE = re.compile(
    r"值班|办公|咨询|监督|举报|热线|服务|客服|负责人|联系人|主任|科长|所长|站长|书记|河长|林长|网格|民警|"
    r"社区|村委|报名|招聘|预约|救援|联系电话|联系方式"
)
_QUANTITY = re.compile(r"\s{0,2}(?:元|人|吨|个|万|亿|户|次|件|头|亩|%|名|例|平方|公里|千瓦|美元)")


class _Kind(NamedTuple):
    tag: str
    name: str
    severity: Severity


_ID = _Kind("id_card", "公民身份号码", Severity.DEDUCTION)
_OLD_ID = _Kind("id_card_15", "疑似15位身份证号码", Severity.REMINDER)
_CARD = _Kind("bank_card", "银行卡号", Severity.DEDUCTION)
_MAYBE_CARD = _Kind("bank_card", "疑似银行卡号", Severity.HINT)
_PASSPORT = _Kind("passport", "护照或通行证号码", Severity.REMINDER)
_PRIVATE_MOBILE = _Kind("mobile", "个人手机号码", Severity.REMINDER)
_SOME_MOBILE = _Kind("mobile", "手机号码", Severity.HINT)


class PersonalNumber(Rule):
    """国办发〔2018〕123号: 保护国家秘密、商业秘密和个人隐私. Masked as `138****1234` and `35*************123`.

    An identity number counts by its check digit and needs no confirmation. A card counts by Luhn beside 卡号 or 银行卡;
    elsewhere it is a hint. A mobile number is a hint, and a reminder beside a private person's name or papers. Service
    lines (400, 800, landlines, 12345), order and document numbers, quantities and masked numbers do not count.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        folded = fold(text)
        for match in _NUMBERS.finditer(folded.text):
            kind = _kind(folded.text, match)
            if kind is None:
                continue
            start, end = folded.span(*match.span())
            yield Hit(
                rule="personal_number",
                severity=kind.severity,
                start=start,
                end=end,
                text=text[start:end],
                suggestion=mask(text[start:end].upper()),
                advice=f"请脱敏为 {mask(match.group().upper())}。",
                tag=kind.tag,
                kind=kind.tag,
                reason=kind.name,
            )

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        kinds = "、".join(dict.fromkeys(place.hit.reason or "" for place in places))
        shown = "、".join(dict.fromkeys(mask(place.hit.text) for place in places[:5]))
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}出现未脱敏的{first.hit.reason}（{mask(first.hit.text)}），"
            f"请核实是否为个人信息并隐藏处理；共{len(places)}处。",
            measured=f"{kinds}{len(places)}处：{shown}",
            threshold="0处",
            confirm=first.hit.tag != _ID.tag,
        )


def _kind(text: str, match: re.Match[str]) -> _Kind | None:
    number = bare(match.group())
    before = text[max(0, match.start() - 14) : match.start()]
    if _is_other_number(before):
        return None
    if is_id_number(number):
        return _ID
    if number[0].isalpha():
        return _PASSPORT if _TRAVEL_DOCUMENT.search(before) else None
    if _QUANTITY.match(text, match.end()):
        return None
    return _mobile(text, match) if _MOBILE.fullmatch(number) else _long_number(number, before, text, match)


def _long_number(number: str, before: str, text: str, match: re.Match[str]) -> _Kind | None:
    if _ID_CONTEXT.search(before):
        return _OLD_ID if is_old_id_number(number) else None
    return _card(number, before, text[max(0, match.start() - 60) : match.end() + 20])


def _is_other_number(before: str) -> bool:
    """True when the nearest word before the number names something else: an order, a document, a chat group."""
    other = [found.end() for found in _NOT_PERSONAL.finditer(before)]
    personal = [found.end() for found in _PERSONAL.finditer(before)]
    return bool(other) and max(other) > max(personal, default=0)


def _mobile(text: str, match: re.Match[str]) -> _Kind:
    around = text[max(0, match.start() - 30) : match.end() + 20]
    private = _PRIVATE_PERSON.search(around) and not _OFFICE_LINE.search(around)
    return _PRIVATE_MOBILE if private else _SOME_MOBILE


def _card(number: str, before: str, around: str) -> _Kind | None:
    if not is_card_number(number):
        return None
    of_unit = _UNIT_ACCOUNT.search(around)
    if _CARD_CONTEXT.search(before):
        return _MAYBE_CARD if of_unit else _CARD
    if _ACCOUNT_CONTEXT.search(before):
        return None if of_unit else _MAYBE_CARD
    return _MAYBE_CARD if _ISSUED_CARD.match(number) and len(number) >= 15 else None
