"""What an office's own file of names and word pairs finds, and what it leaves alone."""

from pathlib import Path

import pytest

from services.analyzer.objection import Hit
from services.analyzer.rulebook import load_rulebook
from services.analyzer.rules.base import Rule
from shared.errors import InputError
from shared.events import Severity
from shared.plugins import discover
from tests.analyzer.histories import a_history
from tests.builders import a_post

HEADER = "写法,建议,来源,说明,例外,等级"


def rule_of(folder: Path, *rows: str, header: str = HEADER) -> Rule:
    file = folder / str(len(list(folder.iterdir()))) / "names.csv"
    file.parent.mkdir()
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    return discover("services.analyzer.rules", Rule)["naming_convention"].model_validate({"conventions": str(file)})


def hits(folder: Path, text: str, *rows: str) -> list[Hit]:
    found = list(rule_of(folder, *rows).check_text(text))
    assert all(text[hit.start : hit.end] == hit.text for hit in found)
    return found


def words(folder: Path, text: str, *rows: str) -> list[str]:
    return [hit.text for hit in hits(folder, text, *rows)]


def corrected(text: str, found: list[Hit]) -> str:
    for hit in reversed(found):
        text = text[: hit.start] + (hit.suggestion or hit.text) + text[hit.end :]
    return text


def test_without_a_file_nothing_is_said() -> None:
    rule = discover("services.analyzer.rules", Rule)["naming_convention"]()
    assert not list(rule.check_text("纽西兰总理到访。"))


def test_the_suggestion_replaces_the_place_and_the_advice_quotes_the_source(tmp_path: Path) -> None:
    text = "📣纽西兰客商到访，与纽西兰企业签约。"
    found = hits(tmp_path, text, "纽西兰,新西兰,外事办用语手册第3页,按外交部国名,,")
    assert corrected(text, found) == "📣新西兰客商到访，与新西兰企业签约。"
    assert found[0].severity is Severity.REMINDER
    assert found[0].advice == "请核对后改为“新西兰”（依据：外事办用语手册第3页；按外交部国名）。"
    assert found[0].reason == "names.csv 第 2 行"


def test_a_row_without_a_source_is_named_by_file_and_row(tmp_path: Path) -> None:
    (hit,) = hits(tmp_path, "寮国代表团", "纽西兰,新西兰,,,,", "寮国,,,,,")
    assert hit.suggestion is None
    assert hit.advice == "请核对写法（依据：names.csv 第 3 行）。"


def test_what_is_written_otherwise_is_found_where_it_stands(tmp_path: Path) -> None:
    row = "（ROC|沙烏地）官方,某写法,,,,"
    assert words(tmp_path, "訪ＲＯＣ官方与沙乌地官\u200b方", row) == ["ＲＯＣ官方", "沙乌地官\u200b方"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("香港、新加坡等国家和地区的客商", []),
        ("香港、新加坡等国家的客商", ["香港、新加坡等国家"]),
        ("香港等国家", ["香港等国家"]),
        ("香港一二三四五六七八九十等国家", ["香港一二三四五六七八九十等国家"]),
        ("香港一二三四五六七八九十一等国家", []),
        ("香港。新加坡等国家", []),
        ("香港！新加坡等国家", []),
        ("香港\n新加坡等国家", []),
        ("香港与香港、日本等国家", ["香港、日本等国家"]),
        ("新加坡等国家，香港", []),
    ],
)
def test_a_gap_holds_ten_characters_of_one_sentence_and_keeps_its_text(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    found = hits(tmp_path, text, "香港……等国家,香港…等国家和地区,,,,")
    assert [hit.text for hit in found] == expected
    assert not hits(tmp_path, corrected(text, found), "香港……等国家,香港…等国家和地区,,,,")


def test_pieces_and_gaps_are_found_in_order_with_any_of_their_forms(tmp_path: Path) -> None:
    row = "(港|澳|台湾)…赴…(国外|海外)…学习,,,,,"
    assert words(tmp_path, "台湾青年赴亚洲以外的海外名校学习", row) == ["台湾青年赴亚洲以外的海外名校学习"]
    assert words(tmp_path, "赴台湾青年的海外学习", row) == []


def test_what_already_reads_as_suggested_is_right(tmp_path: Path) -> None:
    assert words(tmp_path, "北马其顿与马其顿", "马其顿,北马其顿,,,,") == ["马其顿"]
    assert words(tmp_path, "中国香港、香港地区", "(香港|香港地区),中国香港,,,,") == ["香港地区"]


def test_inside_an_exception_the_pattern_is_right(tmp_path: Path) -> None:
    row = "汉城,首尔,,,汉城奥运会；《汉城日记》;漢城湖,"
    assert words(tmp_path, "汉城奥运会、《汉城日记》、汉城湖、汉城", row) == ["汉城"]
    assert words(tmp_path, "汉城湖、汉城", '汉城,,,,"汉城路\n汉城湖",') == ["汉城"]


@pytest.mark.parametrize("sentence", ["与NAME代表团会谈", "从NAME回国", "在NAME的企业", "据NAME媒体报道", "原NAME人士"])
@pytest.mark.parametrize("name", ["寮国", "北韩", "港督", "狮城", "高棉", "陆委会"])
def test_a_name_that_no_dictionary_holds_is_found_in_ordinary_sentences(
    tmp_path: Path, sentence: str, name: str
) -> None:
    assert words(tmp_path, sentence.replace("NAME", name), f"{name},,,,,") == [name]


def test_a_piece_inside_an_exception_is_none(tmp_path: Path) -> None:
    row = "香港…等国家,香港…等国家和地区,,,等国家行为；香港大学,"
    assert words(tmp_path, "香港驻军的国防等国家行为。香港大学与英国等国家合作", row) == []
    assert words(tmp_path, "香港、国防等国家行为等国家", row) == ["香港、国防等国家行为等国家"]


def test_what_is_cut_out_of_other_words_is_not_the_pattern(tmp_path: Path) -> None:
    assert words(tmp_path, "其中港口吞吐量增长", "中港,内地与香港,,,,") == []
    assert words(tmp_path, "中港两地", "中港,内地与香港,,,,") == ["中港"]
    assert words(tmp_path, "the process of ROC, ROCK", "ROC,,,,,") == ["ROC"]
    assert words(tmp_path, "第1997年、97年", "97年,1997年,,,,") == ["97年"]


@pytest.mark.parametrize(
    ("level", "severity"),
    [("问题", Severity.DEDUCTION), ("提示", Severity.HINT), ("REMINDER", Severity.REMINDER), ("", Severity.REMINDER)],
)
def test_the_row_says_how_grave_it_is(tmp_path: Path, level: str, severity: Severity) -> None:
    assert [hit.severity for hit in hits(tmp_path, "访问寮国", f"寮国,老挝,,,,{level}")] == [severity]


def test_of_two_that_overlap_the_longer_and_of_two_alike_the_upper_row_counts(tmp_path: Path) -> None:
    found = hits(tmp_path, "韩国汉城市", "汉城,首尔,,,,", "(汉城|汉阳)市,首尔市,,,,", "(汉城市|某城市),某,,,,")
    assert [(hit.text, hit.suggestion) for hit in found] == [("汉城市", "首尔市")]


def test_a_post_is_objected_to_once_with_place_words_and_source(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, "纽西兰,新西兰,外事办用语手册,,,")
    (said,) = rule.check_post(a_post(title="纽西兰客商到访", text="纽西兰客商参观。"), a_history())
    assert said.severity is Severity.REMINDER
    assert "“新西兰”（依据：外事办用语手册）" in said.sentence
    assert said.measured == "不合用语规范2处：“纽西兰”"
    assert said.confirm is True


ENTRY = "  - {indicator: C-12, options: {conventions: OPTION}}\n"
HEAD = "name: NAME\ntitle: t\nversion: '1'\neffective_from: 2024-01-01\nextends: PARENT\nentries:\n"


def test_a_relative_file_lies_beside_the_rulebook_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city/own.csv").write_text("写法\n寮国\n", encoding="utf-8")
    city = HEAD.replace("NAME", "city").replace("PARENT", "cn") + ENTRY.replace("OPTION", "own.csv")
    (tmp_path / "city/book.yaml").write_text(city, encoding="utf-8")
    district = HEAD.replace("NAME", "district").replace("PARENT", "city/book.yaml")
    (tmp_path / "book.yaml").write_text(district + "  - {indicator: C-12, severity: hint}\n", encoding="utf-8")
    for book in ("city/book.yaml", "book.yaml"):
        (entry,) = [one for one in load_rulebook(str(tmp_path / book)).entries if one.indicator == "C-12"]
        assert [hit.text for hit in entry.plugin.check_text("寮国")] == ["寮国"]


def test_a_list_of_words_lies_beside_its_rulebook_too(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("word,tag\n某词,own\n", encoding="utf-8")
    book = (
        HEAD.replace("NAME", "city").replace("PARENT", "cn") + "  - {indicator: C-03, options: {lexicons: [own.csv]}}\n"
    )
    (tmp_path / "book.yaml").write_text(book, encoding="utf-8")
    (entry,) = [one for one in load_rulebook(str(tmp_path / "book.yaml")).entries if one.indicator == "C-03"]
    assert [hit.text for hit in entry.plugin.check_text("某词")] == ["某词"]


def test_a_broken_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("写法\n(甲|乙\n", encoding="utf-8")
    book = HEAD.replace("NAME", "city").replace("PARENT", "cn") + ENTRY.replace("OPTION", "own.csv")
    (tmp_path / "book.yaml").write_text(book, encoding="utf-8")
    with pytest.raises(InputError, match=r"own\.csv:2:写法.*请"):
        load_rulebook(str(tmp_path / "book.yaml")).check()
