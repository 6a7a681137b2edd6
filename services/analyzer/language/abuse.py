"""Abuse that reads like ordinary words: 他妈的电话号码 is his mother's, 你妈逼婚 is about marriage."""

from services.analyzer.language import segmenter

_MOTHERS = ("妈的", "娘的")
_URGES = ("妈逼", "妈b")
_URGED = "你我他她着婚急迫问孩学生去上读相嫁娶您咱"
_NOUNS = ("n", "vn", "an", "t")
_NEXT_WORD = 8


def is_abuse(text: str, start: int, end: int) -> bool:
    """Whether a word of abuse in a folded text is meant as such, as far as what follows it tells."""
    word, after = text[start:end], text[end : end + _NEXT_WORD]
    if word.endswith(_MOTHERS):
        return not _is_thing(after)
    return not (word.endswith(_URGES) and after[:1] in tuple(_URGED))


def _is_thing(after: str) -> bool:
    """True when a noun follows, so that 的 tells whose it is."""
    if not after or not "一" <= after[0] <= "鿿":
        return False
    first = segmenter.cut(after)[0]
    return any((segmenter.tag(word) or "").startswith(_NOUNS) for word in (first, first[:2]))
