"""What pages and people write must never run in a spreadsheet."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell

from shared.spreadsheet import FORMULA_STARTS, csv_text, from_csv_text, safe_text, write_text_cell

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+86 138",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''=1",
    " =1",
    "'",
    "'ok'",
    "a=b",
    "",
    "正常",
]


def _saved_and_opened(value: object) -> Cell | MergedCell:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    write_text_cell(sheet.cell(1, 1), value)
    file = BytesIO()
    book.save(file)
    opened = load_workbook(BytesIO(file.getvalue())).active
    assert opened is not None
    return opened.cell(1, 1)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_comes_back_as_the_same_text(text: str) -> None:
    cell = _saved_and_opened(text)
    assert (cell.value or "") == text
    assert cell.data_type != "f"


def test_a_long_id_keeps_every_digit_and_error_words_stay_text() -> None:
    assert _saved_and_opened("1234567890123456789").value == "1234567890123456789"
    assert _saved_and_opened("#REF!").data_type == "s"


def test_control_characters_and_lone_surrogates_are_dropped() -> None:
    assert safe_text("a\x00b\x0bc\ud800d\ufffe") == "abcd"
    assert _saved_and_opened("a\x07b").value == "ab"


def test_nothing_is_an_empty_text_and_a_number_its_digits() -> None:
    assert safe_text(None) == ""
    assert safe_text(12) == "12"


def test_an_endless_text_is_cut_at_the_limit_of_a_cell() -> None:
    assert len(safe_text("字" * 100_000)) == 32_767


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_csv_cell_never_begins_with_a_formula_sign(start: str) -> None:
    assert not csv_text(f"{start}1").startswith(FORMULA_STARTS)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_csv_prefix_is_undone_on_reading(text: str) -> None:
    assert from_csv_text(csv_text(text)) == text


def test_an_ordinary_csv_text_is_left_alone() -> None:
    assert csv_text("某市发布") == "某市发布"
    assert from_csv_text("'引号'") == "'引号'"
