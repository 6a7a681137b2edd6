"""Right forms written almost right: names of the state and its organs, fixed formulas, places, statutes, words."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.near_miss import sessions
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.matcher import NearMiss, built_in
from services.analyzer.language.near_miss.squeeze import squeeze
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_GRAVE = frozenset({Kind.STATE, Kind.FORMULA, Kind.SESSION, Kind.PERSON})
"""Written wrongly these are 严重表述错误, once a person has confirmed it."""


class WrongExpression(Rule):
    """国办秘函〔2019〕19号: 出现严重表述错误. A name of the state or the party, or a fixed formula, written wrongly
    counts as the rulebook says; an organ, a place, a statute, an idiom or an ordinary word only reminds; what may be
    meant is a hint. docs/decisions/0017 tells how it is found.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        for miss in built_in().find(text):
            yield Hit(
                rule="wrong_expression",
                severity=_severity(miss),
                start=miss.start,
                end=miss.end,
                text=text[miss.start : miss.end],
                suggestion=miss.suggestion,
                advice=f"疑为“{miss.suggestion}”的误写：{_how(miss)}；请核对后改正。",
                tag=miss.kind.value,
                reason=f"{miss.kind.chinese}“{miss.form}”，{_how(miss)}",
            )
        squeezed = squeeze(text)
        for first, last, advice in sessions.impossible(squeezed.text):
            start, end = squeezed.span(first, last)
            yield Hit(
                rule="wrong_expression",
                severity=Severity.DEDUCTION,
                start=start,
                end=end,
                text=text[start:end],
                advice=advice,
                tag=Kind.SESSION.value,
                reason=Kind.SESSION.chinese,
            )

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        words = "、".join(dict.fromkeys(f"“{place.hit.text}”" for place in places[:5]))
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}出现“{first.hit.text}”（原文：“{first.quote}”），"
            f"{first.hit.advice}共{len(places)}处。",
            measured=f"疑似表述错误{len(places)}处：{words}",
            threshold="0处",
            confirm=True,
        )


def _severity(miss: NearMiss) -> Severity:
    if not miss.sure:
        return Severity.HINT
    return Severity.DEDUCTION if miss.kind in _GRAVE else Severity.REMINDER


def _how(miss: NearMiss) -> str:
    return miss.difference.sentence + (f"（{miss.likeness}）" if miss.likeness else "")
