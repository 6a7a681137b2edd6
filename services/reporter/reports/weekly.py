"""The weekly list for the supervisor: 已超期, 临近超期, 未能核实, each account in at most one part."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import IO, ClassVar, NamedTuple

from pydantic import Field

from services.reporter.period import Period
from services.reporter.reports._weeks import Week, parse_week
from services.reporter.reports._workbook import ListColumn, ListSheet, write_workbook
from services.reporter.reports.base import Report
from shared.account import AccountStatus
from shared.clock import chinese_time
from shared.standing import Standing
from shared.state import State
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


class Part(StrEnum):
    OVERDUE = "已超期"
    NEAR = "临近超期"
    UNVERIFIED = "未能核实"


class Weekly(Report):
    """`on_monday_at`: Beijing time; before the office starts, not at a full or half hour, when robots are busiest."""

    title: ClassVar[str] = "政务新媒体僵尸账号清单"
    example: ClassVar[str] = "2026-W47"

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
        week = _week(period)
        content = _Content(store.standings.each_as_of(cut_off))
        rulebook = store.notes.as_of("rulebook", cut_off) or "未记录"
        notes = (_when(week, cut_off, rulebook), content.coverage(), _CAUTION)
        sheets = (
            ListSheet(part, f"{self.title}（{week.chinese}）：{part}", notes, content.rows(part)) for part in Part
        )
        write_workbook(file, _COLUMNS, sheets, cut_off)


class _Content:
    """What the list says of a ledger. Only those it names are kept: in a large ledger they are few."""

    def __init__(self, standings: Iterable[tuple[State, Standing | None]]) -> None:
        self._total = self._verified = 0
        self._lines: dict[Part, list[_Line]] = {part: [] for part in Part}
        for state, standing in standings:
            if state is not State.CANCELLED:
                self._total += 1
                self._verified += state.is_verified
            if standing is not None:
                self._add(standing)

    def coverage(self) -> str:
        verified, total = self._verified, self._total
        percent = f"{100 * verified / total:.1f}%" if total else "—"
        counts = "，".join(f"{part}{len(lines)}个" for part, lines in self._lines.items())
        return f"核查覆盖：已核实{verified}个，台账{total}个（{verified}/{total}，{percent}）　　其中：{counts}"

    def rows(self, part: Part) -> Iterator[list[object]]:
        """The longest silence first."""
        lines = sorted(self._lines[part])
        for place, line in enumerate(lines, 1):
            yield [place, *line.cells]
        if not lines:
            yield ["", "（本期无）", *[""] * (len(_COLUMNS) - 2)]

    def _add(self, one: Standing) -> None:
        part = _part(one)
        if part is not None:
            self._lines[part].append(_Line(-(_silent_days(one) or 0), one.account.unit, one.account.key, _cells(one)))


class _Line(NamedTuple):
    """Sorts as it stands on the list."""

    silent_days: int
    unit: str
    key: str
    cells: tuple[object, ...]


def _period(week: Week) -> Period:
    return Period(week.name, week.begins_at, week.ends_at)


def _week(period: Period) -> Week:
    return Week.of(period.begins_at)


def _when(week: Week, cut_off: datetime, rulebook: str) -> str:
    period = f"{week.monday.isoformat()}至{week.sunday.isoformat()}"
    return f"统计周期：{period}　　截止时间：{chinese_time(cut_off)}（北京时间）　　规则集：{rulebook}"


def _part(one: Standing) -> Part | None:
    """Null: verified, and nothing to say."""
    if not one.state.is_verified:
        return Part.UNVERIFIED
    if one.silence is None:
        return None
    return Part.NEAR if one.silence.state is State.NEAR else Part.OVERDUE


def _silent_days(one: Standing) -> int | None:
    """Whole days of 24 hours up to the last probe that proved the list: no day that nobody watched is counted."""
    since = one.newest_post_at or (one.silence.since if one.silence else None)
    return max(0, (one.proved_at - since).days) if one.proved_at and since else None


def _cells(one: Standing) -> tuple[object, ...]:
    account, finding, verified = one.account, one.silence, one.state.is_verified
    return (
        account.name,
        account.platform_name,
        account.unit,
        account.region,
        chinese_time(one.newest_post_at) if one.newest_post_at else "未见发布" if verified else "不详",
        _silent_days(one) if verified else "—",
        _problem(one),
        f"{finding.clause.document}“{finding.clause.words}”" if finding else "",
        chinese_time(one.proved_at) if one.proved_at else "尚未成功核查",
        _link(one),
        finding.number if finding else "",
        "待核实",
    )


def _problem(one: Standing) -> str:
    status = one.account.status
    filed = "" if status is AccountStatus.RUNNING else f"（台账状态：{status}）"
    if one.silence is None:
        return f"未能核实：{one.why}{filed}"
    near = "，临近期限" if _part(one) is Part.NEAR else ""
    return f"监测到已满{one.silence.threshold}未更新{near}{filed}"


def _link(one: Standing) -> str:
    """The newest post if the finding names it, else the account's page."""
    evidence = one.silence.evidence if one.silence else ()
    posts = [item.url for item in evidence if item.post_id]
    return next((url for url in (*posts, one.account.url, *(item.url for item in evidence)) if url), "")
