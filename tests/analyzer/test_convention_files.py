"""Files of conventions: what is refused, with place and remedy; what is too much; what changes while in use."""

import os
from pathlib import Path

import pytest
from openpyxl import Workbook

from services.analyzer.language.conventions.convention import convention_of
from services.analyzer.language.conventions.files import read_conventions
from services.analyzer.language.conventions.in_use import ConventionsInUse
from services.analyzer.language.conventions.matcher import Conventions
from services.analyzer.language.conventions.pattern import parse_pattern
from shared.errors import InputError
from tests.paths import ROOT

HEADER = "写法,建议,来源,说明,例外,等级"
LONG_TEXT = 100_000


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "names.csv"
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    return file


def refusal(file: Path) -> str:
    with pytest.raises(InputError, match="请") as caught:
        read_conventions(file)
    return str(caught.value).removeprefix(str(file))


def found(text: str, *patterns: str) -> list[str]:
    conventions = Conventions(convention_of(row, {"pattern": one}) for row, one in enumerate(patterns, start=2))
    return [text[one.start : one.end] for one in conventions.find(text)]


@pytest.mark.parametrize(
    "pattern",
    [
        *("((甲|乙)|丙)", "（（甲｜乙）｜丙）", "(甲|乙", "甲|乙)", "甲|乙", "甲)(乙", "甲(乙…丙)丁", "(", ")", "|"),
        *("()", "(|)", "(甲|)", "(甲)", "…", "……", "…甲", "甲…", "甲… …乙", "甲...乙", "\u200b", "甲…\u200b"),
        *("(甲|乙)" * 7, "甲…" * 6 + "甲", "甲" * 5000, "(" * 5000, "(甲|乙)" * 1000, "…" * 5000),
    ],
)
def test_a_pattern_that_cannot_be_right_is_refused_with_row_column_and_remedy(tmp_path: Path, pattern: str) -> None:
    assert refusal(written(tmp_path, "纽西兰,新西兰,,,,", f'"{pattern}",,,,,')).startswith(":3:写法: ")


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (",新西兰,,,,", ":2:写法"),
        ("甲…乙,丙,,,,", ":2:建议"),
        ("甲乙,甲乙,,,,", ":2:建议"),
        ("臺湾Ａ,台湾a,,,,", ":2:建议"),
        ("甲…乙,甲…乙,,,,", ":2:建议"),
        ("甲,\u200b,,,,", ":2:建议"),
        ("甲乙,,,,丙丁,", ":2:例外"),
        ("甲乙,,,,甲乙丙、甲乙丁,", ":2:例外"),
        ("甲乙,,,,,严重", ":2:等级"),
        ("甲乙,,,,,单项否决", ":2:等级"),
        (f"甲乙,,,{'长' * 501},,", ":2:说明"),
        ("甲乙,,,,,,多", ":2: "),
        ("甲乙,丙,,,,\n(甲乙|甲乙),丁,,,,", ":3:写法"),
    ],
)
def test_a_cell_that_cannot_be_right_is_refused(tmp_path: Path, row: str, place: str) -> None:
    assert refusal(written(tmp_path, row)).startswith(place)


@pytest.mark.parametrize(
    ("header", "place"),
    [("", ":1"), ("建议,来源", ":1"), ("写法,pattern", ":1:写法"), ("写法,建议,建议", ":1:建议")],
)
def test_a_header_that_cannot_be_right_is_refused(tmp_path: Path, header: str, place: str) -> None:
    assert refusal(written(tmp_path, "甲乙,丙", header=header)).startswith(place)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.csv", b""), ("a.csv", b"\xff\xfe\xff"), ("a.csv", b"\x00"), ("a.xlsx", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(content)
        assert refusal(tmp_path / name)
    assert refusal(tmp_path / "nowhere.csv")


def test_the_same_row_twice_counts_once_and_empty_rows_are_none(tmp_path: Path) -> None:
    file = written(tmp_path, "甲乙,丙,,,,", ",,,,,", "", "甲乙,丙,,,,")
    assert [one.row for one in read_conventions(file).conventions] == [2]


def test_columns_are_known_by_chinese_or_english_headers_in_any_order(tmp_path: Path) -> None:
    file = written(tmp_path, "1,新西兰,手册,纽西兰", header="序号,Suggestion,来源, Pattern ")
    (one,) = read_conventions(file).conventions
    assert (one.written, one.suggestion, one.source) == ("纽西兰", ("新西兰",), "手册")


def test_a_workbook_and_a_csv_as_excel_saves_it_hold_the_same(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (HEADER.split(","), ["纽西兰", "新西兰", None, 2019, None, "提示"]):
        book.active.append(row)
    book.save(tmp_path / "names.xlsx")
    (tmp_path / "names.csv").write_bytes(f"{HEADER}\r\n纽西兰,新西兰,,2019,,提示\r\n".encode("gb18030"))
    assert read_conventions(tmp_path / "names.xlsx").conventions == read_conventions(tmp_path / "names.csv").conventions


def test_a_changed_file_is_taken_and_a_broken_one_leaves_the_old_in_force(tmp_path: Path) -> None:
    file = written(tmp_path, "纽西兰,新西兰,,,,")
    in_use = ConventionsInUse((file,))

    def at(moment: float) -> list[str]:
        return [one.convention.written for one in in_use.current(moment).find("纽西兰与寮国")]

    def change(moment: int, *rows: str) -> None:
        os.utime(written(tmp_path, *rows), (moment, moment))

    before = in_use.version
    assert at(10) == ["纽西兰"]
    change(1_000, "寮国,老挝,,,,")
    assert at(20) == ["寮国"]
    assert in_use.version != before
    change(2_000, "纽西兰,新西兰,,,,", "(寮国,老挝,,,,")
    assert at(30) == ["寮国"]
    assert f"{file}:3:写法" in (in_use.trouble or "")
    file.unlink()
    assert at(40) == ["寮国"]
    change(3_000, "纽西兰,新西兰,,,,")
    assert at(50) == ["纽西兰"]
    assert in_use.trouble is None


def test_ten_thousand_rows_find_each_of_theirs(tmp_path: Path) -> None:
    names = [f"{chr(0x4E00 + place // 100)}{chr(0x5E00 + place % 100)}某国" for place in range(10_000)]
    conventions = read_conventions(written(tmp_path, *(f"{name}…大使,,,,," for name in names))).conventions
    text = "。".join(f"{name}大使" for name in names[::1000])
    assert len(Conventions(conventions).find(text)) == 10


@pytest.mark.parametrize("unit", ["甲", "甲乙", "甲。", "(", "…", "\n", "Ａ", "纽西兰", "国家"])
def test_a_text_of_a_hundred_thousand_characters_is_read_to_its_end(unit: str) -> None:
    patterns = (
        "甲…甲…甲…甲…甲…甲",
        "甲…乙",
        "(甲|甲甲|甲甲甲)…甲甲",
        "纽西兰",
        "国…家",
        "a…a",
        "甲" * 50,
        "(国|家)…丙",
    )
    text = unit * (LONG_TEXT // len(unit)) + "。寮国"
    assert found(text, *patterns, "寮国")[-1] == "寮国"


def test_a_gap_takes_the_nearest_piece_that_leads_to_the_end() -> None:
    assert found("甲一甲二乙三丙", "甲…乙…丙") == ["甲二乙三丙"]
    assert found("甲乙一二三四五六七八九十乙丙", "甲…乙…丙") == []
    assert found("甲一乙二乙三丙", "甲…乙…丙") == ["甲一乙二乙三丙"]
    assert found("甲一二三四五六七乙八乙九十零一二三四五六七丙", "甲…乙…丙") == [
        "甲一二三四五六七乙八乙九十零一二三四五六七丙"
    ]


def test_brackets_of_either_width_name_forms_of_one_piece() -> None:
    assert parse_pattern("（港 ｜澳）台…（国外|海外）").pieces == (("港台", "澳台"), ("国外", "海外"))


def test_the_example_can_be_used_and_accuses_none_of_its_own_suggestions() -> None:
    conventions = read_conventions(ROOT / "docs/conventions.csv").conventions
    matcher = Conventions(conventions)
    assert all(one.source for one in conventions)
    for one in conventions:
        suggestion = "、英国".join(one.suggestion)
        assert not matcher.find(f"，{suggestion}，"), suggestion
