"""What an office writes around the accounts of a ledger: sums, sections, notes, examples, signatures.

Only a row that could never become an account is taken for one of these: without a link, and without an id unless the
"id" is a short count.
"""

import re
from collections.abc import Mapping, Sequence

from shared.ledger.columns import is_ledger_header, recognise
from shared.ledger.values import CellValue, fold, shown

_EXAMPLE = re.compile(r"[(（【]?(?:填写|填报)?(?:示例|样例|举例|例如?|范例|说明|要求)[)）】:：]?$")
_SIGNATURE = re.compile(
    r"(?:填表|填报|制表|经办|审核|审批|审签|复核|签发|签字|盖章|报送|统计)[一-鿿]{0,4}(?:[(（].{0,8}[)）])?[:：]"
)
_SUM_WORD = r"(?:本页|本表|全市|全区|全县|全省|以上)?(?:合|总|小|共|累|统)计(?:数量|个数|数)?|总数|总和"
_SUM = re.compile(
    rf"(?:{_SUM_WORD})[:：]?(?:[(（].*[)）])?[:：]?(?:共?\d+[个条家户项]?(?:账号)?)?[。.]?|共(?:有|计)?\d+(?:个|家|条|项).*"
)
_NOTE = re.compile(
    r"[*※★]?(?:备?注|附注|附|说明|填表说明|填写说明|填报说明|填报要求|填写要求|统计口径|数据来源|统计时间|统计日期|截止日期|截至|联系人|联系电话|联系方式|(?:填报)?单位)\d*[:：]"
    r"|(?:截至|截止)\d{4}年"
    r"|[*※★].{2,}"
)
_SECTION = re.compile(
    r"(?:[(（][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十]{1,3}[部类章])\s*\S+"
)
_COUNT = re.compile(r"\d{1,4}(?:\.0)?[个家条项]?|")


def is_header_again(cells: Sequence[CellValue], header: Sequence[CellValue], fields: Mapping[str, int]) -> bool:
    """The header repeated for printing."""
    index = fields["name"]
    same = index < len(cells) and shown(cells[index]) == shown(header[index])
    return same or is_ledger_header(recognise(cells))


def note_of(cells: Sequence[CellValue], filled: Mapping[str, CellValue], fields: Mapping[str, int]) -> str | None:
    """The words by which a row is no account; null for one that is, or that should have been."""
    texts = [text for cell in cells if (text := shown(cell))]
    if _is_one_text(texts, filled):
        return texts[0]
    used = {*fields.values()}
    beside = [shown(cell) for index, cell in enumerate(cells[: min(used) + 1]) if index not in used]
    if examples := [text for text in beside if _EXAMPLE.match(text)]:
        return examples[0]
    if "url" in filled:
        return None
    signed = texts if "id" not in filled else texts[:1]
    if signatures := [text for text in signed if _SIGNATURE.match(text)]:
        return signatures[0]
    if not _COUNT.fullmatch(fold(filled.get("id"))):
        return None
    return next((text for text in texts[:2] if _is_around(fold(text))), None)


def _is_around(text: str) -> bool:
    return bool(_SUM.fullmatch(re.sub(r"\s", "", text)) or _NOTE.match(text) or _SECTION.match(text))


def _is_one_text(texts: Sequence[str], filled: Mapping[str, CellValue]) -> bool:
    """A line merged across the table: its words stand in every cell, also where a platform should be."""
    return (
        len(texts) > 1 and len(set(texts)) == 1 and bool(filled.keys() & {"platform", "url", "id"}) and len(filled) > 2
    )
