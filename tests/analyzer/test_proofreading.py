"""What a proof-reader marks, and what only looks like a fault."""

import pytest

from services.analyzer.objection import Hit
from services.analyzer.rules.proofreading import Proofreading
from shared.events import Severity
from tests.analyzer.proof_texts import HINTS, KINDS


def hits(text: str) -> list[Hit]:
    return list(Proofreading().check_text(text))


def test_a_hit_tells_where_why_and_what_to_put_there() -> None:
    (hit,) = hits("比上年增长百分之12.5%。")
    assert (hit.rule, hit.tag, hit.text, hit.suggestion) == ("proofreading", "percent", "百分之12.5%", "12.5%")
    assert hit.severity is Severity.REMINDER
    assert hit.advice == "“百分之”与“%”重复，请核实后改为“12.5%”。"


def test_kinds_can_be_left_out_or_softened() -> None:
    text = "报名截至2025年2月30日。"
    assert list(Proofreading(without=("date",)).check_text(text)) == []
    assert [hit.severity for hit in Proofreading(only_hint=("date",)).check_text(text)] == [Severity.HINT]


@pytest.mark.parametrize(
    ("kind", "text", "words"), [(kind, *row) for kind, texts in KINDS.items() for row in texts.wrong]
)
def test_a_fault_is_found_where_it_stands(kind: str, text: str, words: str) -> None:
    assert (kind, words) in [(hit.tag, hit.text) for hit in hits(text) if hit.severity.accuses]


@pytest.mark.parametrize("text", [text for texts in KINDS.values() for text in texts.right])
def test_what_only_looks_like_a_fault_is_not_accused(text: str) -> None:
    assert [hit for hit in hits(text) if hit.severity.accuses] == []


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in HINTS.items() for text in texts])
def test_what_may_be_meant_is_a_hint(kind: str, text: str) -> None:
    assert [(hit.tag, hit.severity) for hit in hits(text)] == [(kind, Severity.HINT)]


@pytest.mark.parametrize("text", [text for texts in KINDS.values() for text, _ in texts.wrong])
def test_a_suggestion_put_in_place_leaves_no_fault_of_its_own(text: str) -> None:
    for hit in reversed(hits(text)):
        if hit.suggestion is not None:
            mended = text[: hit.start] + hit.suggestion + text[hit.end :]
            assert (hit.tag, hit.start) not in [(left.tag, left.start) for left in hits(mended)]
