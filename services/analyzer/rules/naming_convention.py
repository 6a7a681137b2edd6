"""Names and word pairs as an office's own norms want them (国名, 港澳台), from a file of patterns."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.conventions.convention import Convention
from services.analyzer.language.conventions.in_use import load_conventions, trouble_with
from services.analyzer.language.conventions.matcher import Departure
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import of_wording, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post


class NamingConvention(Rule):
    """国办发〔2018〕123号: 严把政治关、法律关、政策关、保密关、文字关. What is right the office says: each row of its
    file names a way of writing, what to write instead and by which norm (docs/conventions.md). Without one: silence.

    `conventions`: csv or xlsx, followed while in use; a broken one is refused at the start, later the old one stays.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"
    rests_on_text: ClassVar[bool] = True
    paths: ClassVar[tuple[str, ...]] = ("conventions",)

    conventions: str = ""

    def trouble(self) -> str | None:
        return trouble_with(self.conventions) if self.conventions else None

    def check_text(self, text: str) -> Iterator[Hit]:
        if not self.conventions:
            return
        conventions = load_conventions(self.conventions)
        for departure in conventions.find(text):
            yield _hit(text, departure, conventions.name)

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        yield from of_wording(post, places_in(post, self), "不合用语规范")


def _hit(text: str, departure: Departure, file: str) -> Hit:
    convention = departure.convention
    return Hit(
        rule="naming_convention",
        severity=convention.severity,
        start=departure.start,
        end=departure.end,
        text=text[departure.start : departure.end],
        suggestion=departure.suggestion,
        advice=_advice(convention, departure.suggestion, file),
        tag=convention.written,
        reason=f"{file} 第 {convention.row} 行",
    )


def _advice(convention: Convention, suggestion: str | None, file: str) -> str:
    asks = "请核对写法" if suggestion is None else f"请核对后改为“{suggestion}”"
    source = convention.source or f"{file} 第 {convention.row} 行"
    note = f"；{convention.note.rstrip('。；')}" if convention.note else ""
    return f"{asks}（依据：{source}{note}）。"
