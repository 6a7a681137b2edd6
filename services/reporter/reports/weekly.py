"""The weekly list for the supervisor: by unit, then 已超期, 临近超期, 未能核实, and every other matter."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import IO, ClassVar

from pydantic import Field

from services.reporter.began import Beginning
from services.reporter.content import HEADERS, REFUSED, REFUSED_TITLE, SUMMARY, Content, Part
from services.reporter.period import Period
from services.reporter.pictured import PICTURED, PICTURED_TITLE, Contents, Pictured
from services.reporter.reports._picture import small
from services.reporter.reports._weeks import Week, parse_week
from services.reporter.reports._workbook import ListColumn, ListSheet, is_as_written, wide_enough, write_workbook
from services.reporter.reports.base import Report
from shared.clock import chinese_time
from shared.mark import MarkState
from shared.storage.store import Store

_CAUTION = (
    "说明：本清单由系统监测生成，所列情况均待人工核实；未能核实的账号不作超期判断。"
    "核实状态、备注、整改期限可直接填写，用 xunjian list mark --from 读回后，以后各期清单都会带上。"
)
_MOST_NAMED = 5
_UNVERIFIED = (
    "指系统没能看到账号的页面（平台拦截、要求登录、网络不通或链接有误），既不说明更新了，也不说明没有更新，"
    "不计入超期；请人工打开核对，逐个原因见清单。"
)
_WIDTHS = {
    "序号": 5,
    "账号名称": 16,
    "平台": 11,
    "主办单位": 18,
    "行政区划": 10,
    "最近发布时间": 11,
    "静默天数": 6,
    "问题": 19,
    "依据": 20,
    "最近核查时间": 11,
    "最近发布链接/主页链接": 24,
    "指标": 12,
    "等级": 9,
    "实测": 12,
    "标准": 10,
    "证据摘录": 22,
    "链接": 23,
    "首次发现": 11,
    "告警编号": 10.5,
    "告知情况": 13,
    "证据": 9,
    "核实状态": 8.5,
    "备注": 14,
    "整改期限": 11.5,
    "系统标识": 12,
}
_WIDTHS_OF = {
    # Why nobody could look at an account takes room; by which clause it is judged is not asked then.
    Part.UNVERIFIED: {"问题": 34, "依据": 6},
    Part.OTHER: {"问题": 24},
}
_CENTRED = frozenset(
    (
        "序号",
        "平台",
        "行政区划",
        "最近发布时间",
        "静默天数",
        "最近核查时间",
        "指标",
        "等级",
        "告警编号",
        "首次发现",
        "发现时间",
        "页面",
        "拍摄时间",
    )
) | {"核实状态", "整改期限"}
_SUMMARY_COLUMNS = tuple(
    ListColumn(name, width, centred=name != "主办单位")
    for name, width in zip(SUMMARY, (7, 44, 14, 14, 14, 14, 14, 16), strict=True)
)
_REFUSED_COLUMNS = tuple(
    ListColumn(name, width, centred=name in _CENTRED)
    for name, width in zip(REFUSED, (5, 18, 11, 22, 18, 12, 12, 24, 28, 14, 11), strict=True)
)
_PICTURED_COLUMNS = tuple(
    ListColumn(name, width, centred=name in _CENTRED)
    for name, width in zip(PICTURED, (5, 16, 11, 20, 10.5, 34, 9, 11, 13, 47), strict=True)
)


class Weekly(Report):
    """`on_monday_at`: Beijing time; before the office starts, not at a full or half hour, when robots are busiest."""

    title: ClassVar[str] = "政务新媒体监测清单"
    example: ClassVar[str] = "2026-W47"

    on_monday_at: str = Field(
        default="08:47", examples=['"08:47"（24小时制，加引号）'], pattern=r"^([01]\d|2[0-3]):[0-5]\d$"
    )

    def period(self, moment: datetime) -> Period:
        return _period(Week.of(moment))

    def named(self, name: str) -> Period:
        return _period(parse_week(name))

    def schedule(self, period: Period) -> datetime:
        at = time.fromisoformat(self.on_monday_at)
        return period.ends_at + timedelta(hours=at.hour, minutes=at.minute)

    def file_name(self, period: Period) -> str:
        return f"{self.title}_{_week(period).chinese}.xlsx"

    def is_as_written(self, path: Path) -> bool:
        return is_as_written(path)

    def write(
        self, store: Store, period: Period, cut_off: datetime, file: IO[bytes], contents: Contents | None = None
    ) -> None:
        write_workbook(file, self._sheets(store, period, cut_off, contents), cut_off)

    def lines(self, store: Store, period: Period, cut_off: datetime) -> tuple[str, ...]:
        beginning = Beginning(store.accounts.began_at(), period, cut_off)
        if beginning.is_before:
            return (_when(store, _week(period), cut_off), f"{beginning.words}，不能说明有无问题。")
        content = Content(store, cut_off, beginning)
        worst = tuple(content.gravest(_MOST_NAMED))
        unverified = content.count(Part.UNVERIFIED)
        told = (
            _when(store, _week(period), cut_off),
            content.coverage(),
            beginning.words,
            f"最需要先看的{len(worst)}项：" if worst else "本期没有超期、临近超期和其他问题。",
            *worst,
            f"未能核实{unverified}个：{_UNVERIFIED}" if unverified else "",
            "以上均由系统监测生成，待人工核实，不作为认定依据。",
        )
        return tuple(line for line in told if line)

    def _sheets(
        self, store: Store, period: Period, cut_off: datetime, contents: Contents | None
    ) -> Iterator[ListSheet]:
        beginning = Beginning(store.accounts.began_at(), period, cut_off)
        content = Content(store, cut_off, beginning)
        week = _week(period)
        notes = (_when(store, week, cut_off), content.coverage(), beginning.words, _CAUTION)
        head = f"{self.title}（{week.chinese}）"
        told = tuple(note for note in notes if note)
        proved = (*told, *_evidence(store, cut_off))
        yield ListSheet("汇总", f"{head}：汇总", proved, _SUMMARY_COLUMNS, content.summary())
        noted = wide_enough(content.notes(), _WIDTHS["备注"])
        for part in Part:
            yield ListSheet(part, f"{head}：{part}", told, _columns(part, noted), content.rows(part))
        yield ListSheet(REFUSED_TITLE, f"{head}：{REFUSED_TITLE}", told, _REFUSED_COLUMNS, content.refused())
        if contents and (pictured := Pictured(content.matters(), store.pictures, cut_off)).total:
            title, rows = f"{head}：{PICTURED_TITLE}", pictured.rows(contents, small)
            yield ListSheet(PICTURED_TITLE, title, (*told, pictured.note), _PICTURED_COLUMNS, rows)


def _columns(part: Part, noted: float) -> tuple[ListColumn, ...]:
    return tuple(
        ListColumn(
            name,
            (_WIDTHS | _WIDTHS_OF.get(part, {}) | {"备注": noted})[name],
            centred=name in _CENTRED,
            is_link="链接" in name,
            choices=tuple(MarkState) if name == "核实状态" else (),
            is_hidden=name == "系统标识",
            is_whole=name == "备注",
        )
        for name in HEADERS[part]
    )


def _period(week: Week) -> Period:
    return Period(week.name, week.begins_at, week.ends_at)


def _week(period: Period) -> Week:
    return Week.of(period.begins_at)


def _evidence(store: Store, cut_off: datetime) -> tuple[str, ...]:
    """Who has this list can later tell whether what was kept until then was rewritten."""
    head = store.evidence.head_at(cut_off)
    if not head.n:
        return ()
    how = "日后执行 xunjian evidence verify --against 簿尾，可核对证据未被改动"
    return (f"证据登记簿至截止时间共{head.n}条，簿尾 {head}；{how}。",)


def _when(store: Store, week: Week, cut_off: datetime) -> str:
    period = f"{week.monday.isoformat()}至{week.sunday.isoformat()}"
    rulebook = store.notes.as_of("rulebook", cut_off) or "未记录"
    marked = store.marks.newest_at()
    until = f"标注截至：{chinese_time(marked)}" if marked else "标注：尚无"
    return f"统计周期：{period}　　截止时间：{chinese_time(cut_off)}（北京时间）　　规则集：{rulebook}　　{until}"
