"""What the exports of one account prove together, and as of when. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.collector.reading.days import end_of, last_whole_day, start_of
from shared.clock import chinese_time
from shared.export import Export, ExportKind


@dataclass(frozen=True)
class Stretch:
    """Beijing days of which everything published is known; `newest_at`: the newest of it, null: nothing."""

    first_day: date
    last_day: date
    newest_at: datetime | None

    @property
    def begins(self) -> datetime:
        return start_of(self.first_day)

    @property
    def ends(self) -> datetime:
        """The end of its last day."""
        return end_of(self.last_day)


@dataclass(frozen=True)
class Verdict:
    """`at`: as of when. `why`: what is lacking where the list is not proven."""

    at: datetime
    newest_at: datetime | None
    proves_list: bool
    why: str | None = None


def stretch_of(exports: Iterable[Export], now: datetime) -> Stretch | None:
    """The one that reaches farthest: the number of articles a day, or both tabs of the details for the same days."""
    known = list(exports)
    alone = [_clipped([one], now) for one in known if one.kind is ExportKind.TENDENCY]
    pairs = [
        _clipped([one, other], now)
        for one in known
        if one.kind is ExportKind.NOTIFIED
        for other in known
        if other.kind is ExportKind.UNNOTIFIED
    ]
    return max(filter(None, (*alone, *pairs)), key=lambda one: (one.last_day, one.first_day), default=None)


def verdict(
    stretch: Stretch | None, shown: Sequence[Export], newest_known: datetime | None, proved_at: datetime | None
) -> Verdict | None:
    """Null where the files tell nothing at all. `shown`: the exports at hand. `newest_known`: the newest publish time
    that any source showed; `proved_at`: until when any other proved the list."""
    newest = max((one.newest_at for one in shown if one.newest_at), default=None)
    why = _lacking(stretch, newest_known, proved_at)
    if stretch is not None and why is None:
        return Verdict(stretch.ends, stretch.newest_at, proves_list=True)
    return Verdict(newest, newest, proves_list=False, why=why) if newest else None


def _lacking(stretch: Stretch | None, newest_known: datetime | None, proved_at: datetime | None) -> str | None:
    if stretch is None:
        return "只作有更新的依据（微信公众号须有每日发表篇数，或已通知、未开启通知两个明细，才能证明没有更新）"
    if proved_at is not None and proved_at >= stretch.ends:
        return f"其他来源已核实到{chinese_time(proved_at)}，比导出的新，导出只作有更新的依据"
    newest = stretch.newest_at
    if newest_known is not None and (newest is None or newest < newest_known):
        if newest_known >= stretch.ends:
            return f"其他来源有{chinese_time(newest_known)}的内容，比导出的新，导出只作有更新的依据"
        if newest_known >= stretch.begins:
            return f"没有列出{chinese_time(newest_known)}的内容，与其他来源不一致，只作有更新的依据"
    if newest is None and not _reaches_back(stretch, newest_known, proved_at):
        return f"{stretch.first_day.isoformat()}以前有没有更新没有核实，请把导出的时间范围选长一些"
    return None


def _reaches_back(stretch: Stretch, newest_known: datetime | None, proved_at: datetime | None) -> bool:
    """Nothing lies in between what was known before and its first day."""
    return any(moment is not None and moment >= stretch.begins for moment in (newest_known, proved_at))


def _clipped(exports: Sequence[Export], now: datetime) -> Stretch | None:
    days = [(one.first_day, one.last_day) for one in exports]
    if any(first is None or last is None for first, last in days):
        return None
    first_day = max(first for first, _ in days if first)
    last_day = min(*(last for _, last in days if last), last_whole_day(now))
    if first_day > last_day:
        return None
    ends = end_of(last_day)
    newest = max((one.newest_at for one in exports if one.newest_at), default=None)
    # Of a file whose newest item came after the stretch nobody knows the newest one within it; and of what came before
    # it only one of the files tells.
    later = newest is not None and newest > ends
    within = newest if newest is not None and newest >= start_of(first_day) else None
    return None if later else Stretch(first_day, last_day, within)
