"""Whether a hit is a word of its own, by the words around it."""

import bisect
import functools
import itertools
from collections.abc import Sequence

from services.analyzer.language.text import segmenter

_WINDOW = 12
"""Code points on either side of a hit that the segmenter sees; more changes nothing, and costs."""

_UNKNOWN_WORD_COUNT = 50
"""How often a word is taken to occur that jieba's dictionary does not hold; without it such a word never wins."""

_TIE = 1.0
"""Log-probability by which another reading must be likelier before a hit counts as cut across words."""

_LIKELIEST = -4.2
"""Log-probability that no word exceeds, not even 的: what is hopeless with it needs no closer look."""

_TOPIC_BEFORE = ("反", "假", "非法", "涉", "黑", "禁", "防", "网络", "电信", "跨境", "地下", "国际")
_TOPIC_AFTER = (
    *("业", "女", "者", "犯", "罪", "案", "案件", "集团", "团伙", "分子", "人", "人员", "类", "品", "法", "膜", "贩"),
    *("网", "网站", "片", "机", "场", "所", "场所", "窝点", "活动", "行为", "犯罪", "走私", "贩私", "势力", "船", "日"),
)
"""What may stand beside a word inside one longer word without changing what it speaks of: 贩毒集团, 反洗钱法."""


def is_whole_word(text: str, start: int, end: int) -> bool:
    """False when the hit is only a piece of other words: 口交 in 路口交通, 处女 in 处女座. `text` is folded."""
    first, last = segmenter.stretch(text, start, end, _WINDOW)
    if first == start and last == end:
        return True
    return _is_whole_in_window(text[first:last], start - first, end - first)


def is_whole_among(words: Sequence[str], text: str, start: int, end: int) -> bool:
    """As `is_whole_word`, with `words` as the cut of the text."""
    edges = list(itertools.accumulate(map(len, words), initial=0))
    if start in edges and end in edges:
        return True
    left, right = bisect.bisect_right(edges, start) - 1, bisect.bisect_left(edges, end)
    return _stands(words[left:right], text[edges[left] : start], text[start:end], text[end : edges[right]])


@functools.lru_cache(maxsize=512)
def _is_whole_in_window(window: str, start: int, end: int) -> bool:
    return is_whole_among(segmenter.cut(window), window, start, end)


def _stands(touched: Sequence[str], before: str, word: str, after: str) -> bool:
    """`touched`: the words of the likeliest cut that the hit lies on; `before` and `after`: what they have more."""
    if len(touched) == 1:  # a longer word of the dictionary, with a meaning of its own
        return len(word) > 1 and _keeps_topic(before, after)
    as_best = sum(map(segmenter.weight, touched)) - _TIE
    as_word = segmenter.weight(word, _UNKNOWN_WORD_COUNT)
    if as_best > as_word + _LIKELIEST * (bool(before) + bool(after)):
        return False
    return as_best <= as_word + _likelihood(before) + _likelihood(after)


def _likelihood(piece: str) -> float:
    if not piece:
        return 0.0
    return segmenter.weight(piece) if len(piece) == 1 or segmenter.is_word(piece) else segmenter.likelihood(piece)


def looks_disguised(text: str, start: int, end: int) -> bool:
    """True when the place reads as no ordinary words: 赌搏 and 贝者博 do, 读博士 and 女子 do not. `text` is folded."""
    first = max(0, start - _WINDOW)
    words = segmenter.spans(text[first : end + _WINDOW])
    inside = [(left + first, right + first) for left, right in words if left + first < end and right + first > start]
    if inside[0][0] < start or inside[-1][1] > end:
        return False
    return any(right - left == 1 for left, right in inside)


def _keeps_topic(before: str, after: str) -> bool:
    return (not before or before in _TOPIC_BEFORE) and (not after or after in _TOPIC_AFTER)
