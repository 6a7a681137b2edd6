"""What the exports of one account prove together, and as of when. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.collector.reading.days import end_of, last_whole_day, start_of
from shared.clock import chinese_time
from shared.export import Export, ExportKind


@dataclass(frozen=True)
class Stretch:
    """Beijing days of which everything published is known; `newest_at`: the newest of it, null: nothing.

    `lacked_at`: the newest item of the account's exports of whatever kind, where it is none of these. `files`: SHA-256
    of those that it is made of.
    """

    first_day: date
    last_day: date
    newest_at: datetime | None
    lacked_at: datetime | None = None
    files: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def begins(self) -> datetime:
        return start_of(self.first_day)

    @property
    def newest(self) -> datetime:
        """To be compared: of nothing, its beginning."""
        return self.newest_at or self.begins

    @property
    def ends(self) -> datetime:
        """The end of its last day."""
        return end_of(self.last_day)

    def lacks(self, known: datetime | None) -> bool:
        """True where something newer than its newest is known, of its days or after them."""
        return known is not None and known >= self.begins and (self.newest_at is None or self.newest_at < known)


@dataclass(frozen=True)
class Verdict:
    """`at`: as of when. `why`: what is lacking where the list is not proven. `files`: SHA-256 of those that do."""

    at: datetime
    newest_at: datetime | None
    proves_list: bool
    why: str | None = None
    files: frozenset[str] = field(default=frozenset(), compare=False)


def stretch_of(exports: Iterable[Export], now: datetime) -> Stretch | None:
    """The one that reaches farthest: the number of articles a day, or both tabs of the details for the same days.

    One that lacks what another export shows is taken last, and says so: two files of the same days may be of
    different downloads, and a period that was stated wrongly lacks what came in between.
    """
    known = list(exports)
    shown_at = max((one.newest_at for one in known if one.newest_at), default=None)
    alone = [_clipped([one], now) for one in known if one.kind is ExportKind.TENDENCY]
    pairs = [
        _clipped([one, other], now)
        for one in known
        if one.kind is ExportKind.NOTIFIED
        for other in known
        if other.kind is ExportKind.UNNOTIFIED
    ]
    found = [replace(one, lacked_at=shown_at if one.lacks(shown_at) else None) for one in (*alone, *pairs) if one]
    return max(found, key=lambda one: (not one.lacked_at, one.last_day, one.first_day, one.newest), default=None)


def verdict(
    stretch: Stretch | None, shown: Sequence[Export], newest_known: datetime | None, proved_at: datetime | None
) -> Verdict | None:
    """Null where the files tell nothing at all. `shown`: the exports at hand. `newest_known`: the newest publish time
    that any source showed; `proved_at`: until when any other proved the list."""
    newest = max((one.newest_at for one in shown if one.newest_at), default=None)
    why = _lacking(stretch, newest_known, proved_at)
    if stretch is not None and why is None:
        return Verdict(stretch.ends, stretch.newest_at, proves_list=True, files=stretch.files)
    return Verdict(newest, newest, proves_list=False, why=why) if newest else None


def _lacking(stretch: Stretch | None, newest_known: datetime | None, proved_at: datetime | None) -> str | None:
    if stretch is None:
        return "只作有更新的依据（微信公众号须有每日发表篇数，或已通知、未开启通知两个明细，才能证明没有更新）"
    if proved_at is not None and proved_at >= stretch.ends:
        return f"其他来源已核实到{chinese_time(proved_at)}，比导出的新，导出只作有更新的依据"
    if stretch.lacked_at is not None:
        return (
            f"另一个导出文件里有{chinese_time(stretch.lacked_at)}的内容，只作有更新的依据；"
            "请核对起止日期，或把几个文件都重新下载后一起导入"
        )
    if newest_known is not None and stretch.lacks(newest_known):
        told = chinese_time(newest_known)
        later = f"其他来源有{told}的内容，比导出的新，导出只作有更新的依据"
        return later if newest_known >= stretch.ends else f"没有列出{told}的内容，与其他来源不一致，只作有更新的依据"
    if stretch.newest_at is None and not _reaches_back(stretch, newest_known, proved_at):
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
    files = frozenset(one.sha256 for one in exports)
    return None if later else Stretch(first_day, last_day, within, files=files)
