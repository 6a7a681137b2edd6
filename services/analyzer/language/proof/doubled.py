"""Words written twice: 进一步进一步, 的的 - and not 天天, 的的确确, 一个一个, 讨论讨论."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from services.analyzer.language.proof.fault import Fault, graded, is_short
from services.analyzer.language.proof.kind import Occurrences, Places
from services.analyzer.language.proof.repeats import repeats
from services.analyzer.language.text import segmenter

KIND = "doubled"
_WINDOW = 10
_SIGNS = frozenset("的了是在和与及为对并而也就都且或由把至将被从该")
"""Characters that no two of a kind follow each other where the segmenter cuts both off as words."""
_RARE_ALONE = 60_000
_USUAL, _HARDLY_ALONE, _CHANCE, _LONGER = 500, 10_000, 5, 20
_SOFTENED = re.compile("[啦吧呗嘛呢呀]|一下")
_HEADED = re.compile("[是为由在位将有于]")
_LEVELS = "省市县区镇乡"
_FREE = frozenset("的了是")
"""What follows these may begin with any character; what follows the others has to be a word, since jieba does not
know all names (和|和县) and compounds (在|在建)."""
_CAN_PRECEDE = re.compile(r"[^\W打]|[》”）)]")
_DATE_GOES_ON = re.compile(r"\d|(?<=日)[，。）上下至起前]")
_IN_TURN = re.compile(r"[一二三四五六七八九十两几半每逐多好很太真非越再不来走加谢恭哈嘿嘟]")
_NOUN_OF_VERB = "vn"
_NOUN_TAGS = ("n", "nt", "nz", "b")
_OFFICE = re.compile(r"委(?!托|屈|婉|以)|政府|人大|政协|纪委|长(?![一-鿿]{0,2}[大远期高])")
_GOES_ON = re.compile(r"[一-鿿]")
_TRIED = re.compile("把把[一-鿿]{0,4}[关脉门]")
_MARKS = re.compile(r"[，。；：,]")
_NEAR = 40
_PHRASE_ENDS = re.compile(r"[，。；、！？）”的了和与]|\Z")


def find(text: str, _places: Places, _phrases: Occurrences) -> Iterator[Fault]:
    """Sure of three characters and more inside a clause, and of words that are never said twice in a row."""
    reach = 0
    for start, length in sorted(repeats(text), key=lambda repeat: (repeat[0], -repeat[1])):
        if start >= reach:
            fault = _single(text, start) if length == 1 else _several(text, start, length)
            if fault is not None and not (length > 1 and _begins_longer(text, start + length, start + 2 * length)):
                reach = fault.end
                yield fault


def _single(text: str, start: int) -> Fault | None:
    word = text[start]
    if word in _LEVELS and (lost := _place_lost(text, start)):
        return lost
    if text[start - 1 : start] == word or text[start + 2 : start + 3] == word or _is_spread(text, start):
        return None
    if word == "们":
        wrong = text[start - 1 : start] not in tuple("哥姐爷娘弟妹")
    elif word == "各":  # 各各不同 is fine
        wrong = (segmenter.tag(text[start + 2 : start + 4]) or "").startswith("n")
    elif word in "年月日":
        wrong = _DATE_GOES_ON.match(text, start + 2) is not None and text[max(0, start - 1) : start].isdecimal()
    else:
        wrong = _sign_twice(text, start) if word in _SIGNS else _word_twice(text, start)
    return Fault(start, start + 2, KIND, f"“{word}”重复", suggestion=word) if wrong else None


def _is_spread(text: str, start: int) -> bool:
    """愉愉快快: each character of a word twice."""
    before, after = text[max(0, start - 2) : start], text[start + 2 : start + 4]
    return any(len(pair) == 2 and pair[0] == pair[1] and _GOES_ON.match(pair) for pair in (before, after))


def _sign_twice(text: str, start: int) -> bool:
    if text[start] in _FREE and not _CAN_PRECEDE.match(text[max(0, start - 1) : start]):  # 了了心愿, 打的的费用
        return False
    if text[start] in _FREE and segmenter.is_word(text[start + 1 : start + 3]):  # 扔了|了事, 是|是否
        return False
    if _TRIED.match(text, start):
        return False
    spans = _spans(text, start, start + 2)
    ends = {end for _, end in spans}
    follows = next((end - begin for begin, end in spans if begin == start + 2), 0)
    return {start + 1, start + 2} <= ends and _begins(spans, start) and (text[start] in _FREE or follows > 1)


def _begins(spans: list[tuple[int, int]], start: int) -> bool:
    return any(begin == start for begin, _ in spans)


def _ends_twice(text: str, start: int) -> bool:
    """提高高了: the verb before ends with it, and alone it is hardly a word. Not names (佐罗罗), nor 工作|作了."""
    word = text[start]
    if text[start + 2 : start + 3] not in ("了", "的", "着", "过") or segmenter.count(word) > _RARE_ALONE:
        return False
    spans = _spans(text, start, start + 2)
    before = next((text[begin:end] for begin, end in spans if begin < start and end == start + 1), "")
    its_tag = segmenter.tag(before) or ""
    may_be_subject = its_tag == _NOUN_OF_VERB and (segmenter.tag(word) or "").startswith("v")
    return its_tag.startswith(("v", "a")) and not may_be_subject and (start + 1, start + 2) in spans


def _word_twice(text: str, start: int) -> bool:
    if _ends_twice(text, start) or _begins_twice(text, start):
        return True
    return text[start] not in _LEVELS and _stammers(text, start)


def _stammers(text: str, start: int) -> bool:
    """营商环境境: the usual word before ends with it, and nothing else can be meant by it. Names are (娃哈哈)."""
    word, after = text[start], text[start + 2 : start + 4]
    is_last = not after or after[0] in "，。；：、！？\n"
    if segmenter.count(word) > (_RARE_ALONE if is_last else _HARDLY_ALONE) or segmenter.count(word * 2) > _CHANCE:
        return False
    if not is_last and (segmenter.is_word(word + after[0]) or not segmenter.is_word(after)):
        return False
    spans = _spans(text, start, start + 2)
    before = next((text[begin:end] for begin, end in spans if begin < start and end == start + 1), "")
    before = max(before, before[-2:], key=segmenter.count)
    its_tag = segmenter.tag(before) or ""
    is_usual = its_tag.startswith(("n", "v", "a", "d")) and not its_tag.startswith(("nr", "ns", "nz"))
    return is_usual and segmenter.count(before) >= _USUAL and (start + 1, start + 2) in spans


def _begins_twice(text: str, start: int) -> bool:
    """进进一步, 推推进; not 切切实实."""
    if not text.startswith(_beginning_with().get(text[start], ()), start + 1):
        return False
    if any(segmenter.is_word(text[max(0, begin) : start + 1]) for begin in (start - 1, start - 2) if begin >= 0):
        return False  # 企业主|主要
    spans = _spans(text, start, start + 2)
    stop = next((end for begin, end in spans if begin == start + 1), start + 2)
    is_stretched = text[stop - 1 : stop] == text[stop : stop + 1]
    return (start, start + 1) in spans and stop > start + 2 and not is_stretched


def _place_lost(text: str, start: int) -> Fault | None:
    """区区委, where no name of a place goes before it as in 朝阳区区委."""
    if _GOES_ON.match(text[max(0, start - 1) : start]) or not _OFFICE.match(text, start + 2):
        return None
    return Fault(start, start + 2, KIND, f"“{text[start]}”重复，或前面缺少地名")


def _several(text: str, start: int, length: int) -> Fault | None:
    word, end = text[start : start + length], start + 2 * length
    known = word in _words("never_twice.txt") or _is_noun_too_many(text, word, end)
    if known and not text.startswith(word, end) and not _SOFTENED.match(text, end):
        return Fault(start, end, KIND, f"“{word}”重复", suggestion=word)
    if _IN_TURN.match(word) or word[0] in "的了着" or word[-1] in "的了着著" or text.startswith(word, end):
        return None
    if text[max(0, start - 1) : start] in ("·", "•", "#", "@"):  # a foreign name, a tag
        return None
    spans = _spans(text, start, end)
    if length == 2 and _is_tail(spans, start, length) and not segmenter.is_word(word):
        return Fault(start, end, KIND, f"“{word}”重复", suggestion=word)
    is_cut_out = {start + length, end} <= {stop for _, stop in spans} and _begins(spans, start)
    if not is_cut_out or (length == 2 and segmenter.tag(word) not in _NOUN_TAGS):  # 讨论讨论; 我们我们 begins a clause
        return None
    certain = length > 2 and _goes_on(text, start, end) and _is_prose(text, start, end)
    return Fault(start, end, KIND, f"“{word}”重复", graded(certain=certain), word)


def _begins_longer(text: str, start: int, end: int) -> bool:
    """根据|根据地, 代表|代表团: the second is the beginning of another word."""
    return any(segmenter.count(text[start : end + more]) >= _LONGER for more in (1, 2) if end + more <= len(text))


def _is_tail(spans: list[tuple[int, int]], start: int, length: int) -> bool:
    """人民共和国和国成立: the end of a longer word again, which the words that follow leave alone."""
    middle, end = start + length, start + 2 * length
    ends_a_word = any(begin < start and stop == middle for begin, stop in spans)
    return ends_a_word and any(stop == end for _, stop in spans)


def _is_prose(text: str, start: int, end: int) -> bool:
    """Songs and lists repeat themselves; they come without marks."""
    return is_short(text) or _MARKS.search(text, max(0, start - _NEAR), end + _NEAR) is not None


@functools.cache
def _words(name: str) -> frozenset[str]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@functools.cache
def _beginning_with() -> dict[str, tuple[str, ...]]:
    """The words that are never said twice by their first character."""
    known: dict[str, tuple[str, ...]] = {}
    for word in sorted(_words("never_twice.txt")):
        known[word[0]] = (*known.get(word[0], ()), word)
    return known


def _is_noun_too_many(text: str, word: str, end: int) -> bool:
    return word in _words("doubled_nouns.txt") and _PHRASE_ENDS.match(text, end) is not None


def _goes_on(text: str, start: int, end: int) -> bool:
    """Inside a clause: no call (中国加油中国加油！), no title put twice, no heading before a sentence (甲馆甲馆是…)."""
    if _GOES_ON.match(text[max(0, start - 1) : start]):
        return True
    return _GOES_ON.match(text, end) is not None and not _HEADED.match(text, end)


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The words round a place, as the segmenter cuts them there."""
    first = max(0, start - _WINDOW)
    return [(first + begin, first + stop) for begin, stop in segmenter.spans(text[first : end + _WINDOW])]
