"""Two that make a whole and do not add up to it, with no 共 before: 抽检120批次，合格115批次，不合格15批次."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
from services.analyzer.language.proof.sums import AMOUNT, COMPLEMENT, SOME, UNIT, unless_equal

PHRASES = (
    *(
        "不合格",
        "不达标",
        "不通过",
        "不符合",
        "不满意",
        "未通过",
        "未完成",
        "未达标",
        "未办结",
        "未整改",
        "未销号",
        "未成交",
    ),
    *("，女", "、女", "；女"),
)
_TWO = re.compile(
    rf"{AMOUNT} ?({UNIT})[，,；;](?:其中[：:，,]?)?([一-鿿]{{1,6}}){AMOUNT} ?\2[，,、；;]"
    rf"([一-鿿]{{1,7}}){AMOUNT} ?\2(?![、，,；;和及][一-鿿]{{1,16}}[0-9])"
)
_NO_WHOLE = re.compile(rf"[共计][一-鿿]{{0,12}}\Z|[0-9] ?{UNIT}[、，,和及][^。；;\n]{{0,12}}\Z")
"""What `sums` asks about, or one of several parts: 肇庆5例，清远6例，男性3例，女性2例."""

_NEAR, _BEFORE, _BEHIND = 24, 48, 20


def find(text: str, _places: Places, phrases: Occurrences) -> Iterator[Fault]:
    for occurrence in phrases:
        place = occurrence.start
        found = _TWO.search(text, max(0, place - _BEFORE), place + _BEHIND)
        if found is None or not found.end(4) <= place + 1 <= found.start(6):
            continue
        if _NO_WHOLE.search(text, max(0, found.start() - _NEAR), found.start()) or SOME.search(found[0]):
            continue
        if COMPLEMENT.fullmatch(f"{found[3]}|{found[5]}"):
            yield from unless_equal(found[1], (found[4], found[6]), found[2], found.start(1), found.end(2))
