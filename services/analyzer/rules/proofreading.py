"""What a proof-reader marks: impossible dates, doubled words, placeholders, remains of HTML, sums that are wrong."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.near_miss.matcher import near_misses
from services.analyzer.language.proof import confusions
from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.proofread import proofread
from services.analyzer.language.text.taken import Taken
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity


class Proofreading(Rule):
    """国办发〔2018〕123号: 严把…文字关. What is wrong whoever reads it is a reminder, what only looks so a hint.

    `without` names kinds of fault that are not looked for, `only_hint` kinds that never accuse (docs/decisions/0018
    lists them).
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    without: tuple[str, ...] = ()
    only_hint: tuple[str, ...] = ()

    def check_text(self, text: str) -> Iterator[Hit]:
        for fault in _said_once(text, proofread(text)):
            if fault.kind not in self.without:
                softened = fault.kind in self.only_hint and fault.accuses
                yield _hit(text, fault, Severity.HINT if softened else fault.severity)

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        reasons = "、".join(dict.fromkeys(place.hit.reason or "" for place in places[:5]))
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}“{first.hit.text}”疑有差错（原文：“{first.quote}”）：{first.hit.advice}"
            f"共{len(places)}处。",
            measured=f"{len(places)}处：{reasons}",
            threshold="0处",
            confirm=True,
        )


def _said_once(text: str, faults: list[Fault]) -> list[Fault]:
    """Without the confusions that `wrong_expression` accuses as part of a name or a fixed expression."""
    if all(fault.kind != confusions.KIND for fault in faults):
        return faults
    named = Taken()
    for miss in near_misses().find(text):
        if miss.sure:
            named.take(miss.start, miss.end)
    return [fault for fault in faults if fault.kind != confusions.KIND or named.is_free(fault.start, fault.end)]


def _hit(text: str, fault: Fault, severity: Severity) -> Hit:
    return Hit(
        rule="proofreading",
        severity=severity,
        start=fault.start,
        end=fault.end,
        text=text[fault.start : fault.end],
        suggestion=fault.suggestion,
        advice=f"{fault.reason}，{_asks(fault)}。",
        tag=fault.kind,
        reason=fault.reason,
    )


def _asks(fault: Fault) -> str:
    if fault.suggestion is None:
        return "请对照原稿核实后改正"
    if not fault.suggestion.strip():
        return "请核实后改为空格" if fault.suggestion else "请核实后删去"
    return f"请核实后改为“{fault.suggestion}”"
