"""What stands in the cells of an export: moments of every form, counts. What is ambiguous is refused."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from services.collector.reading.days import last_second
from shared.clock import SHANGHAI
from shared.ledger.values import BadCellError, CellValue, Unreadable, fold

_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial names no zone
_FIRST_YEAR = 2009
"""Weibo's first; nothing here was published before."""
_REMEDY = "请不要改动下载的文件，重新下载后再导入"
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?)?"
)
_COUNT = re.compile(r"-?\d{1,12}(?:\.0+)?")


@dataclass(frozen=True)
class When:
    """`at`: UTC; of a day without an hour its last second, so that silence never counts from too early."""

    at: datetime
    is_day: bool

    @property
    def day(self) -> date:
        """Of Beijing."""
        return self.at.astimezone(SHANGHAI).date()


def read_when(value: CellValue, now: datetime) -> When:
    """Beijing time, since no export names a zone. Raises BadCellError; also for what lies ahead of `now`."""
    local, is_day = _local(value)
    if not _FIRST_YEAR <= local.year <= 2100:
        raise BadCellError(f"年份 {local.year} 不合理", _REMEDY)
    begins = local.replace(tzinfo=SHANGHAI).astimezone(UTC)
    if begins > now + timedelta(minutes=10):
        raise BadCellError(f"时间 {local:%Y-%m-%d %H:%M} 晚于现在", f"请核对本机时间；{_REMEDY}")
    if not is_day:
        return When(begins, False)
    # Of today no more is known than that it was before now.
    return When(min(last_second(local.date()), max(begins, now.replace(microsecond=0))), True)


def read_count(value: CellValue) -> int | None:
    """-1 and whatever is no whole number stand for: not known."""
    text = fold(value).replace(",", "")
    if isinstance(value, bool) or not _COUNT.fullmatch(text):
        return None
    number = int(float(text))
    return number if number >= 0 else None


def _local(value: CellValue) -> tuple[datetime, bool]:
    """Without a zone, and whether it is a day without an hour. Midnight sharp is how spreadsheets write a day."""
    if isinstance(value, Unreadable):
        raise BadCellError(value.message, value.remedy)
    if isinstance(value, datetime):
        plain = value.replace(tzinfo=None, microsecond=0)
        return plain, plain.time() == time()
    if isinstance(value, date):
        return datetime.combine(value, time()), True
    if isinstance(value, float) and 36_000 <= value < 80_000:
        moment = (_EXCEL_DAY_ZERO + timedelta(seconds=round(value * 86_400))).replace(microsecond=0)
        return moment, moment.time() == time()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_text(f"{value:.0f}" if abs(value) < 1e12 else "")
    return _of_text(fold(value))


def _of_text(text: str) -> tuple[datetime, bool]:
    match = _COMPACT.fullmatch(text) or _WRITTEN.fullmatch(text)
    if match is None:
        raise BadCellError(f"“{text[:30]}”不是时间", _REMEDY)
    numbers = [int(part) if part else 0 for part in match.groups()]
    try:
        return datetime(*numbers), len(numbers) == 3 or match[4] is None  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise BadCellError(f"没有“{text[:30]}”这个时间", _REMEDY) from None
