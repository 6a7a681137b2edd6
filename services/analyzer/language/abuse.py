"""Abuse that reads like ordinary words: 他妈的电话号码 is his mother's, 你妈逼婚 is about marriage."""

from services.analyzer.language import segmenter

_WHOSE = {"你妈的", "他妈的", "她妈的", "他娘的"}
_URGED = "你我他她着婚急迫问孩学生去上读相嫁娶您咱"
_NOUNS = ("n", "vn", "an", "t")
_NEXT_WORD = 8


def is_abuse(text: str, start: int, end: int) -> bool:
    """Whether a word of abuse in a folded text is meant as such, as far as what follows it tells."""
    word, after = text[start:end], text[end : end + _NEXT_WORD]
    if word in _WHOSE:
        return not _is_thing(after)
    if word == "尼玛的":  # a name and a county too
        return not after[:1].isalnum()
    if word.endswith("妈逼"):
        return after[:1] not in tuple(_URGED)
    if word.endswith("他妈"):
        return not (after.startswith("妈") or (after.startswith("的") and _is_thing(after[1:])))
    return not (word.endswith("娘") and after.startswith("家"))


def _is_thing(after: str) -> bool:
    """True when a noun follows, so that 的 tells whose it is."""
    if not after or not "一" <= after[0] <= "鿿":
        return False
    first = segmenter.cut(after)[0]
    return any((segmenter.tag(word) or "").startswith(_NOUNS) for word in (first, first[:2]))
