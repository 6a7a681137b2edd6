"""The pictures on a list: of each matter that it names the first page that proves it, the gravest matter first."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple, Protocol

from services.reporter import wording
from shared.clock import chinese_time
from shared.errors import InputError, PermanentError, TransientError
from shared.storage.pictures import OF_ACCOUNT, Kept

Contents = Callable[[str], bytes]
"""Bytes of the evidence by sha256. Raises MissingError, DamagedError, TransientError, InputError."""

PICTURED_TITLE = "截图"
PICTURED = ("序号", "账号名称", "平台", "主办单位", "告警编号", "问题", "页面", "拍摄时间", "证据", "截图")
MOST = 100
"""With 40 kB each, the list still goes by mail."""
MOST_SECONDS = 120.0
"""For all pictures of a list; what writes it holds a lease of ten minutes."""
_AT_ONCE = 500
_MOST_NAMED = 5
_NONE = "（没有缩略图，请导出查看）"
_AWAY = "（证据库暂时打不开，恢复后重新生成本清单即可）"
_GONE = "（图片已不在证据库：已按期清理，或有缺失；可执行 xunjian evidence verify 核对）"


class Pictures(Protocol):
    """Of findings, as the store knows them."""

    def of(self, fingerprints: Iterable[str]) -> Mapping[str, Sequence[Kept]]: ...


class Matter(NamedTuple):
    """What a line of the list says."""

    fingerprint: str
    number: str
    whose: tuple[str, str, str]
    """Account, platform, unit."""
    problem: str


class Picture(NamedTuple):
    """One picture, and all that rests on it."""

    kept: Kept
    matters: list[Matter]


class Pictured:
    """As of a moment. `total`: how many pictures there are; the first `MOST` are shown."""

    def __init__(self, matters: Iterable[Matter], pictures: Pictures, moment: datetime) -> None:
        found: dict[str, Picture] = {}
        for matter, kept in _first_pages(matters, pictures, moment):
            found.setdefault(kept.picture, Picture(kept, [])).matters.append(matter)
        self.total = len(found)
        self._shown = list(islice(found.values(), MOST))

    @property
    def note(self) -> str:
        """What is to be known of the pictures."""
        cut = f"共{self.total}张，此处为问题较重的前{MOST}张。" if self.total > MOST else ""
        how = "完整截图与原始数据请执行 xunjian evidence show 加告警编号导出"
        return f"{cut}图为留证截图的上部，已缩小；{how}。"

    def rows(
        self,
        contents: Contents,
        small: Callable[[bytes], object | None],
        seconds: Callable[[], float] = time.monotonic,
    ) -> Iterator[list[object]]:
        """`small` makes what stands in the cell of a thumbnail; null where it cannot. `seconds`: a running clock."""
        over_at = seconds() + MOST_SECONDS
        is_away = False
        for place, one in enumerate(self._shown, 1):
            # Where one waited for its time-out, or all together for long, each more would keep the list from people.
            is_away = is_away or seconds() > over_at
            shown = _AWAY if is_away else _thumbnail(one.kept, contents, small)
            is_away = is_away or shown == _AWAY
            yield [place, *one.matters[0].whose, *_told(one), shown]


def _first_pages(matters: Iterable[Matter], pictures: Pictures, moment: datetime) -> Iterator[tuple[Matter, Kept]]:
    left = iter(matters)
    while batch := list(islice(left, _AT_ONCE)):
        kept = pictures.of(matter.fingerprint for matter in batch)
        for matter in batch:
            there = wording.pictured(kept.get(matter.fingerprint, ()), moment)
            if there is not None:
                yield matter, there


def _told(one: Picture) -> tuple[str, ...]:
    numbers = list(dict.fromkeys(matter.number for matter in one.matters))
    problems = list(dict.fromkeys(matter.problem for matter in one.matters))
    more = len(problems) - _MOST_NAMED
    return (
        "、".join(numbers),
        "\n".join(problems[:_MOST_NAMED]) + (f"\n等{len(problems)}项" if more > 0 else ""),
        "账号主页" if one.kept.place == OF_ACCOUNT else "内容页",
        chinese_time(one.kept.at),
        wording.look(one.kept),
    )


def _thumbnail(kept: Kept, contents: Contents, small: Callable[[bytes], object | None]) -> object:
    if kept.thumbnail is None:
        return _NONE
    try:
        return small(contents(kept.thumbnail)) or _NONE
    except (TransientError, InputError):
        return _AWAY
    except PermanentError:
        return _GONE
