"""Words that must not stand in an official post: solicitation, abuse, advertising absolutes, wrong official phrases."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from services.analyzer.language.lexicon.in_use import BUILT_IN_OPTIONS, Lexicon, Match, load_lexicon, trouble_with
from services.analyzer.language.lexicon.options import LexiconOptions, parse_options
from services.analyzer.language.meaning.luring import lure_in
from services.analyzer.language.meaning.masks import MASKS, is_masked, may_hide_words
from services.analyzer.language.meaning.weighing import MASKED_TAGS, Weigher, Weight, tag_name
from services.analyzer.language.text.folding import fold
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in, shown
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_MASKED_OPTIONS = LexiconOptions(numerals="none", skip_chars=MASKS)


class SensitiveWord(Rule):
    """国办发〔2018〕123号: 严把政治关、法律关、政策关、保密关、文字关. Tag and sentence decide what a word counts for:

    - `wording` (of an office's own list; built in is wrong_expression) and `vulgar` (abuse) ask for a correction; abuse
      that is quoted from somebody who is blamed for it is a mention;
    - `gambling`, `fraud`, `contraband` and `obscene` accuse where the same sentence solicits (a contact, a link, a
      price, an invitation) and nobody speaks against it; otherwise they are a mention;
    - `trade` (冰毒, 假证, 征信修复: things that are sold, and that news and notices name) the same, but only a
      person's account or what only such sellers say counts as solicitation, not a telephone number or a link;
    - `lure` (代开发票, 翻墙: words with an ordinary use too) as `trade`; without an offer nothing is said;
    - a short text in which no word accuses, but that sounds like the posts of hijacked accounts, solicits, and neither
      warns nor tells of somebody else, accuses too (docs/decisions/0015);
    - `slang` is a hint; `topic` (诈骗, 走私…) is a mention whatever stands beside it: nobody sells it;
    - `absolute` (最佳, 国家级…) counts in commercial text only, where the advertising law applies;
    - any other tag is an office's own: the word counts, unless officials act against it, warn of it or news tells of
      it in the same sentence: then it is a mention. Built-in topics, trades and superlatives keep their meaning there.

    `lexicons` are files (txt, csv or xlsx: `word,tag[,suggestion]`) that take the place of the built-in words and are
    followed while in use; tag `allow` protects phrases. `lexicon_options` say how they match (docs/decisions/0014).
    `reminder_tags` only remind.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"
    rests_on_text: ClassVar[bool] = True

    paths: ClassVar[tuple[str, ...]] = ("lexicons",)

    lexicons: tuple[str, ...] = ()
    reminder_tags: tuple[str, ...] = ("vulgar", "absolute")
    lexicon_options: Mapping[str, str | int | bool] = Field(default_factory=dict)

    @field_validator("lexicon_options")
    @classmethod
    def _is_possible(cls, given: Mapping[str, str | int | bool]) -> Mapping[str, str | int | bool]:
        parse_options(given)
        return given

    @functools.cached_property
    def _options(self) -> LexiconOptions:
        return parse_options(self.lexicon_options) if self.lexicons or self.lexicon_options else BUILT_IN_OPTIONS

    @functools.cached_property
    def _built_in(self) -> Lexicon:
        return load_lexicon(options=self._options)

    def trouble(self) -> str | None:
        return trouble_with(self.lexicons, self._options)

    def check_text(self, text: str) -> Iterator[Hit]:
        hits = [*self._words(text)]
        yield from hits
        if not self.lexicons and not any(hit.severity.accuses for hit in hits):
            yield from self._lures(text)

    def _words(self, text: str) -> Iterator[Hit]:
        lexicon = load_lexicon(self.lexicons, self._options) if self.lexicons else self._built_in
        folded = fold(text, lexicon.folding)
        if matches := list(lexicon.find_in(text, folded)):
            weigher = Weigher(folded.text, own=bool(self.lexicons), everyday_words=self._options.everyday_words)
            for match in matches:
                weight = weigher.weigh(match)
                if weight.severity is not None:
                    yield self._hit(text, match, weight.severity, weight)
        if not self.lexicons and may_hide_words(text):
            yield from self._masked(text)

    def which_of(self, texts: Sequence[str]) -> Iterator[int]:
        if not self.lexicons:
            return super().which_of(texts)
        return load_lexicon(self.lexicons, self._options).which_of(texts)

    def _masked(self, text: str) -> Iterator[Hit]:
        """Abuse and offers with signs put between their characters. A file of one's own says so by an option."""
        lexicon = load_lexicon(options=_MASKED_OPTIONS)
        folded = fold(text, lexicon.folding)
        weigher = Weigher(folded.text, own=False)
        for match in lexicon.find_in(text, folded):
            if match.word.tag in MASKED_TAGS and is_masked(text, match.start, match.end):
                weight = weigher.weigh(match)
                if weight.severity is not None and weight.severity.accuses:
                    yield self._hit(text, match, weight.severity, weight)

    def _lures(self, text: str) -> Iterator[Hit]:
        """An offer by its tone, where no word accuses."""
        folded = fold(text)
        if found := lure_in(folded.text):
            start, end = folded.span(*found.place)
            yield Hit(
                rule="sensitive_word",
                severity=Severity.DEDUCTION,
                start=start,
                end=end,
                text=text[start:end],
                advice="请核实是否为账号被盗用后发布；确属招揽的删除并修改密码。",
                tag="lure",
                reason="口吻似违法招揽" + (f"，同文有招揽“{found.cue}”" if found.cue else ""),
            )

    def _hit(self, text: str, match: Match, severity: Severity, weight: Weight) -> Hit:
        if severity.accuses and match.word.tag in self.reminder_tags:
            severity = Severity.REMINDER
        return Hit(
            rule="sensitive_word",
            severity=severity,
            start=match.start,
            end=match.end,
            text=text[match.start : match.end],
            suggestion=match.word.suggestion,
            advice=_advice(match, severity),
            tag=match.word.tag,
            reason=weight.reason,
        )

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        kinds = "、".join(dict.fromkeys(tag_name(place.hit.tag) for place in places))
        words = "、".join(dict.fromkeys(f"“{place.hit.text}”" for place in places[:5]))
        reason = shown(first.hit.reason or tag_name(first.hit.tag))
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}出现“{first.hit.text}”（原文：“{first.quote}”）：{reason}。"
            f"{first.hit.advice}共{len(places)}处。",
            measured=f"{kinds}{len(places)}处：{words}",
            threshold="0处",
            confirm=True,
        )


def _advice(match: Match, severity: Severity) -> str:
    if match.word.suggestion:
        return f"疑为“{match.word.suggestion}”的误写，请核对后改正。"
    if severity is Severity.MENTION:
        return "属提及，无需处理；请确认语境无误。"
    if match.word.tag == "absolute":
        return "广告中不得使用，请删除或改写。"
    return "请核实，确属不当的删除或改写。"
