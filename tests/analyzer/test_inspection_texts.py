"""What inspections name in short texts, kind by kind, and what looks like it and is right."""

import re

import pytest

from services.analyzer.objection import Hit
from services.analyzer.rules.personal_number import PersonalNumber
from services.analyzer.rules.proofreading import Proofreading
from services.analyzer.rules.wrong_expression import WrongExpression
from tests.analyzer.inspection_texts import PERSONAL, PUBLIC, RIGHT, WRONG

_MARKED = re.compile(r"\{([^{}]*)\}")


def _accusing(text: str) -> list[Hit]:
    rules = (WrongExpression(), Proofreading(), PersonalNumber())
    return [hit for rule in rules for hit in rule.check_text(text) if hit.severity.accuses]


@pytest.mark.parametrize("marked", [text for texts in WRONG.values() for text in texts])
def test_the_wrong_expression_is_accused(marked: str) -> None:
    text = _MARKED.sub(r"\1", marked)
    spans = [(found.start() - 2 * at, found.end() - 2 * at - 2) for at, found in enumerate(_MARKED.finditer(marked))]
    hits = [hit for hit in _accusing(text) if any(hit.start < end and start < hit.end for start, end in spans)]
    assert hits, text


@pytest.mark.parametrize("text", [text for texts in RIGHT.values() for text in texts])
def test_what_only_looks_wrong_is_left_alone(text: str) -> None:
    assert not [(hit.rule, hit.text) for hit in _accusing(text)]


@pytest.mark.parametrize("text", PERSONAL)
def test_a_personal_number_is_accused(text: str) -> None:
    assert any(hit.rule == "personal_number" for hit in _accusing(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_number_that_is_nobodys_is_left_alone(text: str) -> None:
    assert not [(hit.rule, hit.text) for hit in _accusing(text)]
