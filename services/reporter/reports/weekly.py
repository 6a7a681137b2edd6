"""The weekly list for the supervisor: 已超期, 临近超期, 未能核实, each account in at most one part."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import IO, ClassVar

from pydantic import Field

from services.reporter.period import Period
from services.reporter.reports._silences import Part, Standing, standings
from services.reporter.reports._weeks import Week, parse_week
from services.reporter.reports._workbook import ListColumn, ListSheet, write_workbook
from services.reporter.reports.base import Report
from shared.account import AccountStatus
from shared.clock import chinese_time
from shared.storage.store import Store

_COLUMNS = (
    ListColumn("序号", 5, centred=True),
    ListColumn("账号名称", 17),
    ListColumn("平台", 10, centred=True),
    ListColumn("主办单位", 18),
    ListColumn("行政区划", 9, centred=True),
    ListColumn("最近发布时间", 11, centred=True),
    ListColumn("静默天数", 5.5, centred=True),
    ListColumn("问题", 17),
    ListColumn("依据", 22),
    ListColumn("最近核查时间", 11, centred=True),
    ListColumn("最近发布链接/主页链接", 21),
    ListColumn("告警编号", 10, centred=True),
    ListColumn("核实状态", 8, centred=True),
)
_CAUTION = "说明：本清单由系统监测生成，所列情况均待人工核实；未能核实的账号不作超期判断。"


class Weekly(Report):
    """`rules`: the rules whose findings make an account overdue. `fresh_hours`: how old the last good look may be.

    `on_monday_at`: Beijing time; before the office starts, and not at a full or half hour, when robots are busiest.
    """

    title: ClassVar[str] = "政务新媒体僵尸账号清单"
    example: ClassVar[str] = "2026-W47"

    rules: tuple[str, ...] = ("silent_account",)
    fresh_hours: float = Field(default=48, gt=0)
    on_monday_at: str = Field(default="08:47", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")

    def period(self, moment: datetime) -> Period:
        return _period(Week.of(moment))

    def named(self, name: str) -> Period:
        return _period(parse_week(name))

    def schedule(self, period: Period) -> datetime:
        at = time.fromisoformat(self.on_monday_at)
        return period.ends_at + timedelta(hours=at.hour, minutes=at.minute)

    def file_name(self, period: Period) -> str:
        return f"{self.title}_{_week(period).chinese}.xlsx"

    def write(self, store: Store, period: Period, cut_off: datetime, file: IO[bytes]) -> None:
        everyone = standings(store, cut_off, self.rules, timedelta(hours=self.fresh_hours))
        week = _week(period)
        notes = (_when(week, cut_off, _rulebook(store, everyone, cut_off)), _coverage(everyone), _CAUTION)
        sheets = [
            ListSheet(part, f"{self.title}（{week.chinese}）：{part}", notes, _rows(everyone, part)) for part in Part
        ]
        write_workbook(file, _COLUMNS, sheets, cut_off)


def _period(week: Week) -> Period:
    return Period(week.name, week.begins_at, week.ends_at)


def _week(period: Period) -> Week:
    return Week.of(period.begins_at)


def _when(week: Week, cut_off: datetime, rulebook: str) -> str:
    period = f"{week.monday.isoformat()}至{week.sunday.isoformat()}"
    return f"统计周期：{period}　　截止时间：{chinese_time(cut_off)}（北京时间）　　规则集：{rulebook}"


def _rulebook(store: Store, everyone: Sequence[Standing], cut_off: datetime) -> str:
    versions = sorted({one.silence.rulebook_version for one in everyone if one.silence})
    return store.notes.as_of("rulebook", cut_off) or "、".join(versions) or "未记录"


def _coverage(everyone: Sequence[Standing]) -> str:
    verified, total = sum(one.verified for one in everyone), len(everyone)
    percent = f"{100 * verified / total:.1f}%" if total else "—"
    counts = "，".join(f"{part}{sum(one.part is part for one in everyone)}个" for part in Part)
    return f"核查覆盖：已核实{verified}个，台账{total}个（{verified}/{total}，{percent}）　　其中：{counts}"


def _rows(everyone: Sequence[Standing], part: Part) -> list[list[object]]:
    rows = [_row(place, one) for place, one in enumerate((one for one in everyone if one.part is part), 1)]
    return rows or [["", "（本期无）", *[""] * (len(_COLUMNS) - 2)]]


def _row(place: int, one: Standing) -> list[object]:
    account, newest, looked_at = one.verdict.account, one.verdict.newest_post_at, one.verdict.looked_at
    finding = one.silence if one.verified else None
    return [
        place,
        account.name,
        account.platform_name,
        account.unit,
        account.region,
        chinese_time(newest) if newest else "未见发布" if one.verified else "不详",
        one.silent_days if one.verified else "—",
        _problem(one),
        f"{finding.clause.document}“{finding.clause.words}”" if finding else "",
        chinese_time(looked_at) if looked_at else "尚未成功核查",
        _link(one),
        finding.number if finding else "",
        "待核实",
    ]


def _problem(one: Standing) -> str:
    status = one.verdict.account.status
    filed = "" if status is AccountStatus.RUNNING else f"（台账状态：{status}）"
    if one.silence is None or not one.verified:
        return f"未能核实：{one.verdict.why}{filed}"
    near = "，临近期限" if one.part is Part.NEAR else ""
    return f"监测到已满{one.silence.threshold}未更新{near}{filed}"


def _link(one: Standing) -> str:
    """The newest post if the finding names it, else the account's page."""
    evidence = one.silence.evidence if one.silence else ()
    posts = [item.url for item in evidence if item.post_id]
    return next((url for url in (*posts, one.verdict.account.url, *(item.url for item in evidence)) if url), "")
