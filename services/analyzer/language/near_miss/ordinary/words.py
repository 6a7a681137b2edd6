"""Ordinary words and fixed runs of words with one character written for another that sounds or looks like it.

A text written right falls apart into words. One wrong character leaves crumbs: a single character beside which its
neighbours hardly ever stand. Only there it is asked which character that sounds or looks alike would make a word of
the crumbs, how much likelier the text then reads, and whether statutes know the run of characters that appears.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.ordinary.crumbs import Crumbs, is_usual
from services.analyzer.language.near_miss.ordinary.fitting import LEAST_GAIN, fitting
from services.analyzer.language.usage.likeness import Likeness, likeness
from services.analyzer.language.usage.reading import Reading, most_gained, read
from services.analyzer.language.usage.usage import usage

_AROUND, _SHORTEST_WINDOW = 4, 3
_CHINESE, _LAST_CHINESE = re.compile("[一-鿿]*"), re.compile(rf"[一-鿿]{{0,{_AROUND}}}\Z")
_GREAT_GAIN = 12.5
"""The same, from which an ordinary word of three characters speaks for itself."""

_SURE, _SURE_OF_IDIOM, _SURE_BY_SOUND, _LIKELY = 2.0, 1.2, 3.5, 1.2
"""`_SURE_BY_SOUND`: of two or three characters alike in sound alone: 缺碘, 单桅 and names sound as some word too."""

SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任"
    "姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文闫佟卜尤邢庄祁聂鲍邬柯樊"
)
FOREIGN = frozenset(
    "阿埃艾爱安奥巴拜班邦包保鲍贝本比彼别宾波伯勃布茨达戴丹当道德的登狄迪蒂第丁东杜顿多尔厄法范菲费芬佛夫弗福富盖甘冈高戈哥格根贡古瓜哈海汉豪赫亨胡华"
    "怀霍基吉加贾杰捷金卡开凯坎康考科克肯孔库夸奎拉莱兰朗劳勒雷里利莉丽梨黎列林琳龙卢鲁路伦罗洛吕马玛迈麦曼茅梅门蒙米密明缪摩莫默姆木穆拿那娜纳南内妮尼涅宁纽"
    "农努诺欧帕潘庞佩蓬皮匹珀泼普奇齐契恰钱乔切琴丘琼让热日荣茹儒瑞若撒萨塞赛桑瑟森沙莎山珊尚绍舍申圣施什史舒朔丝斯苏索塔台泰坦汤唐特滕提廷通图托脱瓦万汪旺威"
    "韦维魏温文翁沃乌伍武西希锡夏香肖谢辛欣休许雅亚延扬耶叶伊依易因尤于约泽扎詹珍朱卓兹祖佐"
)
FUNCTION = frozenset("一不的在有了和等与个其这那也就是之于为以及或到要可能会")
NUMERALS = frozenset("一二三四五六七八九十百千万亿零〇两几甲乙丙丁戊己")
_PREFIXES = frozenset("净泛母非反准伪类总副逾超亚辅公独")
_SUFFIXES = frozenset("券型圈侧款巷坊线式类级族期单件比")
"""What makes new words of any word: 服务券, 消费侧, 航空类, 净出口. Beside a whole word it may be meant."""

_VARIANTS = (
    *("他她它", "作做", "只止", "分份", "帐账", "象像", "的地得", "那哪"),
    *("呆待", "联连", "材才", "辞词", "注瞩", "妍艳", "唯惟", "合阖", "桔橘"),
)
"""呆在家里, 联为一体, 有用之材, 新年贺辞, 举世注目: characters that good writers take for each other."""

_WELL_KNOWN, _COMMON_WORD, _LOOSE = 20, -13.0, frozenset("的了着得地")
"""How often statutes have a run; log share of all words of a word; what stands beside anything."""

_FORM = 4
"""From so many characters on a word speaks for itself."""


_AT_FIRST, _OF_GAIN, _OF_THREE, _OF_FOUR = -4.4, 0.28, 0.3, 0.7
_MOST_ELSE = _AT_FIRST + 0.5 + 0.4
"""What a score can have besides: a great margin, two strange sides. What an idiom gains its length has cost."""


@dataclass(frozen=True)
class _Candidate:
    """A character put in the place of the written one, and what comes of it."""

    written: str
    right: str
    like: Likeness
    word: str
    start: int
    gain: float
    run_of_three: int
    run_of_four: int

    @property
    def evidence(self) -> float:
        return self.gain + math.log1p(self.run_of_three) + math.log1p(self.run_of_four)


def misses(text: str, crumbs: Crumbs) -> Iterator[Miss]:
    """Misses in a folded text at its crumbs, those that overlap included."""
    for place, others in fitting(text, crumbs).items():
        window, at = _clause(text, place)
        if len(window) < _SHORTEST_WINDOW or not _may_speak(window, at, others):
            continue
        miss = _judge(window, at, others)
        if miss is not None:
            yield miss.moved(place - at)


def _clause(text: str, place: int) -> tuple[str, int]:
    """The Chinese round a character, and where in it that stands."""
    before = _LAST_CHINESE.search(text, max(0, place - _AROUND), place)
    after = _CHINESE.match(text, place, place + _AROUND + 1)
    if before is None or after is None:
        return "", 0
    return before[0] + after[0], len(before[0])


def _may_speak(window: str, at: int, others: Iterable[str]) -> bool:
    """Whether statutes do not know what is written, and one of the others could reach `_LIKELY`."""
    return not _runs(window, at)[0] and any(_could_be_likely(window, at, other) for other in others)


def _could_be_likely(window: str, at: int, other: str) -> bool:
    """Told without a reading, which is dear: no score of this character can be higher than this."""
    gain = most_gained(window, at, other)
    if gain < LEAST_GAIN:
        return False
    three, four = _runs(window[:at] + other + window[at + 1 :], at)
    most = _OF_GAIN * gain + _OF_THREE * math.log1p(three) + _OF_FOUR * math.log1p(four) + _MOST_ELSE
    if most + _MOST_OF_LIKENESS < _LIKELY:
        return False
    like = likeness(window[at], other)
    return like is not None and most + _LIKENESS[like] >= _LIKELY


def _judge(window: str, at: int, others: Iterable[str]) -> Miss | None:
    """The miss, if one of these characters that would fit is likely enough."""
    written = read(window)
    candidates = sorted(
        _candidates(window, at, written, others), key=lambda candidate: (-candidate.evidence, candidate.right)
    )
    if not candidates or len(candidates[0].word) == 1:
        return None
    best = candidates[0]
    second = candidates[1].evidence if len(candidates) > 1 else 0.0
    score = _score(window, at, written, best, best.evidence - second)
    if score < _LIKELY:
        return None
    kind = Kind.IDIOM if len(best.word) >= _FORM and best.word in usage().idioms else Kind.WORD
    difference = Difference(Error.SUBSTITUTED, at, best.written, best.right)
    end = best.start + len(best.word)
    sure = score >= _needed(best, kind, window, at) and not (len(best.word) < _FORM and _is_coined(window, at))
    return Miss(best.start, end, best.word, kind, difference, sure, best.like.value)


def _needed(best: _Candidate, kind: Kind, window: str, at: int) -> float:
    if kind is Kind.IDIOM:
        return _SURE_OF_IDIOM
    is_heard = best.like in (Likeness.SOUND, Likeness.ROUGH_SOUND) and len(best.word) < _FORM
    return _SURE_BY_SOUND if is_heard and not _is_known_run(best, window, at) else _SURE


def _is_known_run(best: _Candidate, window: str, at: int) -> bool:
    """Whether statutes know four characters well that would appear, and none of the word belongs outside: 有关|记人."""
    corrected, known = window[:at] + best.right + window[at + 1 :], usage()
    if best.start and known.weights.get(window[best.start - 1 : best.start + 1], -99.0) >= _COMMON_WORD:
        return False
    runs = (corrected[start : start + 4] for start in range(max(0, at - 3), at + 1))
    return any(known.runs.get(run, 0) >= _WELL_KNOWN and _LOOSE.isdisjoint(run) for run in runs)


def _is_coined(window: str, at: int) -> bool:
    """Whether the character stands before or after a whole word as those do that make words."""
    words, character = usage().weights, window[at]
    before, after = window[max(0, at - 2) : at], window[at + 1 : at + 3]
    return (character in _PREFIXES and after in words) or (character in _SUFFIXES and before in words)


def _candidates(window: str, at: int, written: Reading, others: Iterable[str]) -> Iterator[_Candidate]:
    for right in others:
        likelihood, start, end = written.with_other(at, right)
        gain = likelihood - written.likelihood
        like = likeness(window[at], right) if gain >= LEAST_GAIN else None
        if like is None:
            continue
        corrected = window[:at] + right + window[at + 1 :]
        yield _Candidate(window[at], right, like, corrected[start:end], start, gain, *_runs(corrected, at))


def _runs(window: str, at: int) -> tuple[int, int]:
    """How often statutes have the run of three, and of four, characters that hold this one; the most frequent run."""
    count = usage().runs.get
    three = max([count(window[start : start + 3], 0) for start in range(max(0, at - 2), at + 1)])
    four = max([count(window[start : start + 4], 0) for start in range(max(0, at - 3), at + 1)])
    return three, four


def _score(window: str, at: int, written: Reading, best: _Candidate, margin: float) -> float:
    """How much speaks for the correction; below nought it is more likely wrong than right.

    The weights were fitted on labelled sentences and rounded; docs/decisions/0017 has the figures.
    """
    length = len(best.word)
    short = length < _FORM
    start, end = written.word_at(at)
    before, after = window[max(0, at - 2) : at], window[at + 1 : at + 3]
    known = usage()
    both = not (at and is_usual(window[at - 1], window[at])) and not (
        at + 1 < len(window) and is_usual(window[at], window[at + 1])
    )
    if _speaks_for_itself(best, before):
        return _SURE_BY_SOUND
    if end - start > 1 and not (length >= _FORM and best.word in known.idioms):
        return -math.inf
    if short and (best.right in FUNCTION or NUMERALS & {*best.word, best.written}):
        return -math.inf
    if is_variant(best.written, best.right) or _is_counted(best):
        return -math.inf
    return (
        _LIKENESS[best.like]
        + _OF_GAIN * best.gain
        + _OF_THREE * math.log1p(best.run_of_three)
        + _OF_FOUR * math.log1p(best.run_of_four)
        + 0.05 * min(10.0, margin)
        + 0.4 * both
        - 0.6 * (length > 2)
        + 0.5 * (best.word in known.idioms and not short)
        - 1.0 * (short and best.word in known.names)
        - 0.5 * (short and bool(SURNAMES & {*before, best.written}))
        - 0.1 * sum(character in FOREIGN for character in (*before, best.written, *after))
        + _AT_FIRST
    )


def _is_counted(best: _Candidate) -> bool:
    """第三十期, 九十九名: what is counted is no numeral, and no other measure that looks alike."""
    is_number = len({*best.word} - NUMERALS - {"第"}) <= 1
    return is_number and (best.right in NUMERALS or best.like is Likeness.SHAPE)


def is_variant(one: str, other: str) -> bool:
    """Whether good writers take these characters for each other."""
    return any(one in group and other in group for group in _VARIANTS)


def _speaks_for_itself(best: _Candidate, before: str) -> bool:
    """Whether three characters sound as an ordinary word that hardly anything else can sound as: 超升波."""
    return (
        len(best.word) == _FORM - 1
        and best.gain >= _GREAT_GAIN
        and best.like in (Likeness.SOUND, Likeness.SOUND_AND_SHAPE)
        and best.word not in usage().names
        and not (NUMERALS | FUNCTION | SURNAMES) & {best.written, *before[-1:]}
    )


_LIKENESS = {
    Likeness.SOUND_AND_SHAPE: 1.5,
    Likeness.SOUND: 0.2,
    Likeness.SHAPE: -0.5,
    Likeness.ROUGH_SOUND: -0.4,
}
_MOST_OF_LIKENESS = max(_LIKENESS.values())
