"""Words and punctuation written twice: 进一步进一步, 的的, ，， - and not 天天, 的的确确, 一个一个, 讨论讨论."""

import re
from collections.abc import Iterator

import numpy as np

from services.analyzer.language import segmenter
from services.analyzer.language.proof.fault import Fault, graded

KIND = "doubled"
_LONGEST = 12
_WINDOW = 10
_CHINESE = re.compile(r"[一-鿿]+")
_TWO_MARKS = re.compile(r"[，、；：。][，、；：。]+")
_SIGNS = frozenset("的了是在和与及为对并而也就都且或由把")
"""Characters that no two of a kind follow each other where the segmenter cuts both off as words."""
_FREE = frozenset("的了是")
"""What follows these may begin with any character; what follows the others has to be a word, since jieba does not
know all names (和|和县) and compounds (在|在建)."""
_NEVER_TWICE = frozenset(
    [
        "进行",
        "以及",
        "通过",
        "对于",
        "根据",
        "按照",
        "关于",
        "为了",
        "并且",
        "必须",
        "应当",
        "应该",
        "切实",
        "不断",
        "加强",
        "推进",
        "坚持",
        "深入",
        "开展",
        "实现",
        "确保",
        "提高",
        "推动",
        "促进",
        "贯彻",
        "实施",
        "落实",
        "完善",
        "加快",
        "加大",
        "强化",
        "提升",
        "积极",
        "认真",
        "全面",
        "持续",
        "扎实",
        "严格",
        "充分",
        "进而",
        "从而",
        "因此",
        "因为",
        "由于",
        "如果",
        "虽然",
        "但是",
        "然而",
        "同时",
        "此外",
        "另外",
        "其中",
        "其他",
        "以上",
        "以下",
        "已经",
        "正在",
        "将要",
        "能够",
        "围绕",
        "结合",
        "针对",
        "依据",
        "依照",
        "经过",
        "作为",
        "成为",
        "具有",
        "属于",
        "包括",
        "涉及",
        "存在",
        "采取",
        "做好",
        "抓好",
        "构建",
        "建立",
        "健全",
        "打造",
        "主要",
        "重点",
        "有效",
        "有关",
        "相关",
        "明确",
        "召开",
        "举行",
        "参加",
        "指出",
        "表示",
        "认为",
        "发布",
        "印发",
        "一步",
        "一系列",
        "各级",
        "各类",
        "各地",
        "全市",
        "全县",
        "全区",
        "全省",
        "全国",
        "今年",
        "去年",
        "目前",
        "近日",
        "日前",
        "上午",
        "下午",
        "当前",
        "深化",
        "巩固",
        "夯实",
        "压实",
        "聚焦",
        "引导",
        "营造",
        "弘扬",
        "践行",
        "牢记",
        "牢固",
        "树立",
        "制定",
        "出台",
        "下发",
        "转发",
        "收到",
        "位于",
        "关于",
        "截至",
        "截止",
    ]
)
"""Official words that nobody says twice to try, to soften or to stress (讨论讨论, 很多很多, 非常非常)."""
_NOUNS = frozenset(
    [
        "群众",
        "干部",
        "同志",
        "部门",
        "单位",
        "人员",
        "企业",
        "项目",
        "问题",
        "情况",
        "任务",
        "措施",
        "精神",
        "会议",
        "代表",
        "我市",
        "我县",
        "我区",
        "我省",
        "我局",
        "我国",
    ]
)
"""Wrong where the phrase ends with the second; before another noun it may begin a name (社区社区服务中心)."""
_IN_TURN = re.compile(r"[一二三四五六七八九十两几半每逐多好很太真非越再不来走加谢恭哈嘿嘟]")
_GOES_ON = re.compile(r"[一-鿿]")
_PHRASE_ENDS = re.compile(r"[，。；、！？）”的了和与]|\Z")


def find(text: str) -> Iterator[Fault]:
    """Sure of three characters and more inside a clause, and of words that are never said twice in a row."""
    for match in _TWO_MARKS.finditer(text):
        fault = _of_marks(text, match)
        if fault is not None:
            yield fault
    reach = 0
    for start, length in sorted(_repeats(text), key=lambda repeat: (repeat[0], -repeat[1])):
        if start >= reach:
            fault = _single(text, start) if length == 1 else _several(text, start, length)
            if fault is not None:
                reach = fault.end
                yield fault


def _repeats(text: str) -> Iterator[tuple[int, int]]:
    """Start and length of each stretch of Chinese that stands there again at once."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    for length in range(1, min(_LONGEST, len(text) // 2) + 1):
        same = (codes[length:] == codes[:-length]).tobytes()
        place = same.find(b"\1" * length)
        while place >= 0:
            word = text[place : place + length]
            if word in _SIGNS if length == 1 else len(set(word)) > 1 and _CHINESE.fullmatch(word):
                yield place, length
            place = same.find(b"\1" * length, place + 1)


def _single(text: str, start: int) -> Fault | None:
    word = text[start]
    if text[start - 1 : start] == word or text[start + 2 : start + 3] == word:
        return None
    ends = _cut_at(text, start, start + 2)
    if not {start, start + 1, start + 2} <= ends:
        return None
    if word not in _FREE and start + 3 in ends:
        return None
    return Fault(start, start + 2, KIND, f"“{word}”重复", suggestion=word)


def _several(text: str, start: int, length: int) -> Fault | None:
    word, end = text[start : start + length], start + 2 * length
    if _IN_TURN.match(word) or word[0] in "的了着" or word[-1] in "的了着著" or text.startswith(word, end):
        return None
    if not {start, start + length, end} <= _cut_at(text, start, end):
        return None
    return Fault(start, end, KIND, f"“{word}”重复", graded(certain=_is_sure(text, word, start, end)), word)


def _is_sure(text: str, word: str, start: int, end: int) -> bool:
    if word in _NEVER_TWICE:
        return True
    if len(word) == 2:
        return word in _NOUNS and _PHRASE_ENDS.match(text, end) is not None
    return any(_GOES_ON.match(beside) for beside in (text[end : end + 1], text[max(0, start - 1) : start]))


def _cut_at(text: str, start: int, end: int) -> set[int]:
    """Where the segmenter cuts the text around the place."""
    first = max(0, start - _WINDOW)
    spans = segmenter.spans(text[first : end + _WINDOW])
    return {first} | {first + span_end for _, span_end in spans}


def _of_marks(text: str, match: re.Match[str]) -> Fault | None:
    """A row of full stops is an ellipsis of a kind; a colon before another mark may be a face or a ratio."""
    marks = match[0]
    if "。。。" in marks or (len(marks) > 2 and len(set(marks)) == 1):
        return None
    suggestion = marks[0] if len(set(marks)) == 1 else ("。" if marks in ("；。", "，。", "、。") else None)
    return Fault(match.start(), match.end(), KIND, f"标点“{marks}”重复", suggestion=suggestion)
