"""Text that was read in a wrong encoding: 锟斤拷, 鍏充簬, ä¸­å›½, ï»¿, �."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places
from shared.events import Severity

KIND = "garbled"
_REASON = "编码错误产生的乱码"
_ODD = "\ufffdâåäæçèéÃÂ"
_LOST = re.compile(
    "(?:锟斤拷?|拷锟)+|烫烫烫+|屯屯屯+|ï»¿|(?:ï¿½)+|\ufffd{2,99}|"
    "(?:â€[\u0080-\u00bf\u2013-\u203a\u20ac-\u2122œžšŠŽŒ]){1,9}|"
    "(?:[äåæçèé][\u0080-\u00bf\u2013-\u203a\u02c6\u02dc\u0152-\u0192\u20ac-\u2122]{2}){2,99}|"
    "(?:[ÃÂ][\u0080-\u00bf\u2013-\u203a\u0152-\u0192\u20ac-\u2122]){2,99}"
)
_READ_AS_GBK = "锛銆鐨鈥涓浜鍥鍏鏄鎴绗璇闂鍦鍙鍒"
"""What ，。的“中人国关是我第说问在可分 in UTF-8 look like in GBK: rare characters."""

SIGNS = _ODD + _READ_AS_GBK
PHRASES = ("锟斤", "拷锟", "烫烫烫", "屯屯屯", "ï»¿", "ï¿½")
_RUN = re.compile(r"[^\x00-\x7f，。、；：！？“”《》（）\s]{4,200}")
_CHINESE = re.compile(r"[一-鿿，。、；：“”《》（）]{2,}")


def find(text: str, places: Places, phrases: Occurrences) -> Iterator[Fault]:
    """Nobody can tell what it was, except where the bytes are all there."""
    signs = {text[place] for place in places}
    if phrases or signs.intersection(_ODD):
        for match in _LOST.finditer(text):
            yield Fault(match.start(), match.end(), KIND, _REASON, suggestion=_meant(match[0], "cp1252"))
        if text.count("\ufffd") == 1:  # may be half of an emoji or a rare character that was lost on the way to us
            place = text.find("\ufffd")
            yield Fault(place, place + 1, KIND, "疑似乱码，原字符已丢失", Severity.HINT)
    if signs.intersection(_READ_AS_GBK):
        for match in _RUN.finditer(text):
            meant = _meant(match[0], "gb18030")
            if meant is not None or _reads_as_another(match[0]):
                yield Fault(match.start(), match.end(), KIND, _REASON, suggestion=meant)


def _meant(words: str, encoding: str) -> str | None:
    """The Chinese that was written, if the words are its bytes read in this encoding."""
    try:
        meant = words.encode(encoding).decode()
    except UnicodeError:
        return None
    return meant if _CHINESE.fullmatch(meant) else None


def _reads_as_another(words: str) -> bool:
    """Bytes at the end were lost; what is left makes two characters of every three, as UTF-8 in GBK does."""
    meant = words.encode("gb18030", "ignore").decode("utf-8", "ignore")
    return len(meant) >= max(2, 0.5 * len(words)) and _CHINESE.fullmatch(meant) is not None
