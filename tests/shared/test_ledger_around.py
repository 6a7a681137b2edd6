"""What offices write around the accounts of a ledger: signatures, instructions, examples, other file formats."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from shared.errors import InputError
from shared.ledger.reading import LedgerFile, read_ledger

HEADER = ["序号", "账号名称", "平台", "主办单位", "账号ID", "主页链接", "联系人", "联系电话"]
ACCOUNT = [1, "某市发布", "新浪微博", "某市政府办", "2803301701", "", "张三", "13812345678"]


def read(tmp_path: Path, *rows: list[object]) -> LedgerFile:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for row in rows:
        sheet.append(row)
    path = tmp_path / "ledger.xlsx"
    book.save(path)
    return read_ledger(path)


@pytest.mark.parametrize(
    "row",
    [
        ["填表人：王五", "", "", "审核人：赵六", "", "", "", "联系电话：0571-88888888"],
        ["填表人：", "王五", "", "审核人：", "赵六"],
        ["填报人（签字）：王五", "", "审核人：赵六", "", "填报日期：2026年11月20日"],
        ["", "", "", "填报单位（盖章）：某市政府办", "", "", "", "2026年11月20日"],
        ["填写说明", "填全称", "微博/微信/抖音", "填单位全称", "填数字UID"],
        ["（示例）", "某某发布", "新浪微博", "某单位", "1234567890"],
    ],
)
def test_what_is_written_around_the_accounts_is_told_and_is_no_account(tmp_path: Path, row: list[object]) -> None:
    file = read(tmp_path, row, ACCOUNT, row)
    assert [account.name for account in file.accounts] == ["某市发布"]
    assert file.errors == ()
    assert len(file.notices) == 2


def test_an_account_named_like_an_office_of_review_stays_an_account(tmp_path: Path) -> None:
    file = read(tmp_path, [1, "某省审核中心", "新浪微博", "某省审核中心", "2803301701", "", "填报员"])
    assert [account.name for account in file.accounts] == ["某省审核中心"]


def test_a_spaced_number_column_is_not_reported_as_unused(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["序 号", *HEADER[1:]])
    sheet.append(ACCOUNT)
    book.save(tmp_path / "ledger.xlsx")
    assert read_ledger(tmp_path / "ledger.xlsx").notices == ()


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbf<html><table></table></html>", b"<?xml version='1.0'?>", b"%PDF-1.4"]
)
def test_a_page_that_calls_itself_a_spreadsheet_is_refused_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.xls"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"另存为 \.xlsx"):
        read_ledger(path)


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", "", "12"],
        ["", "合计", "30个"],
        ["总计：12个", "微博", "6"],
        ["小 计", "3", "2", "1"],
        [9, "合计（个）", "", "8家"],
        ["共30个账号", "微信12", "微博8"],
        ["", "共计12个", "", "5"],
        ["注：", "本表由各单位填报", "每季度更新"],
        ["注：1.平台填全称", "2.ID填数字"],
        ["填表说明：请如实填写", "账号ID以文本填写"],
        ["截至2026年11月", "共30个"],
        ["一、微信公众号", "共12个"],
        ["（二）", "（二）新浪微博", "8个"],
        ["※ 带星号的为重点账号", "见附件"],
        ["序号", "账号名称", "平台", "主办单位", "账号 ID"],
        ["联系人：张三", "联系电话：010-12345678"],
    ],
)
def test_sums_sections_and_notes_are_no_faults(tmp_path: Path, row: list[object]) -> None:
    file = read(tmp_path, row, ACCOUNT, [], row)
    assert [account.name for account in file.accounts] == ["某市发布"]
    assert (file.errors, file.warnings) == ((), ())


@pytest.mark.parametrize(
    "name", ["合计", "合计文化", "共青团某市委", "一、二三事", "注：某市", "说明：某市", "总计", "截至2026年"]
)
def test_an_account_that_looks_like_a_sum_stays_an_account(tmp_path: Path, name: str) -> None:
    file = read(tmp_path, [1, name, "新浪微博", "合计文化传播中心", "2803301701"])
    assert [account.name for account in file.accounts] == [name]


@pytest.mark.parametrize("name", ["共青团某市委", "合计文化传播", "小计划发布", "说明书", "总计量院", "注册会计师协会"])
def test_a_row_that_should_have_been_an_account_is_not_passed_over(tmp_path: Path, name: str) -> None:
    file = read(tmp_path, [1, name, "新浪微博", "某局"])
    assert [(error.header, error.name) for error in file.errors] == [("账号ID", name)]


def test_a_line_merged_across_the_table_is_no_account(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, ["一、政务微博"], ACCOUNT, ["注：以上账号均由本单位运营。"]):
        sheet.append(row)
    for number in (2, 4):
        sheet.merge_cells(f"A{number}:H{number}")
    book.save(tmp_path / "ledger.xlsx")
    file = read_ledger(tmp_path / "ledger.xlsx")
    assert ([account.name for account in file.accounts], file.errors) == (["某市发布"], ())
