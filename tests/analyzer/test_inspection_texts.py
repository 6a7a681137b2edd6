"""What inspections name in short texts, kind by kind, and what looks like it and is right."""

import re
from collections.abc import Mapping

import pytest

from services.analyzer.objection import Hit
from services.analyzer.rules.personal_number import PersonalNumber
from services.analyzer.rules.proofreading import Proofreading
from services.analyzer.rules.wrong_expression import WrongExpression
from tests.analyzer import right_names, right_words, wrong_names, wrong_words
from tests.analyzer.number_texts import PERSONAL, PUBLIC

_MARKED = re.compile(r"\{([^{}]*)\}")


def _accusing(text: str) -> list[Hit]:
    rules = (WrongExpression(), Proofreading(), PersonalNumber())
    return [hit for rule in rules for hit in rule.check_text(text) if hit.severity.accuses]


def _texts(*tables: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [text for table in tables for texts in table.values() for text in texts]


@pytest.mark.parametrize("marked", _texts(wrong_names.WRONG, wrong_words.WRONG))
def test_the_wrong_expression_is_accused(marked: str) -> None:
    text = _MARKED.sub(r"\1", marked)
    spans = [(found.start() - 2 * at, found.end() - 2 * at - 2) for at, found in enumerate(_MARKED.finditer(marked))]
    hits = [hit for hit in _accusing(text) if any(hit.start < end and start < hit.end for start, end in spans)]
    assert hits, text


@pytest.mark.parametrize("text", _texts(right_names.RIGHT, right_words.RIGHT))
def test_what_only_looks_wrong_is_left_alone(text: str) -> None:
    assert not [(hit.rule, hit.text) for hit in _accusing(text)]


@pytest.mark.parametrize("text", PERSONAL)
def test_a_personal_number_is_accused(text: str) -> None:
    assert any(hit.rule == "personal_number" for hit in _accusing(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_number_that_is_nobodys_is_left_alone(text: str) -> None:
    assert not [(hit.rule, hit.text) for hit in _accusing(text)]


@pytest.mark.parametrize(
    "text",
    [
        "进一步优化营商环境境，我局推出措施。",
        "大力加强队伍建设设，提高能力。",
        "落实主体责任任。",
        "形成长效机制制，久久为功。",
    ],
)
def test_the_last_character_of_a_word_typed_twice_is_accused(text: str) -> None:
    assert [hit.tag for hit in _accusing(text)] == ["doubled"]


@pytest.mark.parametrize(
    "text",
    [
        "开发区区政府印发方案。",
        "学会会刊发布目录，企业业态丰富。",
        "医院院感防控、科技技防设施、法官员额管理。",
        "在建建（构）筑物逐一登记。",
        "上海海关、河北北部、广东东莞、湖南南岳。",
        "他笑哈哈，一起玩玩，这个小不点点，真可爱。",
    ],
)
def test_a_word_that_begins_as_the_one_before_ends_is_left_alone(text: str) -> None:
    assert not [(hit.rule, hit.text) for hit in _accusing(text)]


@pytest.mark.parametrize("text", ["县委付书记带队检查。", "人大常委会付主任带队视察。", "市政协傅副主席、傅主席出席。"])
def test_a_deputy_that_may_be_a_surname_is_not_accused(text: str) -> None:
    assert not [(hit.rule, hit.text) for hit in _accusing(text)]


def test_a_long_formula_without_its_second_character_may_be_other_words() -> None:
    assert not _accusing("对于危害我国主权、安全、发展利益的行为，依法追究责任。")
