"""Personal data left unmasked: identity numbers, bank cards, travel documents, mobile numbers, homes."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.personal.addresses import homes
from services.analyzer.language.personal.numbers import mask
from services.analyzer.language.text.folding import Folded, fold
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._personal import Verdict, places_of, verdict_on, verdict_on_home
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity


class PersonalNumber(Rule):
    """国办发〔2018〕123号: 保护国家秘密、商业秘密和个人隐私. Masked as `138****1234` and `35*************123`.

    What counts, and how much, is the written policy of docs/decisions/0016. An identity number with its check digit
    needs no confirmation, unless a wanted or court notice prints it; everything else does.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        return _hits(text)

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self, lambda text: _hits(text, fold(post.title or "").text))
        if not places:
            return
        first = places[0]
        kinds = "、".join(dict.fromkeys(place.hit.reason or "" for place in places))
        shown = "、".join(dict.fromkeys(place.hit.suggestion or "" for place in places[:5]))
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}出现未脱敏的{first.hit.reason}（原文：“{first.quote}”），"
            f"请核实是否为个人信息并隐藏处理；共{len(places)}处。",
            measured=f"{kinds}{len(places)}处：{shown}",
            threshold="0处",
            confirm=not (first.hit.kind == "id_card" and first.hit.severity is Severity.DEDUCTION),
        )


def _hits(text: str, head: str = "") -> Iterator[Hit]:
    folded = fold(text)
    for place in places_of(folded.text, head):
        verdict = verdict_on(place)
        if verdict is not None:
            yield _hit(text, folded, place.number.start, place.number.end, verdict)
    for home in homes(folded.text):
        verdict = verdict_on_home(folded.text, home, head)
        if verdict is not None:
            yield _hit(text, folded, home.start, home.end, verdict)


def _hit(text: str, folded: Folded, start: int, end: int, verdict: Verdict) -> Hit:
    first, last = folded.span(start, end)
    masked = mask(text[first:last] if verdict.kind == "email" else text[first:last].upper(), verdict.kind)
    return Hit(
        rule="personal_number",
        severity=verdict.severity,
        start=first,
        end=last,
        text=text[first:last],
        suggestion=masked,
        advice=_advice(masked, verdict),
        tag=verdict.kind,
        kind=verdict.kind,
        reason=verdict.name,
    )


def _advice(masked: str, verdict: Verdict) -> str:
    if verdict.kind == "home_address":
        return "住址请只公开到乡镇（街道）。"
    return f"{verdict.name}请脱敏为 {masked}。"
