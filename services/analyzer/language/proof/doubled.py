"""Words and punctuation written twice: 进一步进一步, 的的, ，， - and not 天天, 的的确确, 一个一个, 讨论讨论."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from services.analyzer.language import segmenter
from services.analyzer.language.proof.fault import Fault, graded, is_short

KIND = "doubled"
_LONGEST = 12
_PADDING = "\0" * (_LONGEST + 2)
_WINDOW = 10
_CHINESE = re.compile(r"[一-鿿]+")
_TWO_MARKS = re.compile(r"[，、；：。][，、；：。]+")
_SIGNS = frozenset("的了是在和与及为对并而也就都且或由把")
"""Characters that no two of a kind follow each other where the segmenter cuts both off as words."""
_CALLS = frozenset("饭觉肉水手脚车包钱的是了家人")
_RARE_ALONE = 60_000
_WORD_ENDS = re.compile(r"[了的着过，。；、]|\Z")
_LEVELS = "省市县区镇乡"
_SINGLES = _SIGNS | frozenset(_LEVELS)
_FREE = frozenset("的了是")
"""What follows these may begin with any character; what follows the others has to be a word, since jieba does not
know all names (和|和县) and compounds (在|在建)."""
_IN_TURN = re.compile(r"[一二三四五六七八九十两几半每逐多好很太真非越再不来走加谢恭哈嘿嘟]")
_NOUN_TAGS = ("n", "nt", "nz", "b")
_OFFICE = re.compile(r"委(?!托|屈|婉|以)|政府|人大|政协|纪委|长(?![一-鿿]{0,2}[大远期高])")
_GOES_ON = re.compile(r"[一-鿿]")
_MARKS = re.compile(r"[，。；：,]")
_NEAR = 40
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
    size = len(text)
    equal = _equal(text)
    place = equal.find(1)
    while place >= 0:
        length, start = place // size + 1, place % size
        word = text[start : start + length]
        if text.startswith(word, start + length) and _may_be(word):
            yield start, length
        place = equal.find(1, place + 1)


def _may_be(word: str) -> bool:
    if len(word) == 1:
        return _CHINESE.match(word) is not None
    return len(set(word)) > 1 and _CHINESE.fullmatch(word) is not None


def _equal(text: str) -> bytes:
    """For each distance from 1 to `_LONGEST` a row of the text's size that has 1 where it may start to repeat itself.

    At a distance of one a character is compared, otherwise two at once, which seldom are the same by chance.
    """
    size = len(text)
    codes = np.frombuffer((text + _PADDING).encode("utf-32-le", "surrogatepass"), np.uint32)
    pairs = (codes[:-1] << 16) ^ codes[1:]
    shifted: np.ndarray[tuple[int, int], np.dtype[np.uint32]] = np.ndarray(
        (_LONGEST - 1, size), np.uint32, pairs.data, 2 * pairs.itemsize, (pairs.itemsize, pairs.itemsize)
    )
    single: bytes = (codes[1 : size + 1] == codes[:size]).tobytes()
    several: bytes = (shifted == pairs[:size]).tobytes()
    return single + several


def _single(text: str, start: int) -> Fault | None:
    word = text[start]
    if word in _LEVELS and (lost := _place_lost(text, start)):
        return lost
    if text[start - 1 : start] == word or text[start + 2 : start + 3] == word:
        return None
    spans = _spans(text, start, start + 2)
    if word in _SIGNS:
        ends = {end for _, end in spans}
        follows = next((end - begin for begin, end in spans if begin == start + 2), 0)
        wrong = {start + 1, start + 2} <= ends and _begins(spans, start) and (word in _FREE or follows > 1)
    else:
        wrong = _ends_twice(text, start, spans)
    return Fault(start, start + 2, KIND, f"“{word}”重复", suggestion=word) if wrong else None


def _begins(spans: list[tuple[int, int]], start: int) -> bool:
    return any(begin == start for begin, _ in spans)


def _ends_twice(text: str, start: int, spans: list[tuple[int, int]]) -> bool:
    """提高高了: the word before ends with it, and alone it is hardly one. 吃饭饭了 is how children speak."""
    word = text[start]
    if word in _CALLS or not _WORD_ENDS.match(text, start + 2) or segmenter.count(word) > _RARE_ALONE:
        return False
    before = any(begin < start and end == start + 1 for begin, end in spans)
    return before and (start + 1, start + 2) in spans


def _place_lost(text: str, start: int) -> Fault | None:
    """区区委, where no name of a place goes before it as in 朝阳区区委."""
    if _GOES_ON.match(text[max(0, start - 1) : start]) or not _OFFICE.match(text, start + 2):
        return None
    return Fault(start, start + 2, KIND, f"“{text[start]}”重复，或前面缺少地名")


def _several(text: str, start: int, length: int) -> Fault | None:
    word, end = text[start : start + length], start + 2 * length
    known = word in _words("never_twice.txt") or _is_noun_too_many(text, word, end)
    if known and not text.startswith(word, end):
        return Fault(start, end, KIND, f"“{word}”重复", suggestion=word)
    if _IN_TURN.match(word) or word[0] in "的了着" or word[-1] in "的了着著" or text.startswith(word, end):
        return None
    spans = _spans(text, start, end)
    if not {start + length, end} <= {stop for _, stop in spans} or not _begins(spans, start):
        return None
    if length == 2 and segmenter.tag(word) not in _NOUN_TAGS:  # 讨论讨论; and 我们我们 begins a clause
        return None
    certain = length > 2 and _goes_on(text, start, end) and _is_prose(text, start, end)
    return Fault(start, end, KIND, f"“{word}”重复", graded(certain=certain), word)


def _is_prose(text: str, start: int, end: int) -> bool:
    """Songs and lists repeat themselves; they come without marks."""
    return is_short(text) or _MARKS.search(text, max(0, start - _NEAR), end + _NEAR) is not None


@functools.cache
def _words(name: str) -> frozenset[str]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _is_noun_too_many(text: str, word: str, end: int) -> bool:
    return word in _words("doubled_nouns.txt") and _PHRASE_ENDS.match(text, end) is not None


def _goes_on(text: str, start: int, end: int) -> bool:
    """A clause goes on before or after it: no call (中国加油中国加油！) and no title put twice."""
    return any(_GOES_ON.match(beside) for beside in (text[end : end + 1], text[max(0, start - 1) : start]))


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The words round a place, as the segmenter cuts them there."""
    first = max(0, start - _WINDOW)
    return [(first + begin, first + stop) for begin, stop in segmenter.spans(text[first : end + _WINDOW])]


def _of_marks(text: str, match: re.Match[str]) -> Fault | None:
    """A row of full stops is an ellipsis of a kind; a colon before another mark may be a face or a ratio."""
    marks = match[0]
    if "。。。" in marks or (len(marks) > 2 and len(set(marks)) == 1):
        return None
    suggestion = marks[0] if len(set(marks)) == 1 else ("。" if marks in ("；。", "，。", "、。") else None)
    severity = graded(certain=len(set(marks)) == 1 and is_short(text))
    return Fault(match.start(), match.end(), KIND, f"标点“{marks}”重复", severity, suggestion)
