"""What a word of a lexicon counts for in its place: its tag, its sentence, and whose word it is."""

import functools
import re
from typing import NamedTuple

from services.analyzer.language.advert.reading import read_advert
from services.analyzer.language.lexicon.in_use import Match, built_in
from services.analyzer.language.meaning.abuse import is_abuse
from services.analyzer.language.meaning.cues import (
    Sentence,
    is_governance,
    is_quoted,
    is_spoken_against,
    is_title,
    sentence_around,
    tells_of_insults,
)
from services.analyzer.language.meaning.offers import offer_beside, offers_near
from services.analyzer.language.text import segmenter
from services.analyzer.language.text.folding import fold_word
from shared.events import Severity

_TAG_NAMES = {
    "gambling": "赌博招揽",
    "fraud": "诈骗招揽",
    "contraband": "违禁品交易",
    "obscene": "色情低俗",
    "trade": "违禁物品或服务",
    "lure": "违法招揽用语",
    "vulgar": "粗俗用语",
    "slang": "网络粗俗用语",
    "absolute": "广告绝对化用语",
    "wording": "固定表述错误",
    "topic": "涉违法犯罪话题",
    "custom": "自定义词",
}
_EVERYDAY = 40
"""Occurrences in jieba's corpus from which a word is one that everybody uses: public lists hold 妹妹, 装修, 测试."""

_OFFERS = ("gambling", "fraud", "contraband", "obscene", "trade", "lure")
_STRONG = ("trade", "lure")
MASKED_TAGS = ("vulgar", *_OFFERS)
"""Tags whose words people write with signs in between, so as not to be found."""

_ALWAYS = {"wording": Severity.DEDUCTION, "topic": Severity.MENTION}
_COARSE = {"vulgar": Severity.DEDUCTION, "slang": Severity.HINT}
_SUPERLATIVE = re.compile(
    r"(?:史上|历史|全[国球网省市]|世界|国内|行业|亚洲|中国)?"
    r"(?:最(?:[大小高低好佳优强快慢新早晚长短深多少美富具远近热火贵]|先进|优秀|便宜|安全|有效|时尚|舒适|受欢迎|重要)?[级端价]?|"
    r"第一(?:品牌|名)?|首[个家创次款例批选位座条]|唯一|领[先军]|一流)|"
    r"100%|百分[之百]百?|百分百|空前|[顶巅]峰|顶[级尖]|极[致品]|王[牌者]|永久|万能|立竿见影|(?:国家|世界|省)级"
)
_folded = functools.lru_cache(maxsize=4096)(fold_word)


class Weight(NamedTuple):
    """`severity` null: nothing to say."""

    severity: Severity | None
    reason: str


def tag_name(tag: str | None) -> str:
    """The Chinese name of a built-in tag; an office's own tag is its own name."""
    return _TAG_NAMES.get(tag or "", tag or "敏感词")


class Weigher:
    """The words of one folded text. `own` when they come from an office's file, which is told of superlatives too."""

    def __init__(self, text: str, *, own: bool, everyday_words: bool = False) -> None:
        """`everyday_words`: those of an office's file count like any other."""
        self._text = text
        self._own = own
        self._everyday_words = everyday_words

    @functools.cached_property
    def _sells(self) -> bool:
        return read_advert(self._text).sells

    def weigh(self, match: Match) -> Weight:
        """What the match counts for: DEDUCTION, MENTION or nothing."""
        tag = match.word.tag
        if tag in _OFFERS:
            return self._offer(match, tag)
        if tag in _ALWAYS:
            return Weight(_ALWAYS[tag], tag_name(tag))
        if tag in _COARSE:
            return self._coarse(match, tag)
        return self._superlative(match) if tag == "absolute" else self._own_word(match, tag)

    def _own_word(self, match: Match, tag: str) -> Weight:
        """A tag of its own does not make a superlative or a matter of the news an offence."""
        if match.word.suggestion:
            return Weight(Severity.DEDUCTION, tag_name(tag))
        word = _folded(match.word.word)
        if word in built_in("absolute") or _SUPERLATIVE.fullmatch(word):
            return self._superlative(match)
        if word in built_in("topics"):
            return Weight(Severity.MENTION, tag_name("topic"))
        if word in built_in("trades"):
            return self._offer(match, "trade")
        return self._listed(match, tag, word)

    def _listed(self, match: Match, tag: str, word: str) -> Weight:
        sentence = sentence_around(self._text, match.folded_start, match.folded_end)
        if is_governance(sentence.text):
            return Weight(Severity.MENTION, f"{tag_name(tag)}，前后文为治理、宣传或新闻报道")
        if self._own and not self._everyday_words and segmenter.count(word) >= _EVERYDAY:
            return Weight(Severity.HINT, f"{tag_name(tag)}，为常用词，单独出现不作认定")
        return Weight(Severity.DEDUCTION, f"{tag_name(tag)}，为本单位词库所列" if self._own else tag_name(tag))

    def _coarse(self, match: Match, tag: str) -> Weight:
        start, end = match.folded_start, match.folded_end
        if not is_abuse(self._text, start, end):
            return Weight(None, "")
        sentence = sentence_around(self._text, start, end)
        if is_title(self._text, sentence, start, end):
            return Weight(Severity.MENTION, f"{tag_name(tag)}，为作品名称")
        if is_quoted(self._text, sentence, start, end) and tells_of_insults(sentence.text):
            return Weight(Severity.MENTION, f"{tag_name(tag)}，为转述他人言语")
        return Weight(_COARSE[tag], tag_name(tag))

    def _offer(self, match: Match, tag: str) -> Weight:
        start, end = match.folded_start, match.folded_end
        sentence = sentence_around(self._text, start, end)
        cue = offer_beside(self._text, sentence, start, end, strong=tag in _STRONG)
        innocent = self._innocent(sentence, start, end) if cue else "同句未见招揽"
        if innocent is None:
            return Weight(Severity.DEDUCTION, f"{tag_name(tag)}，同句有招揽“{cue}”")
        # 翻墙 or 手机定位 without an offer is no matter that anybody need be told of.
        return Weight(None if tag == "lure" else Severity.MENTION, f"{tag_name(tag)}，{innocent}")

    def _innocent(self, sentence: Sentence, start: int, end: int) -> str | None:
        """Why what stands beside an offer makes it none."""
        if is_quoted(self._text, sentence, start, end):
            return "为引述"
        if is_spoken_against(self._text, sentence, start, end):
            return "前后文为治理、警示或新闻报道"
        return None

    def _superlative(self, match: Match) -> Weight:
        if offers_near(self._text, match.folded_start, match.folded_end) and self._sells:
            return Weight(Severity.DEDUCTION, "商业语境中的广告绝对化用语")
        # Official text is full of 最大 and 首个: said only to those who put the word on their own list.
        return Weight(Severity.MENTION if self._own else None, "绝对化用语，非商业语境")
