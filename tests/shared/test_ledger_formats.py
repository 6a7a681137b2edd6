"""Old and foreign workbooks (.xls, .ods), and addresses behind cells: read like any other, hostile until proved."""

import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook

from shared.errors import InputError
from shared.ledger.reading import read_ledger
from tests.shared.ledgers import GOOD, HEADER, TOKEN, first_sheet, only

FULL_HEADER = [*HEADER, "开设时间", "联系电话"]


def old_excel(path: Path, *rows: Sequence[object], hidden: bool = False) -> xlwt.Workbook:
    book = xlwt.Workbook()
    if hidden:
        old = book.add_sheet("旧")
        old.visibility = 1
        for column, title in enumerate(HEADER):
            old.write(0, column, title)
    sheet = book.add_sheet("台账")
    day = xlwt.easyxf(num_format_str="yyyy/m/d")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value, day if isinstance(value, date) else xlwt.Style.default_style)
    book.save(str(path))
    return book


NAMES = {
    name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
    for name in ("office", "table", "text", "style", "manifest")
} | {"xlink": "http://www.w3.org/1999/xlink"}
SPACES = " ".join(f'xmlns:{name}="{address}"' for name, address in NAMES.items())


def cell(words: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{words}</text:p></table:table-cell>'


def line(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(one if one.startswith('<') else cell(one) for one in cells)}</table:table-row>"


def open_document(path: Path, *tables: str, styles: str = "", manifest: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        kind = 'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"'
        entries = f"<manifest:file-entry {kind}/>{manifest}"
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {SPACES}>{entries}</manifest:manifest>")
        body = f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
        styled = f"<office:automatic-styles>{styles}</office:automatic-styles>"
        archive.writestr("content.xml", f"<office:document-content {SPACES}>{styled}{body}</office:document-content>")
    return path


def table(*rows: str, name: str = "台账", more: str = "") -> str:
    return f'<table:table table:name="{name}" {more}>{"".join(rows)}</table:table>'


# -- .xls


def test_an_old_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    old_excel(tmp_path / "l.xls", FULL_HEADER, ["甲", "微博", 2803301701, "某局", date(2020, 3, 1), 13800000000])
    account = only(read_ledger(tmp_path / "l.xls"))
    assert (account.id, account.opened_on, account.phone) == ("2803301701", date(2020, 3, 1), "13800000000")


def test_an_old_workbook_is_known_by_its_content(tmp_path: Path) -> None:
    old_excel(tmp_path / "l.xlsx", HEADER, GOOD)
    assert only(read_ledger(tmp_path / "l.xlsx")).name == "某市发布"


def test_a_long_number_an_old_workbook_has_rounded_is_refused(tmp_path: Path) -> None:
    old_excel(tmp_path / "l.xls", HEADER, ["甲", "头条", 1234567890123456789, "某局"])
    (error,) = read_ledger(tmp_path / "l.xls").errors
    assert (error.place, error.remedy) == ("台账!C2", "把该列单元格格式设为“文本”后重新填写")


def test_a_merged_unit_of_an_old_workbook_belongs_to_every_row(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    for number, row in enumerate([HEADER, ("甲", "微博", "2803301701"), ("乙", "微博", "2803301702")]):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    sheet.write_merge(1, 2, 3, 3, "某局")
    book.save(str(tmp_path / "l.xls"))
    assert [account.unit for account in read_ledger(tmp_path / "l.xls").accounts] == ["某局", "某局"]


def test_a_hidden_sheet_of_an_old_workbook_is_passed_over(tmp_path: Path) -> None:
    old_excel(tmp_path / "l.xls", HEADER, GOOD, hidden=True)
    file = read_ledger(tmp_path / "l.xls")
    assert (only(file).name, file.notices) == ("某市发布", ())


def test_a_cell_in_the_far_corner_of_an_old_workbook_harms_nobody(tmp_path: Path) -> None:
    rows = [HEADER, GOOD, *([()] * 65_533), [*([None] * 255), "x"]]
    old_excel(tmp_path / "l.xls", *rows)
    assert only(read_ledger(tmp_path / "l.xls")).name == "某市发布"


def test_an_old_workbook_with_bytes_changed_is_read_or_refused(tmp_path: Path) -> None:
    old_excel(tmp_path / "l.xls", HEADER, GOOD)
    whole = (tmp_path / "l.xls").read_bytes()
    for at in range(512, len(whole), len(whole) // 40):
        (tmp_path / "l.xls").write_bytes(
            whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 4]) + whole[at + 4 :]
        )
        try:
            read_ledger(tmp_path / "l.xls")
        except InputError as error:
            assert "请" in str(error)  # noqa: PT017


@pytest.mark.parametrize("most", [8, 600, 3000])
def test_half_an_old_workbook_is_refused_with_the_remedy(tmp_path: Path, most: int) -> None:
    old_excel(tmp_path / "l.xls", HEADER, GOOD)
    (tmp_path / "l.xls").write_bytes((tmp_path / "l.xls").read_bytes()[:most])
    with pytest.raises(InputError, match=r"另存为 \.xlsx"):
        read_ledger(tmp_path / "l.xls")


def test_an_encrypted_workbook_is_told_for_what_it_is(tmp_path: Path) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "l.xlsx").write_bytes(content)
    with pytest.raises(InputError, match="密码"):
        read_ledger(tmp_path / "l.xlsx")


# -- .ods


def test_an_open_document_is_read(tmp_path: Path) -> None:
    assert only(read_ledger(open_document(tmp_path / "l.ods", table(line(*HEADER), line(*GOOD))))).id == "1234567890"


def test_a_merged_unit_of_an_open_document_belongs_to_every_row(tmp_path: Path) -> None:
    span = cell("某局", 'table:number-rows-spanned="2"')
    rows = (line("甲", "微博", "2803301701", span), line("乙", "微博", "2803301702", "<table:covered-table-cell/>"))
    path = open_document(tmp_path / "l.ods", table(line(*HEADER), *rows))
    assert [account.unit for account in read_ledger(path).accounts] == ["某局", "某局"]


def test_an_address_behind_a_cell_of_an_open_document_is_followed(tmp_path: Path) -> None:
    words = '<text:a xlink:href="https://weibo.com/u/2803301701">主页</text:a>'
    header = line("账号名称", "平台", "主办单位", "主页链接")
    path = open_document(tmp_path / "l.ods", table(header, line("甲", "微博", "某局", cell(words))))
    assert only(read_ledger(path)).id == "2803301701"


def test_a_hidden_sheet_of_an_open_document_is_passed_over(tmp_path: Path) -> None:
    style = '<style:style style:name="no" style:family="table"><style:table-properties table:display="false"/></style:style>'
    old = table(line(*HEADER), line("旧", *GOOD[1:]), name="旧", more='table:style-name="no"')
    path = open_document(tmp_path / "l.ods", old, table(line(*HEADER), line(*GOOD)), styles=style)
    assert only(read_ledger(path)).name == "某市发布"


@pytest.mark.parametrize(
    "row",
    [
        line('<table:table-cell table:number-columns-repeated="16384"/>', more='table:number-rows-repeated="1048574"'),
        line('<table:table-cell table:number-columns-repeated="99999999999"/>', "x"),
        line(cell("x", 'table:number-columns-repeated="16384"'), more='table:number-rows-repeated="1048574"'),
        line(cell("x", 'table:number-columns-spanned="99999999" table:number-rows-spanned="99999999"')),
    ],
)
def test_what_an_open_document_repeats_harms_nobody(tmp_path: Path, row: str) -> None:
    path = open_document(tmp_path / "l.ods", table(line(*HEADER), line(*GOOD), row))
    try:
        assert [account.name for account in read_ledger(path).accounts] == ["某市发布"]
    except InputError as error:
        assert "请" in str(error)  # noqa: PT017


def test_entities_and_encryption_of_an_open_document_are_refused(tmp_path: Path) -> None:
    locked = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    with pytest.raises(InputError, match="密码"):
        read_ledger(open_document(tmp_path / "l.ods", table(line(*HEADER)), manifest=locked))
    with zipfile.ZipFile(tmp_path / "e.ods", "w") as archive:
        archive.writestr("content.xml", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>')
    with pytest.raises(InputError, match="不是完好"):
        read_ledger(tmp_path / "e.ods")


def test_a_text_document_is_no_ledger(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "l.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(InputError, match=re.escape("另存为 .xlsx")):
        read_ledger(tmp_path / "l.xlsx")


# -- addresses behind the cells of an .xlsx

UID = "2803301701"


def linked(tmp_path: Path, words: str, target: str, column: str = "D", **cells: str) -> Path:
    book = Workbook()
    sheet = first_sheet(book)
    sheet.append(["账号名称", "平台", "账号ID", "主页链接", "主办单位"])
    values = {"A": "某市发布", "B": "微博", "C": "", "D": "", "E": "某局"} | cells | {column: words}
    sheet.append(list(values.values()))
    sheet[f"{column}2"].hyperlink = target
    sheet[f"{column}2"].value = words
    book.save(tmp_path / "l.xlsx")
    return tmp_path / "l.xlsx"


@pytest.mark.parametrize("words", ["主页", "点击查看", "某市发布"])
@pytest.mark.parametrize("column", ["A", "C", "D"])
def test_the_address_behind_a_cell_is_followed(tmp_path: Path, words: str, column: str) -> None:
    file = read_ledger(linked(tmp_path, words, f"https://weibo.com/u/{UID}", column))
    assert (only(file).id, only(file).url) == (UID, f"https://weibo.com/u/{UID}")


def test_an_address_that_is_shown_goes_before_the_one_behind(tmp_path: Path) -> None:
    path = linked(tmp_path, f"https://weibo.com/u/{UID}", "https://weibo.com/u/1111111111")
    assert only(read_ledger(path)).id == UID


@pytest.mark.parametrize("target", ["https://weibo.com/u/1111111111", f"https://www.douyin.com/user/{TOKEN}"])
def test_an_id_that_is_shown_needs_no_address_behind_a_name(tmp_path: Path, target: str) -> None:
    assert only(read_ledger(linked(tmp_path, "某市发布", target, "A", C=UID))).id == UID


@pytest.mark.parametrize("target", ["mailto:a@b.cn", "file:///C:/a.txt", "#Sheet1!A1", "javascript:alert(1)"])
def test_what_is_no_web_address_behind_a_cell_is_passed_over(tmp_path: Path, target: str) -> None:
    file = read_ledger(linked(tmp_path, "主页", target, C=UID))
    assert (only(file).id, only(file).url) == (UID, None)


def test_an_address_in_a_formula_is_followed(tmp_path: Path) -> None:
    book = Workbook()
    sheet = first_sheet(book)
    sheet.append(["账号名称", "平台", "主办单位", "主页链接"])
    sheet.append(["某市发布", "微博", "某局", f'=HYPERLINK("https://weibo.com/u/{UID}","主页")'])
    book.save(tmp_path / "l.xlsx")
    assert only(read_ledger(tmp_path / "l.xlsx")).id == UID


def test_an_address_that_is_shown_cut_short_gives_way_to_the_whole_one(tmp_path: Path) -> None:
    path = linked(
        tmp_path, f"https://www.douyin.com/user/{TOKEN[:28]}…", f"https://www.douyin.com/user/{TOKEN}", B="抖音"
    )
    assert only(read_ledger(path)).id == TOKEN


# -- web pages that call themselves .xls

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{encoding}">
<style>td {{ color: red }}</style></head><body><table border=1><tr><th colspan=4>某市政务新媒体台账</th></tr>
<tr><td>账号名称</td><td>平台</td><td>主办单位</td><td>主页链接</td></tr>
<tr><td>某市<b>发布</b></td><td>微博</td><td rowspan=2>某局</td><td><a href="https://weibo.com/u/2803301701">主页</a></td></tr>
<tr><td>某市&amp;教育</td><td>微博</td><td>https://weibo.com/u/2803301702</td></tr></table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_exported_as_a_web_page_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "l.xls").write_bytes(PAGE.format(encoding=encoding).encode(encoding))
    file = read_ledger(tmp_path / "l.xls")
    assert file.errors == ()
    assert [(account.name, account.id, account.unit) for account in file.accounts] == [
        ("某市发布", "2803301701", "某局"),
        ("某市&教育", "2803301702", "某局"),
    ]


def test_scripts_and_styles_are_no_words_of_a_cell(tmp_path: Path) -> None:
    page = PAGE.format(encoding="utf-8").replace("<b>发布</b>", "<script>x()</script><style>b {}</style>发布")
    (tmp_path / "l.xls").write_text(page, encoding="utf-8")
    assert [account.name for account in read_ledger(tmp_path / "l.xls").accounts] == ["某市发布", "某市&教育"]


@pytest.mark.parametrize(
    "page",
    [
        "<table>" * 3000,
        "<table><tr>" + "<td rowspan=99999 colspan=99999>x" * 50,
        "<table><!--" * 5000,
        "<" * 100_000,
        "<table><tr><td>" + "<div>" * 300_000,
    ],
)
def test_a_hostile_page_harms_nobody(tmp_path: Path, page: str) -> None:
    (tmp_path / "l.xls").write_text(page, encoding="utf-8")
    with pytest.raises(InputError, match="是网页"):
        read_ledger(tmp_path / "l.xls")
