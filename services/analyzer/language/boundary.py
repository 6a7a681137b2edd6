"""Whether a hit is a word of its own, by the words around it."""

import functools

from services.analyzer.language import segmenter

_WINDOW = 12
"""Code points on either side of a hit that the segmenter sees; more changes nothing, and costs."""

_UNKNOWN_WORD_COUNT = 50
"""How often a word is taken to occur that jieba's dictionary does not hold; without it such a word never wins."""

_TIE = 1.0
"""Log-probability by which another reading must be likelier before a hit counts as cut across words."""

_TOPIC_BEFORE = ("反", "假", "非法", "涉", "黑", "禁", "防", "网络", "电信", "跨境", "地下", "国际")
_TOPIC_AFTER = (
    *("业", "女", "者", "犯", "罪", "案", "案件", "集团", "团伙", "分子", "人", "人员", "类", "品", "法", "膜", "贩"),
    *("网", "网站", "片", "机", "场", "所", "场所", "窝点", "活动", "行为", "犯罪", "走私", "贩私", "势力", "船", "日"),
)
"""What may stand beside a word inside one longer word without changing what it speaks of: 贩毒集团, 反洗钱法."""


def is_whole_word(text: str, start: int, end: int) -> bool:
    """False when the hit is only a piece of other words: 口交 in 路口交通, 处女 in 处女座. `text` is folded."""
    first = max(0, start - _WINDOW)
    return _reads_as_word(text[first : end + _WINDOW], start - first, end - first)


def looks_disguised(text: str, start: int, end: int) -> bool:
    """True when the place reads as no ordinary words: 赌搏 and 贝者博 do, 读博士 and 女子 do not. `text` is folded."""
    first = max(0, start - _WINDOW)
    words = segmenter.spans(text[first : end + _WINDOW])
    inside = [(left + first, right + first) for left, right in words if left + first < end and right + first > start]
    if inside[0][0] < start or inside[-1][1] > end:
        return False
    return any(right - left == 1 for left, right in inside)


@functools.lru_cache(maxsize=4096)
def _reads_as_word(window: str, start: int, end: int) -> bool:
    best = segmenter.spans(window)
    edges = [0, *(last for _, last in best)]
    if start in edges and end in edges:
        return True
    around = next(((first, last) for first, last in best if first <= start and end <= last), None)
    if around is not None:  # a longer word of the dictionary, with a meaning of its own
        return end - start > 1 and _keeps_topic(window[around[0] : start], window[end : around[1]])
    as_word = segmenter.likelihood(window[:start]) + segmenter.likelihood(window[end:])
    as_word += segmenter.weight(window[start:end], _UNKNOWN_WORD_COUNT)
    as_best = sum(segmenter.weight(window[first:last]) for first, last in best)
    return as_best - as_word <= _TIE


def _keeps_topic(before: str, after: str) -> bool:
    return (not before or before in _TOPIC_BEFORE) and (not after or after in _TOPIC_AFTER)
