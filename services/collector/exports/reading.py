"""One downloaded file read: which table of which back office it is, its items, and the days it covers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from openpyxl.utils import get_column_letter

from services.collector.exports.cells import When, read_count, read_when
from services.collector.exports.columns import (
    COUNT,
    DAY,
    ID,
    LINK,
    STATUS,
    TIME,
    TITLE,
    Header,
    all_names,
    find_header,
    left_of,
    platform_of_names,
)
from services.collector.exports.tables import Table, read_tables
from shared.errors import InputError
from shared.export import ExportKind
from shared.ledger.values import BadCellError, CellValue, fold, is_blank, shown

MAX_TITLE, MAX_LINK, MAX_ID = 1_000, 2_000, 64
WHICH = (
    "请在后台下载：微信公众号“内容分析”的“已通知内容”和“未开启通知内容”数据明细（或每日发表篇数），"
    "抖音“作品列表”，头条号“作品数据”，微博数据助手的博文明细"
)
_PUBLISHED = ("", "通过", "审核通过", "已通过", "已发布", "已发表", "发布成功", "公开", "正常", "成功", "已公开")
"""What any other status says was not published, or not for everybody."""
_TOTALS = ("合计", "累计", "总计", "汇总")


@dataclass(frozen=True)
class Row:
    """One item of the export. `place`: sheet and row, for a person."""

    place: str
    title: str
    when: When
    link: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class ExportFile:
    """`counts`: items a Beijing day, of the days whose number is told. `platform`: whose, null where nothing tells."""

    name: str
    kind: ExportKind
    platform: str | None
    rows: tuple[Row, ...] = ()
    counts: dict[date, int] = field(default_factory=dict)


def read_export(name: str, data: bytes, now: datetime) -> ExportFile:
    """Raises InputError naming file, sheet, row and column, with the remedy."""
    tables = read_tables(name, data)
    found = [one for table in tables if (one := _read(name, table, now)) is not None]
    if not found:
        raise InputError(name, f"里面没有发布内容的清单（可能是粉丝或流量数据）。{WHICH}")
    if len({(one.kind, one.platform) for one in found}) > 1:
        raise InputError(name, "里面有几种不同的表，请分别下载、分别导入")
    rows = tuple(row for one in found for row in one.rows)
    counts: dict[date, int] = {}
    for one in found:
        counts |= {day: max(number, counts.get(day, 0)) for day, number in one.counts.items()}
    return ExportFile(name, found[0].kind, found[0].platform, rows, counts)


def last_stretch(days: Sequence[date]) -> tuple[date, date] | None:
    """First and last of the days that follow one another without a gap, up to the last of all."""
    if not days:
        return None
    known, last = set(days), max(days)
    first = last
    while first - timedelta(days=1) in known:
        first -= timedelta(days=1)
    return first, last


def _read(file: str, table: Table, now: datetime) -> ExportFile | None:
    platform = platform_of_names(all_names(table.rows))
    if header := find_header(table.rows, (COUNT,)):
        day = left_of(table.rows, header, DAY, header.fields[COUNT])
        if day is not None:
            counts = dict(_counts(file, table, header, day, now))
            return ExportFile(file, ExportKind.TENDENCY, platform, counts=counts)
    listed = find_header(table.rows, (TITLE, TIME))
    if listed is None:
        return None
    rows = tuple(_rows(file, table, listed, now))
    if platform != "wechat":
        return ExportFile(file, ExportKind.WORKS, platform, rows)
    kind = ExportKind.NOTIFIED if listed.was_delivered else ExportKind.UNNOTIFIED
    return ExportFile(file, kind, platform, rows)


def _counts(file: str, table: Table, header: Header, day: int, now: datetime) -> Iterator[tuple[date, int]]:
    """A day whose number is not told is left out: it proves nothing."""
    known: dict[date, int] = {}
    for number, row in _data(table, header):
        value = _cell(row, day)
        if is_blank(value) or fold(value) in _TOTALS:
            continue
        when = _when(file, table, (number, day), value, now)
        count = read_count(_cell(row, header.fields[COUNT]))
        if count is not None:
            known[when.day] = max(count, known.get(when.day, 0))
    yield from known.items()


def _rows(file: str, table: Table, header: Header, now: datetime) -> Iterator[Row]:
    for number, row in _data(table, header):
        title = " ".join(shown(_field(row, header, TITLE)).split())[:MAX_TITLE]
        value = _field(row, header, TIME)
        if is_blank(value) and (not title or title in _TOTALS):
            continue
        if fold(value) in _TOTALS or not _is_published(row, header):
            continue
        when = _when(file, table, (number, header.fields[TIME]), value, now)
        yield Row(
            place=f"{table.name} 第{number}行",
            title=title,
            when=when,
            link=_link(_field(row, header, LINK)),
            id=_id(_field(row, header, ID)),
        )


def _data(table: Table, header: Header) -> Iterator[tuple[int, list[CellValue]]]:
    """Rows below the header, with the number that Excel shows."""
    for place in range(header.data_from, len(table.rows)):
        yield place + 1, table.rows[place]


def _when(file: str, table: Table, cell: tuple[int, int], value: CellValue, now: datetime) -> When:
    """`cell`: row as Excel shows it, column from 0."""
    try:
        return read_when(value, now)
    except BadCellError as error:
        place = f"{file} {table.name}!{get_column_letter(cell[1] + 1)}{cell[0]}"
        raise InputError(place, f"{error.message}；{error.remedy}") from None


def _is_published(row: Sequence[CellValue], header: Header) -> bool:
    value = _field(row, header, STATUS)
    return is_blank(value) or fold(value) in _PUBLISHED


def _link(value: CellValue) -> str | None:
    text = shown(value)
    return text if text.lower().startswith(("http://", "https://")) and len(text) <= MAX_LINK else None


def _id(value: CellValue) -> str | None:
    """Digits as text; a number of more than 15 is rounded by then, and -1 stands for none."""
    text = fold(value).lstrip("'`").strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 1e15:
        return None
    return text if text.isascii() and text.isdigit() and len(text) <= MAX_ID else None


def _field(row: Sequence[CellValue], header: Header, name: str) -> CellValue:
    return _cell(row, header.fields[name]) if name in header.fields else None


def _cell(row: Sequence[CellValue], column: int) -> CellValue:
    return row[column] if column < len(row) else None
