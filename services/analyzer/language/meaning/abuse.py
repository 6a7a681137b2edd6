"""Abuse that reads like ordinary words: 他妈的电话号码 is his mother's, 你妈逼婚 is about marriage."""

from services.analyzer.language.text import segmenter

_WHOSE = {"你妈的", "他妈的", "她妈的", "他娘的", "你大爷的"}
_ALONE = {"妈的", "尼玛的"}
_URGED = "你我他她着婚急迫问孩学生去上读相嫁娶您咱"
_PLAIN = {"傻逼", "大傻逼", "臭傻逼", "死傻逼"}
_CUT = ("日", "操", "干", "草")
_NOUNS = ("n", "vn", "an", "t")
_NEXT_WORD = 8


def is_abuse(text: str, start: int, end: int) -> bool:
    """Whether a word of abuse in a folded text is meant as such, as far as what stands beside it tells."""
    word, before, after = text[start:end], text[max(0, start - 1) : start], text[end : end + _NEXT_WORD]
    if word in _ALONE:  # 宝妈的 and 爸的、妈的 are possessive, 尼玛 is a county too
        return not (before.isalnum() or before == "、" or after[:1].isalnum())
    if word in _WHOSE:
        return not _is_thing(after)
    if before and word.startswith(_CUT) and segmenter.is_word(before + word[0]):  # 生日你妈妈来吗, 体操你妈也爱看
        return False
    return not _reads_on(word, after)


def _reads_on(word: str, after: str) -> bool:
    """True when what follows makes other words of it: 你妈逼婚, 装逼真的道具, 他妈妈, 你妈b超."""
    if word.endswith(("妈逼", "妈b")):
        return after[:1] in tuple(_URGED) or after.startswith("超")
    if word.endswith("逼") and word not in _PLAIN:
        return bool(after) and after[0] != "人" and segmenter.is_word("逼" + after[0])
    if word.endswith("他妈"):
        return after.startswith("妈") or (after.startswith("的") and _is_thing(after[1:]))
    return word.endswith("娘") and after.startswith("家")


def _is_thing(after: str) -> bool:
    """True when a noun follows, so that 的 tells whose it is."""
    if not after or not "一" <= after[0] <= "鿿":
        return False
    first = segmenter.cut(after)[0]
    return any((segmenter.tag(word) or "").startswith(_NOUNS) for word in (first, first[:2]))
