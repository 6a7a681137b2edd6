"""Parts that do not add up to their whole: 共12例，其中A市5例、B县6例."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Spots

KIND = "sum"
SIGNS = "共"
PHRASES = ("合计", "总计")
_UNIT = (
    r"万?(?:例|人次|批次|场次|人|名|个|件|起|户|家|所|处|宗|辆|台|套|项|元|亩|吨|公里|平方米|头|只|份|篇|条|座|间|幅|"
    r"批|位)"
)
_AMOUNT = r"(?<![\d.,])(\d{1,9}(?:\.\d{1,4})?)"
_SAYS = r"(?:分别(?:为|是|来自|位于)?|其中[：:，,]?|包括|即)"
_WHOLE = re.compile(
<<<<<<< HEAD
    r"(?:共计?|计)[一-鿿]{0,12}?(?:(?P<one>[一-鿿])[（(](?P<other>[一-鿿]{1,6})[）)])?"
    rf"(?P<amount>{_AMOUNT}) ?(?P<unit>{_UNIT})(?P<noun>[一-鿿]{{0,8}}?)"
=======
    rf"(?:共计?|计)[一-鿿]{{0,12}}{_AMOUNT} ?({_UNIT})(?P<noun>[一-鿿]{{0,8}}?)"
>>>>>>> main
    rf"(?P<says>[：:]|[，,（(。；;]\s?(?:{_SAYS}|(?=[男女])))"
)
_PART = re.compile(
    rf"([^\d，。；;、,（）()\n]{{1,16}}?){_AMOUNT} ?({_UNIT})(?P<noun>[一-鿿]{{0,4}}?)(?:[、，,和及]|\Z)"
)
_END = re.compile(r"[。；;\n）)]|\Z")
_SOME = re.compile(r"等|其余|其他|另有|还有|不含|此外|包含|新增|累计|以上|左右|约|近|余|多|部分|主要|兼|既")
_PLACE = re.compile(
    r"(?:和|及|以及)?[A-Z一-鿿]{1,12}(?:省|市|县|区|州|盟|旗|镇|乡|村|街道|社区|第[一二三四五六七八九十]{1,3}师|团场)\Z"
)
_SAYS_ALL = re.compile("分别|即|[：:]")
_COMPLEMENT = re.compile(r"男([生性]?)\|女\1|女([生性]?)\|男\2|([一-鿿]{1,6})\|[不未非]\3")
_TWO = re.compile(
    rf"{_AMOUNT} ?({_UNIT})[，,；;](?:其中[：:，,]?)?([一-鿿]{{1,6}}){_AMOUNT} ?\2[，,、；;]"
    rf"([一-鿿]{{1,7}}){_AMOUNT} ?\2(?![、，,；;和及][一-鿿]{{1,16}}[0-9])"
)
_NO_WHOLE = re.compile(rf"[共计][一-鿿]{{0,12}}\Z|[0-9] ?{_UNIT}[、，,和及][^。；;\n]{{0,12}}\Z")
"""Another rule's whole, or one of several parts: 肇庆5例，清远6例，男性3例，女性2例."""

_NEAR = 24
_NEGATIONS = tuple(mark + word for word in ("不", "未", "女") for mark in "，、,；")
"""What stands before the second of two that make a whole."""

_LONGEST = 400


def find(text: str, spots: Spots) -> Iterator[Fault]:
    """Only after 分别为 and the like, or after 其中 when places are named to the end, which cannot overlap."""
<<<<<<< HEAD
    if any(sign in text for sign in _NEGATIONS):
        yield from _two(text)
    if not holds_any(text, _RARE):
        return
    for sign in ("共", "计"):
        for place in places(text, sign):
            if sign == "计" and text[place - 1 : place] not in ("合", "总"):
                continue
            whole = _WHOLE.match(text, place)
            end = _END.search(text, whole.end(), whole.end() + _LONGEST) if whole else None
            if whole is not None and end is not None:
                yield from _add_up(text, whole, end.start())
=======
    for place in (*spots.signs, *(occurrence.start + 1 for occurrence in spots.phrases)):
        whole = _WHOLE.match(text, place)
        end = _END.search(text, whole.end(), whole.end() + _LONGEST) if whole else None
        if whole is not None and end is not None:
            yield from _add_up(text, whole, end.start())
>>>>>>> main


def _two(text: str) -> Iterator[Fault]:
    """合格 and 不合格 behind an amount of the same unit, with no 共 before it."""
    for found in _TWO.finditer(text):
        is_whole = not _NO_WHOLE.search(text, max(0, found.start() - _NEAR), found.start())
        if is_whole and _COMPLEMENT.fullmatch(f"{found[3]}|{found[5]}") and not _SOME.search(found[0]):
            yield from _unless_equal(found[1], (found[4], found[6]), found[2], found.start(1), found.end(2))


def _add_up(text: str, whole: re.Match[str], end: int) -> Iterator[Fault]:
    parts, place, unit = [], whole.end(), whole["unit"]
    while place < end and (part := _PART.match(text, place, end)) is not None:
        parts.append(part)
        place = part.end()
    if len(parts) < 2 or place < end or any(part[3] != unit for part in parts):
        return
    if _SOME.search(text, whole.start(), end) or not _are_all(whole, parts):
        return
    amounts = [part[2] for part in parts]
    yield from _unless_equal(whole["amount"], amounts, unit, whole.start("amount"), whole.end("unit"))


def _unless_equal(whole: str, parts: Sequence[str], unit: str, start: int, end: int) -> Iterator[Fault]:
    total, added = Decimal(whole), sum(map(Decimal, parts))
    if total != added:
        reason = f"各项相加为{added}{unit}（{'+'.join(parts)}），与总数{total}{unit}不符"
        yield Fault(start, end, KIND, reason)


def _are_all(whole: re.Match[str], parts: list[re.Match[str]]) -> bool:
    """其中 alone may name some, and men, women and party members overlap."""
    labels = [part[1] for part in parts]
    if whole["other"] and len(parts) == 2 and labels[0].endswith(whole["one"]) and labels[1] == whole["other"]:
        return True  # 村（社区）168个，其中村132个、社区26个
    if len(parts) == 2 and _COMPLEMENT.fullmatch("|".join(labels)):
        return True
    are_places = all(map(_PLACE.fullmatch, labels))
    noun = whole["noun"]
    if noun and any(part["noun"] != noun for part in parts):  # 3个考点：一中20个 (考场); 50个村，其中贫困村15个
        return are_places and not any(part["noun"] or part[1].endswith(noun[0]) for part in parts)
    says_all = "其中" not in whole["says"] and _SAYS_ALL.search(whole["says"]) is not None
    return says_all or are_places
