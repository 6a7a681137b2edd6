"""Tables flattened to text: under which headings a number stands, and whether it has its line or cell to itself."""

import bisect
import functools
import re

_HEADING = r"[^。；;！？!?0-9]{0,60}?"
_PERSON = r"(?:姓\s?名|户主|户名|领款人|补贴对象|受益人|持卡人|申请人|学生|领取人|收款人)"
_ACCOUNT = r"(?:银行卡|卡\s?号|账\s?号|帐\s?号|账户|帐户|一卡通)"
_HOME = r"(?:家庭住址|住\s?址|居住地|地\s?址)"
_MOBILE = r"(?:手机|电话|联系方式)"
_CELL_EDGE = "\n\r\t|｜│"
_FARTHEST = 20_000


def _beside(column: str) -> re.Pattern[str]:
    """A heading row: the person's column and this one, nothing but other headings between them, no colon behind."""
    return re.compile(
        rf"{_PERSON}(?![:：]){_HEADING}{column}(?!号?码?[:：为是])|{column}(?![:：]){_HEADING}{_PERSON}(?![:：])"
    )


_HEADS = {"account": _beside(_ACCOUNT), "home": _beside(_HOME), "mobile": _beside(_MOBILE)}


def heading_before(text: str, column: str, start: int) -> bool:
    """True when a heading row with persons and this column (`account`, `home`, `mobile`) stands above the place."""
    headings = _headings(text, column)
    above = bisect.bisect_right(headings, start)
    if not above or start - headings[above - 1] > _FARTHEST:
        return False
    return any(edge in text[headings[above - 1] : start] for edge in "\r\n")


@functools.lru_cache(maxsize=32)
def _headings(text: str, column: str) -> tuple[int, ...]:
    return tuple(match.end() for match in _HEADS[column].finditer(text))


def is_alone(text: str, start: int, end: int) -> bool:
    """True when nothing else stands in the line or cell: then the form alone tells what it is."""
    before = re.split(f"[{_CELL_EDGE}]", text[max(0, start - 30) : start])[-1]
    after = re.split(f"[{_CELL_EDGE}]", text[end : end + 30], maxsplit=1)[0]
    return not before.strip() and not after.strip()


def line_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the line begins and ends, at most 120 code points away."""
    before = max(text.rfind("\n", max(0, start - 120), start), text.rfind("\r", max(0, start - 120), start)) + 1
    after = text.find("\n", end, end + 120)
    return max(before, start - 120), after if after >= 0 else min(len(text), end + 120)
