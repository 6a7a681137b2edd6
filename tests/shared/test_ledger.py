"""Ledger files as offices send them: rows, sheets, encodings, and nothing trusted."""

import time
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from shared.account import Account
from shared.errors import InputError
from shared.ledger.reading import read_ledger
from shared.ledger.writing import write_ledger
from tests.shared.ledgers import FULL, GOOD, HEADER, TOKEN, first_sheet, only, only_error, read_one, read_rows, workbook

# -- rows


def test_of_rows_about_one_account_the_last_stands_and_both_are_named(tmp_path: Path) -> None:
    other, corrected = ("别的", "抖音", TOKEN, "某局"), (*GOOD[:3], "某市政府办公室")
    file = read_rows(tmp_path, HEADER, GOOD, other, corrected, ("改名", *corrected[1:]))
    assert [(account.name, account.unit) for account in file.accounts] == [("改名", "某市政府办公室"), ("别的", "某局")]
    assert file.notices == ("第4行与第5行是同一个账号（某市发布，改名），以第5行为准",)
    (error,) = file.errors
    assert (error.place, error.name) == ("台账!C2", "某市发布")
    assert error.message == "与第5行“改名”是同一个账号，以第5行为准"


def test_the_same_row_twice_is_no_fault(tmp_path: Path) -> None:
    file = read_rows(tmp_path, HEADER, GOOD, GOOD)
    assert only(file).name == "某市发布"
    assert (file.warnings, file.notices) == ((), ("第2行与第3行是同一个账号（某市发布），以第3行为准",))


def test_what_was_wrong_in_a_row_that_does_not_stand_is_not_told(tmp_path: Path) -> None:
    header = [*HEADER, "联系电话"]
    file = read_rows(tmp_path, header, [*GOOD, "没有"], [*GOOD, "13800000000"])
    assert (file.accounts[0].phone, file.warnings) == ("13800000000", ())


def test_empty_numbered_and_footer_rows_are_not_accounts(tmp_path: Path) -> None:
    file = read_rows(tmp_path, ["序号", *HEADER], [1, *GOOD], [2], [], [None, "填表人：张三"])
    assert len(file.accounts) == 1
    assert file.errors == ()
    assert file.notices == ("第5行只有一格有内容，已略过",)


def test_a_merged_unit_belongs_to_every_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = first_sheet(book)
    for row in (HEADER, GOOD, ("乙", "抖音", TOKEN, None)):
        sheet.append(row)
    sheet.merge_cells("D2:D3")
    book.save(tmp_path / "merged.xlsx")
    file = read_ledger(tmp_path / "merged.xlsx")
    assert [account.unit for account in file.accounts] == ["某市政府办", "某市政府办"]


def test_a_formula_without_a_result_is_an_error(tmp_path: Path) -> None:
    file = read_rows(tmp_path, HEADER, ["=CONCAT(A9)", *GOOD[1:]])
    error = only_error(file)
    assert (error.place, error.message) == ("台账!A2", "公式没有计算结果")


def test_a_formula_with_a_result_is_its_result_and_an_error_value_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", HEADER, GOOD, ["乙", "抖音", TOKEN, "PLACE"])
    file = read_ledger(rewritten(path, b"<v>", b"<f>1+1</f><v>"))
    assert [account.name for account in file.accounts] == ["某市发布", "乙"]
    bad = workbook(tmp_path / "e.xlsx", HEADER, ["#N/A", *GOOD[1:]])
    assert only_error(read_ledger(bad)).message == "公式结果是错误值"


def rewritten(path: Path, old: bytes, new: bytes) -> Path:
    source = zipfile.ZipFile(path)
    target = path.with_suffix(".2.xlsx")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            data = source.read(entry)
            archive.writestr(entry, data.replace(old, new) if "sheet1" in entry.filename else data)
    return target


def test_hidden_sheets_are_ignored_and_a_second_ledger_is_told(tmp_path: Path) -> None:
    book = Workbook()
    hidden = first_sheet(book)
    hidden.title = "旧台账"
    hidden.sheet_state = "hidden"
    sheets: dict[str, list[tuple[str, ...]]] = {"说明": [("看这里",)], "新": [HEADER, GOOD], "另": [HEADER, GOOD]}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    hidden.append(HEADER)
    hidden.append(("旧", *GOOD[1:]))
    book.save(tmp_path / "sheets.xlsx")
    file = read_ledger(tmp_path / "sheets.xlsx")
    assert only(file).name == "某市发布"
    assert file.notices == ("工作表“另”也像台账，未读取；请另存为单独的文件导入",)


def test_a_file_without_a_column_does_not_wipe_what_was_known(tmp_path: Path) -> None:
    file = read_rows(tmp_path, [*HEADER, "备注"], ["新名", *GOOD[1:], None], ["乙", "抖音", TOKEN, "丙", None])
    renamed, new = file.over([FULL]).accounts
    assert renamed == FULL.model_copy(update={"name": "新名", "remark": None})
    assert new == file.accounts[1]


def test_an_error_reads_as_one_sentence(tmp_path: Path) -> None:
    error = only_error(read_one(tmp_path, platform="微搏"))
    assert str(error) == "台账!B2 平台“微搏”：认不出平台，填 微信公众号、新浪微博、抖音、今日头条、订阅源"


# -- csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(
        delimiter.join(HEADER).encode(encoding)
        + f"\r\n{delimiter.join(GOOD)}\r\n".encode(encoding.replace("utf-16", "utf-16-le").removesuffix("-sig"))
    )
    assert only(read_ledger(path)).unit == "某市政府办"


def test_a_csv_row_counts_as_the_spreadsheet_counts(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(",".join(HEADER) + '\n"某市\n发布",微博,1234567890,某市政府办\n乙,微搏,2,丙\n', "utf-8")
    file = read_ledger(path)
    assert file.accounts[0].name == "某市 发布"
    assert {error.row for error in file.errors} == {3}


def test_an_id_forced_to_text_in_a_csv_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(",".join(HEADER) + '\n某市发布,微博,"=""1234567890""",某市政府办\n', "utf-8")
    assert only(read_ledger(path)).id == "1234567890"


def test_csv_bytes_in_no_known_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(b"\xff\xff\xff\x80")
    with pytest.raises(InputError, match="文字编码"):
        read_ledger(path)


# -- hostile files


def test_defusedxml_guards_openpyxl() -> None:
    assert openpyxl.DEFUSEDXML


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "不是完好"),
        (b"PK\x03\x04broken", "不是完好"),
        (b"<html><table></table>", "是网页"),
        (b"", "找不到表头"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused_with_the_remedy(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_ledger(path)


def test_a_missing_file_and_a_folder_are_input_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xlsx", tmp_path):
        with pytest.raises(InputError):
            read_ledger(path)


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", HEADER, GOOD)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 20_000_000)
    with pytest.raises(InputError, match="压缩"):
        read_ledger(path)


def test_entities_in_the_xml_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "xxe.xlsx", HEADER, GOOD)
    evil = rewritten(path, b"<worksheet", b'<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet')
    with pytest.raises(InputError, match="不是完好"):
        read_ledger(evil)


def test_a_cell_at_the_far_corner_costs_nothing(tmp_path: Path) -> None:
    book = Workbook()
    sheet = first_sheet(book)
    sheet.append(HEADER)
    sheet.append(GOOD)
    sheet.cell(1_048_576, 16_384, None).number_format = "@"
    sheet.cell(3, 16_384, "x")
    book.save(tmp_path / "far.xlsx")
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
    path = rewritten(tmp_path / "far.xlsx", b"</sheetData>", merge)
    started = time.monotonic()
    assert len(read_ledger(path).accounts) == 1
    assert time.monotonic() - started < 5


def test_more_rows_than_a_ledger_has_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(",".join(HEADER) + "\n" + (",".join(GOOD) + "\n") * 50_001, "utf-8")
    with pytest.raises(InputError, match="50000"):
        read_ledger(path)


def test_ten_thousand_rows_are_read(tmp_path: Path) -> None:
    accounts = [
        Account(platform="weibo", id=str(1_000_000_000 + n), name=f"账号{n}", unit="某局") for n in range(10_000)
    ]
    write_ledger(tmp_path / "big.xlsx", accounts)
    file = read_ledger(tmp_path / "big.xlsx")
    assert (file.accounts, file.errors) == (tuple(accounts), ())


def test_a_ledger_may_be_read_from_a_file_with_macros(tmp_path: Path) -> None:
    path = workbook(tmp_path / "l.xlsm", HEADER, GOOD)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", BytesIO(b"macro").getvalue())
    assert only(read_ledger(path)).name == "某市发布"
