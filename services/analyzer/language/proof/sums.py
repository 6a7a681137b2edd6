"""Parts that do not add up to their whole: 共12例，其中A市5例、B县6例."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places

KIND = "sum"
SIGNS = "共"
PHRASES = ("合计", "总计")
UNIT = (
    r"万?(?:例|人次|批次|场次|人|名|个|件|起|户|家|所|处|宗|辆|台|套|项|元|亩|吨|公里|平方米|头|只|份|篇|条|座|间|幅|"
    r"批|位)"
)
AMOUNT = r"(?<![\d.,])(\d{1,9}(?:\.\d{1,4})?)"
_SAYS = r"(?:分别(?:为|是|来自|位于)?|其中[：:，,]?|包括|即)"
_WHOLE = re.compile(
    r"(?:共计?|计)[一-鿿]{0,12}(?:[（(](?P<other>[一-鿿]{1,6})[）)])?"
    rf"(?P<amount>{AMOUNT}) ?(?P<unit>{UNIT})(?P<noun>[一-鿿]{{0,8}}?)"
    rf"(?P<says>[：:]|[，,（(。；;]\s?(?:{_SAYS}|(?=[男女])))"
)
_PART = re.compile(rf"([^\d，。；;、,（）()\n]{{1,16}}?){AMOUNT} ?({UNIT})(?P<noun>[一-鿿]{{0,4}}?)(?:[、，,和及]|\Z)")
_END = re.compile(r"[。；;\n）)]|\Z")
SOME = re.compile(r"等|其余|其他|另有|还有|不含|此外|包含|新增|累计|以上|左右|约|近|余|多|部分|主要|兼|既")
_PLACE = re.compile(
    r"(?:和|及|以及)?[A-Z一-鿿]{1,12}(?:省|市|县|区|州|盟|旗|镇|乡|村|街道|社区|第[一二三四五六七八九十]{1,3}师|团场)\Z"
)
_SAYS_ALL = re.compile("分别|即|[：:]")
COMPLEMENT = re.compile(r"男([生性]?)\|女\1|女([生性]?)\|男\2|已?([一-鿿]{1,6})\|[不未非]\3")
_LONGEST = 400


def find(text: str, places: Places, phrases: Occurrences) -> Iterator[Fault]:
    """Only after 分别为 and the like, or after 其中 when places are named to the end, which cannot overlap."""
    for place in (*places, *(occurrence.start + 1 for occurrence in phrases)):
        whole = _WHOLE.match(text, place)
        end = _END.search(text, whole.end(), whole.end() + _LONGEST) if whole else None
        if whole is not None and end is not None:
            yield from _add_up(text, whole, end.start())


def _add_up(text: str, whole: re.Match[str], end: int) -> Iterator[Fault]:
    parts, place, unit = [], whole.end(), whole["unit"]
    while place < end and (part := _PART.match(text, place, end)) is not None:
        parts.append(part)
        place = part.end()
    if len(parts) < 2 or place < end or any(part[3] != unit for part in parts):
        return
    if SOME.search(text, whole.start(), end) or not _are_all(whole, parts):
        return
    amounts = [part[2] for part in parts]
    yield from unless_equal(whole["amount"], amounts, unit, whole.span("amount")[0], whole.span("unit")[1])


def unless_equal(whole: str, parts: Sequence[str], unit: str, start: int, end: int) -> Iterator[Fault]:
    total, added = Decimal(whole), sum(map(Decimal, parts))
    if total != added:
        reason = f"各项相加为{added}{unit}（{'+'.join(parts)}），与总数{total}{unit}不符"
        yield Fault(start, end, KIND, reason)


def _are_all(whole: re.Match[str], parts: list[re.Match[str]]) -> bool:
    """其中 alone may name some, and men, women and party members overlap."""
    labels = [part[1] for part in parts]
    if len(parts) == 2 and _are_both(whole, labels):
        return True
    if len(parts) == 2 and COMPLEMENT.fullmatch("|".join(labels)):
        return True
    are_places = all(map(_PLACE.fullmatch, labels))
    noun = whole["noun"]
    if noun and any(part["noun"] != noun for part in parts):  # 3个考点：一中20个 (考场); 50个村，其中贫困村15个
        return are_places and not any(part["noun"] or part[1].endswith(noun[0]) for part in parts)
    says_all = "其中" not in whole["says"] and _SAYS_ALL.search(whole["says"]) is not None
    return says_all or are_places


def _are_both(whole: re.Match[str], labels: list[str]) -> bool:
    """村（社区）168个，其中村132个、社区26个."""
    if whole["other"] is None:
        return False
    before = whole.group()[: whole.start("other") - whole.start() - 1]
    return whole["other"] == labels[1] and before.endswith(labels[0])
