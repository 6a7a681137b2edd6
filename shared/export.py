"""A file that an operator downloaded from a back office: what it covers, and what was made of it."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from shared.events import Moment, Value

EXPORT = "export"
"""What the looks made of such files are called."""


class ExportKind(StrEnum):
    """`notified`, `unnotified`: the two tabs of WeChat's 内容分析; `tendency`: how many articles a day; `works`: the
    list of works of any other back office."""

    NOTIFIED = "notified"
    UNNOTIFIED = "unnotified"
    TENDENCY = "tendency"
    WORKS = "works"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    ExportKind.NOTIFIED: "已通知内容明细",
    ExportKind.UNNOTIFIED: "未开启通知内容明细",
    ExportKind.TENDENCY: "每日发表篇数",
    ExportKind.WORKS: "作品列表",
}


class Export(Value):
    """`first_day`, `last_day`: the Beijing days that it covers without a gap; null where it does not tell.

    `newest_at`: the newest publish time in it. `rows`: items, or days of `tendency`.
    """

    key: str = Field(min_length=1)
    """`platform/id` of the account."""
    sha256: str = Field(min_length=64, max_length=64)
    kind: ExportKind
    file: str
    rows: int = Field(ge=0)
    first_day: date | None = None
    last_day: date | None = None
    newest_at: Moment | None = None
    imported_at: Moment
    by: str | None = None
    proofs: tuple[str, ...] = ()
    """Fingerprints of the looks that proved a list by it."""
