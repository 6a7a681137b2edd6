"""A platform refuses so many accounts at once that it is the platform, or our way to it, and not the accounts."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from services.analyzer.objection import Objection
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Evidence, Outcome, Probe

REFUSALS = (Outcome.BLOCKED, Outcome.LOGIN_WALL, Outcome.NETWORK, Outcome.TIMEOUT)


class PlatformBlocked(Rule):
    """One message to the operators instead of one per account (Alertmanager's inhibition).

    Objects when, among the accounts looked at within `within_hours`, at least `at_least_accounts` and
    `at_least_percent` of them were refused at their latest look.
    """

    scope: ClassVar[Literal["account", "post", "platform"]] = "platform"

    at_least_accounts: int = Field(default=3, ge=1)
    at_least_percent: float = Field(default=50, gt=0, le=100)
    within_hours: float = Field(default=12, gt=0)

    def check_platform(self, now: datetime, latest: Sequence[Probe]) -> Iterator[Objection]:
        recent = [look for look in latest if look.at > now - timedelta(hours=self.within_hours)]
        refused = [look for look in recent if look.outcome in REFUSALS]
        enough = len(refused) >= self.at_least_accounts
        if not enough or 100 * len(refused) < self.at_least_percent * len(recent):
            return
        since = min(look.at for look in refused)
        reason = refused[-1].reason or str(refused[-1].outcome)
        yield Objection(
            subject="platform",
            since=since,
            sentence=f"该平台{len(recent)}个账号中有{len(refused)}个在最近一次核查时被拒绝（最早于{chinese_time(since)}），"
            f"例如：{reason}。疑为平台限制或网络问题，请检查采集环境；在恢复前不作任何超期判断。",
            measured=f"{len(refused)}/{len(recent)}个账号",
            threshold=f"{self.at_least_accounts}个且{self.at_least_percent:g}%",
            window=f"最近{self.within_hours:g}小时内的最近一次核查",
            evidence=tuple(Evidence(url=look.url, quote=look.reason, at=look.at) for look in refused[:3]),
        )
