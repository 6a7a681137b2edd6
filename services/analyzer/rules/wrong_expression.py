"""Right forms written almost right: names of the state and its organs, fixed formulas, places, statutes, words."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import field_validator

from services.analyzer.language.near_miss import sessions
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.matcher import NearMiss, near_misses
from services.analyzer.language.near_miss.people import Wrong, forms_of, load_people, wrong_orders, wrong_posts
from services.analyzer.language.near_miss.squeeze import squeeze
from services.analyzer.language.proof.confusions import confusions_in
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import of_wording, places_in
from services.analyzer.rules.base import Rule
from shared.clock import to_shanghai
from shared.events import Post, Severity

_GRAVE = frozenset({Kind.STATE, Kind.FORMULA, Kind.SESSION, Kind.PERSON})
"""Written wrongly these are 严重表述错误, once a person has confirmed it."""


class WrongExpression(Rule):
    """国办秘函〔2019〕19号: 出现严重表述错误. A name of the state or the party, or a fixed formula, written wrongly
    counts as the rulebook says; an organ, a place, a statute, an idiom or an ordinary word only reminds; what may be
    meant is a hint. docs/decisions/0017 tells how it is found.

    `people` is an office's own file of names and posts (docs/people.md): a name with its post written almost right, a
    post that is not the person's on the day of publishing, and names out of order are found by it.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    people: str | None = None

    @field_validator("people")
    @classmethod
    def _can_be_read(cls, given: str | None) -> str | None:
        if given is not None:
            load_people(given)
        return given

    def check_text(self, text: str) -> Iterator[Hit]:
        return self._check(text, None)

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        day = to_shanghai(post.published_at or post.observed_at).date()
        yield from of_wording(post, places_in(post, self, lambda text: self._check(text, day)), "疑似表述错误")

    def _check(self, text: str, day: date | None) -> Iterator[Hit]:
        """`day`: of publishing, in Shanghai; null: any day counts on which a person held a post."""
        people = load_people(self.people) if self.people else ()
        misses = list(near_misses(tuple(forms_of(people, day))).find(text))
        for miss in _said_once(text, misses):
            advice = f"疑为“{miss.suggestion}”的误写：{_how(miss)}；请核对后改正。"
            reason = f"{miss.kind.chinese}“{miss.form}”，{_how(miss)}"
            wrong = Wrong(miss.start, miss.end, miss.suggestion, advice)
            yield _hit(text, wrong, _severity(miss), miss.kind, reason)
        for wrong in _never_held(text):
            yield _hit(text, wrong, Severity.DEDUCTION, Kind.SESSION, Kind.SESSION.chinese)
        for wrong in (*wrong_posts(text, people, day), *wrong_orders(text, people, day)):
            yield _hit(text, wrong, Severity.REMINDER, Kind.PERSON, "与本单位名册不符")


def _never_held(text: str) -> Iterator[Wrong]:
    if "全会" not in text and "次会议" not in text:
        return
    squeezed = squeeze(text)
    for first, last, advice in sessions.impossible(squeezed.text):
        yield Wrong(*squeezed.span(first, last), None, advice)


def _hit(text: str, wrong: Wrong, severity: Severity, kind: Kind, reason: str) -> Hit:
    return Hit(
        rule="wrong_expression",
        severity=severity,
        start=wrong.start,
        end=wrong.end,
        text=text[wrong.start : wrong.end],
        suggestion=wrong.suggestion,
        advice=wrong.advice,
        tag=kind.value,
        reason=reason,
    )


def _said_once(text: str, misses: list[NearMiss]) -> list[NearMiss]:
    """Without the hints at what `proofreading` says is wrong in any context."""
    if all(miss.sure for miss in misses):
        return misses
    known = confusions_in(text)
    return [
        miss
        for miss in misses
        if miss.sure or all(fault.end <= miss.start or miss.end <= fault.start for fault in known)
    ]


def _severity(miss: NearMiss) -> Severity:
    if not miss.sure:
        return Severity.HINT
    return Severity.DEDUCTION if miss.kind in _GRAVE else Severity.REMINDER


def _how(miss: NearMiss) -> str:
    return miss.difference.sentence + (f"（{miss.likeness}）" if miss.likeness else "")
