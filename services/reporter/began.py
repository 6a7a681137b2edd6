"""Since when there is anything to tell: a week before that is no week in which all was well."""

from dataclasses import dataclass
from datetime import datetime

from services.reporter.period import Period
from shared.clock import chinese_time


@dataclass(frozen=True)
class Beginning:
    """`at`: when the first account entered the ledger (UTC); null: never yet. `cut_off`: up to when a list counts."""

    at: datetime | None
    period: Period
    cut_off: datetime

    @property
    def is_before(self) -> bool:
        """Nothing of the period was watched."""
        return self.at is None or self.at >= self.cut_off

    @property
    def words(self) -> str:
        """One sentence for the head of a list and for whoever asked for it; empty when all of it was watched."""
        if self.at is None:
            return "台账为空，本系统尚未开始监测，没有数据"
        if self.is_before:
            return f"本系统自{chinese_time(self.at)}起监测，这一周没有数据"
        if self.at > self.period.begins_at:
            return f"本系统自{chinese_time(self.at)}起监测，此前没有数据"
        return ""
