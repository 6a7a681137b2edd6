"""Words that must not stand in an official post: solicitation, abuse, advertising absolutes, wrong official phrases."""

import functools
from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

from services.analyzer.language.advert import read_advert
from services.analyzer.language.cues import is_governance, is_solicitation, sentence_around
from services.analyzer.language.folding import Folding, fold, fold_word
from services.analyzer.language.lexicon import Match, built_in, load_lexicon
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_TAG_NAMES = {
    "gambling": "赌博招揽",
    "fraud": "诈骗招揽",
    "contraband": "违禁品交易",
    "obscene": "色情低俗",
    "vulgar": "粗俗用语",
    "absolute": "广告绝对化用语",
    "wording": "固定表述错误",
    "topic": "涉违法犯罪话题",
}


class SensitiveWord(Rule):
    """国办发〔2018〕123号: 严把政治关、法律关、政策关、保密关、文字关. Tag and sentence decide what a word counts for:

    - `wording` (a fixed official phrase written wrongly) and `vulgar` always ask for a correction;
    - `topic` (赌博, 毒品…) is a mention, unless somebody offers it and nobody acts against it;
    - `absolute` (最佳, 国家级…) counts in commercial text only, where the advertising law applies;
    - any other tag counts, unless officials act against the matter in the same sentence: then it is a mention.

    A word of the built-in topics and absolutes is treated as such under whatever tag a file of your own gives it.

    `lexicons` are CSV files `word,tag[,suggestion]` that take the place of the built-in words; tag `allow` protects
    phrases. `reminder_tags` only remind. `skip_symbols` finds words with signs put between their characters.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    lexicons: tuple[str, ...] = ()
    reminder_tags: tuple[str, ...] = ("vulgar", "absolute")
    skip_symbols: bool = False

    def check_text(self, text: str) -> Iterator[Hit]:
        folded = fold(text, Folding(skip_symbols=self.skip_symbols))
        sells = functools.cache(lambda: read_advert(folded.text).sells)
        for match in load_lexicon(self.lexicons).find_in(text, folded):
            sentence = sentence_around(folded.text, match.folded_start, match.folded_end)
            severity, reason = self._weigh(match, sentence, sells)
            if severity is None:
                continue
            yield Hit(
                rule="sensitive_word",
                severity=severity,
                start=match.start,
                end=match.end,
                text=text[match.start : match.end],
                suggestion=match.word.suggestion,
                advice=_advice(match, severity),
                tag=match.word.tag,
                reason=reason,
            )

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        kinds = "、".join(dict.fromkeys(_tag_name(place.hit.tag) for place in places))
        words = "、".join(dict.fromkeys(f"“{place.hit.text}”" for place in places[:5]))
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}出现{_tag_name(first.hit.tag)}“{first.hit.text}”（原文：“{first.quote}”），"
            f"{first.hit.advice}共{len(places)}处。",
            measured=f"{kinds}{len(places)}处：{words}",
            threshold="0处",
            confirm=True,
        )

    def _weigh(self, match: Match, sentence: str, sells: Callable[[], bool]) -> tuple[Severity | None, str]:
        tag, word = match.word.tag, fold_word(match.word.word)
        name = _tag_name(tag)
        graver = Severity.REMINDER if tag in self.reminder_tags else Severity.DEDUCTION
        if tag in ("wording", "vulgar"):
            return graver, name
        if tag == "absolute" or word in built_in("absolute"):
            return self._weigh_absolute(sells)
        if is_governance(sentence):
            return Severity.MENTION, f"{name}，前后文为治理、宣传或新闻报道"
        if word in built_in("topics") and not is_solicitation(sentence):
            return Severity.MENTION, f"{name}，未见招揽"
        return graver, name

    def _weigh_absolute(self, sells: Callable[[], bool]) -> tuple[Severity | None, str]:
        if sells():
            return Severity.REMINDER, "商业语境中的广告绝对化用语"
        # Official text is full of 最大 and 首个: said only to those who put the word on their own list.
        return (Severity.MENTION, "绝对化用语，非商业语境") if self.lexicons else (None, "")


def _advice(match: Match, severity: Severity) -> str:
    if match.word.suggestion:
        return f"疑为“{match.word.suggestion}”的误写，请核对后改正。"
    if severity is Severity.MENTION:
        return "属提及，无需处理；请确认语境无误。"
    if match.word.tag == "absolute":
        return "广告中不得使用，请删除或改写。"
    return "请核实，确属不当的删除或改写。"


def _tag_name(tag: str | None) -> str:
    return _TAG_NAMES.get(tag or "", tag or "敏感词")
