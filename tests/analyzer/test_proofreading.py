"""What a proof-reader marks, and what only looks like a fault."""

import pytest

from services.analyzer.objection import Hit
from services.analyzer.rules.proofreading import Proofreading
from shared.events import Severity


def hits(text: str) -> list[Hit]:
    return list(Proofreading().check_text(text))


def accused(text: str) -> list[str]:
    return [hit.text for hit in hits(text) if hit.severity.accuses]


def mended(text: str) -> str:
    for hit in reversed(hits(text)):
        if hit.suggestion is not None:
            text = text[: hit.start] + hit.suggestion + text[hit.end :]
    return text


def test_a_hit_tells_where_why_and_what_to_put_there() -> None:
    (hit,) = hits("比上年增长百分之12.5%。")
    assert (hit.rule, hit.tag, hit.text, hit.suggestion) == ("proofreading", "percent", "百分之12.5%", "12.5%")
    assert hit.severity is Severity.REMINDER
    assert hit.advice == "“百分之”与“%”重复，请核实后改为“12.5%”。"


def test_kinds_can_be_left_out_or_softened() -> None:
    text = "报名截至2025年2月30日。"
    assert list(Proofreading(without=("date",)).check_text(text)) == []
    assert [hit.severity for hit in Proofreading(only_hint=("date",)).check_text(text)] == [Severity.HINT]


@pytest.mark.parametrize("text", ["共发放补贴35户，其中东河镇20户、西山乡16户。"])
def test_sums(text: str) -> None:
    assert accused(text)


def test_clean_text_gives_nothing() -> None:
    assert hits("2025年3月5日（星期三）上午9:30至11:30，全体干部学习讨论《条例》，逐条逐条过。") == []
