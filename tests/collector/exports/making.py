"""Files as the back offices make them, with what is odd about each."""

import csv
import os
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import xlwt
from openpyxl import Workbook

from tests.builders import NOW

Cells = Sequence[Sequence[Any]]

BIZ = "MzI1MDAwMDAwMQ=="
NOTIFIED = [
    "内容标题",
    "发表时间",
    "总阅读人数",
    "总阅读次数",
    "总分享人数",
    "阅读后关注人数",
    "送达人数",
    "公众号消息阅读次数",
    "送达阅读率",
    "内容url",
]
UNNOTIFIED = ["内容标题", "发表时间", "总阅读人数", "总阅读次数", "总分享人数", "阅读后关注人数", "内容url"]
DOUYIN = ["作品名称", "发布时间", "体裁", "审核状态", "播放量", "完播率", "5s完播率", "封面点击率", "2s跳出率"]
TOUTIAO = ["标题", "发布时间", "ID", "链接", "展现量", "粉丝展现量", "阅读量", "粉丝阅读量", "点击率", "平均阅读完成率"]


def article(mid: int, biz: str = BIZ) -> str:
    return f"http://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx=1&sn=ab12&chksm=1#rd"


def notified(*articles: tuple[str, Any, int]) -> list[list[Any]]:
    return [NOTIFIED, *([title, when, 10, 12, 1, 0, 900, 8, "1.1%", article(mid)] for title, when, mid in articles)]


def unnotified(*articles: tuple[str, Any, int]) -> list[list[Any]]:
    return [UNNOTIFIED, *([title, when, 10, -1, 1, 0, article(mid)] for title, when, mid in articles)]


def tendency(counts: dict[str, int]) -> list[list[Any]]:
    """Three blocks side by side, an empty column between each."""
    head = ["日期", "渠道", "阅读人数", None, "日期", "分享人数", "跳转阅读原文", "微信收藏人数", "发表篇数", None]
    head += ["传播渠道", "发表日期", "内容标题", "阅读人数", "占比"]
    rows: list[list[Any]] = [["数据趋势"], head]
    for place, (day, count) in enumerate(counts.items()):
        rows.append(
            [
                day,
                "全部",
                30,
                None,
                day,
                1,
                0,
                0,
                count,
                None,
                *(["全部", "20200101", "旧文", 3, "2%"] if place == 0 else []),
            ]
        )
    return rows


def xlsx(rows: Cells, name: str = "Sheet1") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Cells, name: str = "New Sheet1") -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, (date, datetime)):
                sheet.write(number, column, value, xlwt.easyxf(num_format_str="YYYY-MM-DD"))
            elif value is not None:
                sheet.write(number, column, value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(rows: Cells) -> bytes:
    """Without the cost of a workbook."""
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def total_2026(articles: Sequence[tuple[str, Any, int]]) -> bytes:
    """`total_*.xls`: three rows of headers, everything from column B on."""
    head: list[list[Any]] = [
        [None, "内容分析"],
        [None, "内容标题", "发表时间", "阅读", None, None, "送达", None, None, None],
        [
            None,
            None,
            None,
            "总阅读人数",
            "总分享人数",
            "阅读后关注人数",
            "送达人数",
            "送达阅读率",
            "阅读完成率",
            "内容url",
        ],
    ]
    return xls(
        [*head, *([None, title, when, 5, 1, 0, 900, "1%", "40%", article(mid)] for title, when, mid in articles)]
    )


def page(rows: Cells) -> bytes:
    """A web page that calls itself .xls."""
    lines = ("".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<html><head><script>alert(1)</script></head><body><table>{body}</table></body></html>".encode()


def with_styles(data: bytes, styles: bytes) -> bytes:
    """The same workbook with another style sheet."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, styles if name == "xl/styles.xml" else old.read(name))
    return out.getvalue()


def with_sheet(data: bytes, sheet: bytes) -> bytes:
    """The same workbook with other words in its sheet."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return out.getvalue()


def saved(folder: Path, name: str, data: bytes) -> str:
    file = folder / name
    file.write_bytes(data)
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    return str(file)
