"""Quiet that a person asked for: a row for the record, never overwritten."""

from datetime import datetime, time, timedelta

from shared.clock import chinese_time, to_shanghai
from shared.events import Finding, Moment, Value

LONGEST = timedelta(days=90)
"""A silence that somebody forgot ends by itself."""


class Silence(Value):
    """No messages from `starts_at` until `ends_at` about what meets all conditions given (null: any).

    It delays and never loses: what still holds at its end is told then. `expired_at`: somebody ended it before its
    time. `author`, `comment` and `expired_by` are as people typed them.
    """

    id: int = 0
    starts_at: Moment
    ends_at: Moment
    author: str
    comment: str
    unit: str | None = None
    account_key: str | None = None
    rule: str | None = None
    indicator: str | None = None
    number: str | None = None
    added_at: Moment
    expired_at: Moment | None = None
    expired_by: str | None = None

    @property
    def over_at(self) -> datetime:
        return self.ends_at if self.expired_at is None else min(self.ends_at, self.expired_at)

    @property
    def conditions(self) -> tuple[str | None, ...]:
        return self.unit, self.account_key, self.rule, self.indicator, self.number

    def holds_at(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.over_at

    def covers(self, finding: Finding, unit: str, moment: datetime) -> bool:
        """Whether `unit`, who is to be told of the finding, is not told at `moment`."""
        given = (unit, finding.key, finding.rule, finding.indicator, finding.number)
        same = all(want in (None, have) for want, have in zip(self.conditions, given, strict=True))
        return same and self.holds_at(moment)

    @property
    def until(self) -> str:
        """Its end in Beijing time; that of a whole day as `2026-12-01 24:00`, by which everybody means the same."""
        end = to_shanghai(self.over_at)
        return chinese_time(end) if end.time() != time.min else f"{end - timedelta(days=1):%Y-%m-%d} 24:00"

    @property
    def words(self) -> str:
        """`已静默至2026-12-01 18:00（李：系统迁移）`, for messages' ledgers and lists."""
        return f"已静默至{self.until}（{self.author}：{self.comment}）"
