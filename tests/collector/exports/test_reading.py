"""What operators download, each with its oddities, read by its headers."""

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from services.collector.exports import tables
from services.collector.exports.reading import ExportFile, read_export
from shared.errors import InputError
from shared.export import ExportKind
from tests.builders import NOW
from tests.collector.exports import making


def read(data: bytes, name: str = "导出.xls") -> ExportFile:
    return read_export(name, data, NOW)


def refusal(data: bytes, name: str = "导出.xls") -> str:
    with pytest.raises(InputError) as caught:
        read(data, name)
    return str(caught.value)


@pytest.mark.parametrize(
    "when", [20261119, "20261119", 20261119.0, "2026-11-19", "2026/11/19", "2026年11月19日", date(2026, 11, 19)]
)
def test_a_day_without_an_hour_is_taken_as_its_last_second(when: Any) -> None:
    (row,) = read(making.xls(making.notified(("一", when, 1)))).rows
    assert row.when.at == datetime(2026, 11, 19, 15, 59, 59, tzinfo=UTC)
    assert row.when.is_day


@pytest.mark.parametrize(
    "when",
    [
        "2026-11-19 09:30",
        "2026-11-19 09:30:00",
        "2026-11-19T09:30:00",
        "2026年11月19日 09:30",
        "2026/11/19 9:30",
        datetime(2026, 11, 19, 9, 30),  # noqa: DTZ001 - as a spreadsheet holds it
    ],
)
def test_a_time_is_beijing_time(when: Any) -> None:
    (row,) = read(making.xlsx([making.TOUTIAO, ["一", when, "7300000000000000001", "", 1, 1, 1, 1, 0.1, 40]])).rows
    assert row.when.at == datetime(2026, 11, 19, 1, 30, tzinfo=UTC)
    assert not row.when.is_day


def test_a_day_that_is_not_over_is_no_later_than_now() -> None:
    (row,) = read(making.xls(making.notified(("一", 20261121, 1)))).rows
    assert row.when.at == NOW


def test_wechats_two_tabs_are_told_apart_by_what_was_delivered() -> None:
    pushed = read(making.xls(making.notified(("一", 20261119, 1))))
    quiet = read(making.xlsx(making.unnotified(("二", "20261118", 2))))
    assert (pushed.kind, quiet.kind) == (ExportKind.NOTIFIED, ExportKind.UNNOTIFIED)
    assert pushed.platform == quiet.platform == "wechat"
    assert pushed.rows[0].link == making.article(1)


@pytest.mark.parametrize("make", [making.xls, making.xlsx, making.page])
def test_a_tab_without_any_article_is_a_tab(make: Any) -> None:
    file = read(make(making.notified()))
    assert (file.kind, file.rows) == (ExportKind.NOTIFIED, ())


def test_columns_may_stand_in_any_order() -> None:
    rows = [list(reversed(row)) for row in making.notified(("一", 20261119, 1))]
    (row,) = read(making.xlsx(rows)).rows
    assert (row.title, row.link) == ("一", making.article(1))


def test_the_layout_of_2026_has_three_rows_of_headers_from_column_b_on() -> None:
    file = read(making.total_2026([("一", 20261119, 1), ("二", 20261117, 2)]), "total_1.xls")
    assert file.kind is ExportKind.NOTIFIED
    assert [(row.title, row.when.day.day, row.place) for row in file.rows] == [
        ("一", 19, "New Sheet1 第4行"),
        ("二", 17, "New Sheet1 第5行"),
    ]


def test_blocks_side_by_side_each_have_days_of_their_own() -> None:
    counts = {"20261117": 2, "20261118": 0, "20261119": 0}
    file = read(making.xls(making.tendency(counts)), "tendency_1.xls")
    assert file.kind is ExportKind.TENDENCY
    assert file.counts == {date(2026, 11, 17): 2, date(2026, 11, 18): 0, date(2026, 11, 19): 0}
    assert file.rows == ()


def test_a_day_whose_number_is_not_told_is_left_out() -> None:
    rows = making.tendency({"20261117": 2, "20261118": -1})
    assert list(read(making.xls(rows)).counts) == [date(2026, 11, 17)]


def test_a_page_that_calls_itself_xls_is_read_as_a_table() -> None:
    (row,) = read(making.page(making.unnotified(("一", "20261119", 1)))).rows
    assert (row.title, row.when.day) == ("一", date(2026, 11, 19))


def test_a_title_with_line_breaks_is_one_line_and_rates_are_not_read() -> None:
    works: list[list[Any]] = [
        making.DOUYIN,
        ["第一行\n第二行 #话题", "2026-11-19 09:30:00", "视频", "已发布", 100, 0.35, 0.5, 0.1, 0.2],
    ]
    file = read(making.xlsx(works))
    assert (file.kind, file.platform) == (ExportKind.WORKS, "douyin")
    assert file.rows[0].title == "第一行 第二行 #话题"


@pytest.mark.parametrize("status", ["审核未通过", "审核中", "仅自己可见", "定时发布"])
def test_what_is_not_public_was_not_published(status: str) -> None:
    works: list[list[Any]] = [making.DOUYIN, ["一", "2026-11-19 09:30:00", "视频", status, 1, 0, 0, 0, 0]]
    assert read(making.xlsx(works)).rows == ()


def test_csv_is_read_as_offices_save_it() -> None:
    text = '作品名称,发布时间,体裁,播放量\n"一,\n二",2026-11-19 09:30:00,视频,1\n'
    for encoded in (text.encode("utf-8-sig"), text.encode("gb18030")):
        assert read(encoded, "作品.csv").rows[0].title == "一, 二"


@pytest.mark.parametrize(
    "styles",
    [
        b"<styleSheet><cellXfs",
        b"",
        b"<styleSheet><fills><fill><patternFill patternType='x'/></fill></fills></styleSheet>",
    ],
)
def test_a_broken_style_sheet_hides_nothing(styles: bytes) -> None:
    works: list[list[Any]] = [
        making.TOUTIAO,
        ["一", "2026-11-19 09:30", "7300000000000000001", "", 1, 1, 1, 1, 0.1, 40],
        ["二", datetime(2026, 11, 18, 9, 30), "-1", "", 1, 1, 1, 1, 0.1, 40],  # noqa: DTZ001
    ]
    file = read(making.with_styles(making.xlsx(works), styles))
    assert [(row.id, row.when.at.hour) for row in file.rows] == [("7300000000000000001", 1), (None, 1)]
    assert file.platform == "toutiao"


def test_an_id_that_a_spreadsheet_rounded_is_none() -> None:
    works: list[list[Any]] = [making.TOUTIAO, ["一", "2026-11-19 09:30", 7300000000000000001, "", 1, 1, 1, 1, 0.1, 40]]
    assert read(making.xls(works)).rows[0].id is None


def test_weibos_headers_are_found_by_what_they_may_be_called() -> None:
    rows: list[list[Any]] = [
        ["博文内容", "发博时间", "微博链接", "阅读数", "转评赞数"],
        ["开会", "2026-11-19 09:30", "https://weibo.com/1001/NzXxYyZz1", 1, 2],
    ]
    file = read(making.xlsx(rows))
    assert (file.platform, file.rows[0].link) == ("weibo", "https://weibo.com/1001/NzXxYyZz1")


def test_totals_and_empty_rows_are_no_items() -> None:
    rows = [*making.unnotified(("一", 20261119, 1)), [], ["合计", "", 9, 9, 9, 9, ""]]
    assert len(read(making.xlsx(rows)).rows) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("昨天", "“昨天”不是时间"),
        ("20261340", "没有“20261340”这个时间"),
        ("17620101", "年份 1762 不合理"),
        ("20271119", "晚于现在"),
        (None, "“”不是时间"),
        (3.5, "不是时间"),
    ],
)
def test_a_time_that_cannot_be_read_is_named_by_file_sheet_row_and_column(value: Any, said: str) -> None:
    words = refusal(making.xls(making.notified(("一", 20261119, 1), ("二", value, 2)), "明细"), "a.xls")
    assert words.startswith("a.xls 明细!B3: ")
    assert said in words
    assert "重新下载" in words


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "是空文件"),
        (b"   ", "是空文件"),
        (b"%PDF-1.7", "是 PDF"),
        (b"<html><script>alert(1)</script></html>", "没有能识别的表格（登录可能已失效）"),
        (b"PK\x03\x04broken", "可能没有下载完"),
        (making.xlsx([["一"]])[:-200], "可能没有下载完"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "不是完好的表格文件"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "文件加了密码"),
        (making.xls(making.notified(("一", 20261119, 1)))[:3000], "不是完好的表格文件"),
        (b"\xff\xfe\xfd\x00\x81", "认不出"),
        (b"a,b\n1,2\n", "没有发布内容的清单"),
        (making.page([["时间", "新关注人数", "取消关注人数"], ["2026-11-19", "1", "2"]]), "可能是粉丝或流量数据"),
    ],
)
def test_what_is_no_export_is_refused_with_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "a.xls"
    file.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_export(file.name, tables.read_bytes(file), NOW)
    assert said in str(caught.value)
    assert str(caught.value).startswith("a.xls")


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", 2_000_000)
    file = tmp_path / "a.xls"
    with file.open("wb") as out:
        out.truncate(2_000_001)
    with pytest.raises(InputError, match="超过 2 MB"):
        tables.read_bytes(file)


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 160_000_000)
    assert "解压后过大" in refusal(out.getvalue())


def test_a_million_columns_cost_no_more_than_those_that_are_read() -> None:
    cells = '<c r="A1"/>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1">{cells}</row><row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData></worksheet>'
    )
    words = refusal(making.with_sheet(making.xlsx([["一"]]), sheet.encode()))
    assert "内容过大" in words or "没有发布内容的清单" in words


def test_a_formula_counts_by_its_result_and_runs_nothing() -> None:
    data = making.xlsx(
        [
            *making.unnotified(("一", 20261119, 1)),
            ['=HYPERLINK("http://x","二")', 20261118, 1, 1, 1, 1, making.article(2)],
        ]
    )
    assert [row.when.day.day for row in read(data).rows] == [19, 18]
