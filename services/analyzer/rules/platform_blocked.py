"""A platform refuses so many accounts at once that it is the platform, or our way to it, and not the accounts."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from services.analyzer.objection import Objection
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Evidence, Outcome, Probe

REFUSALS = (
    *(Outcome.BLOCKED, Outcome.LOGIN_WALL, Outcome.NETWORK, Outcome.TIMEOUT, Outcome.CRASH, Outcome.CLOCK),
    Outcome.PARSE_ERROR,
)
"""Also what nobody can read: where it is most of a platform, its pages have changed and not the accounts."""


class PlatformBlocked(Rule):
    """One message to the operators instead of one per account (Alertmanager's inhibition).

    Objects when, among the accounts probed last within `within_hours`, at least `at_least_accounts` and
    `at_least_percent` of them were refused; also when none was probed for `idle_hours`, or our clock says so.
    """

    scope: ClassVar[Literal["account", "post", "platform"]] = "platform"

    at_least_accounts: int = Field(default=3, ge=1)
    at_least_percent: float = Field(default=50, gt=0, le=100)
    within_hours: float = Field(default=12, gt=0)
    idle_hours: float = Field(default=24, gt=0)

    def check_platform(self, now: datetime, latest: Sequence[Probe]) -> Iterator[Objection]:
        wrong = [probe for probe in latest if probe.outcome is Outcome.CLOCK]
        if wrong and wrong[0] is latest[0]:
            # Dated by a clock nobody can trust, ours, it is told however few and however old they seem.
            yield self._refused(latest, wrong)
            return
        if len(latest) >= self.at_least_accounts and latest[0].at <= now - timedelta(hours=self.idle_hours):
            yield self._nobody(latest[0].at)
            return
        recent = [probe for probe in latest if probe.at > now - timedelta(hours=self.within_hours)]
        refused = [probe for probe in recent if probe.outcome in REFUSALS]
        enough = len(refused) >= self.at_least_accounts
        if enough and 100 * len(refused) >= self.at_least_percent * len(recent):
            yield self._refused(recent, refused)

    def _refused(self, recent: Sequence[Probe], refused: Sequence[Probe]) -> Objection:
        since = min(probe.at for probe in refused)
        reason = refused[0].reason or refused[0].outcome.words
        return Objection(
            subject="platform",
            since=since,
            sentence=f"该平台{len(recent)}个账号中有{len(refused)}个在最近一次核查时未能看到内容（最早于{chinese_time(since)}），"
            f"例如：{reason}。{_cause(refused)}；在恢复前不作任何超期判断。",
            measured=f"{len(refused)}/{len(recent)}个账号",
            threshold=f"{self.at_least_accounts}个且{self.at_least_percent:g}%",
            window=f"最近{self.within_hours:g}小时内的最近一次核查",
            evidence=tuple(Evidence(url=probe.url, quote=probe.reason, at=probe.at) for probe in refused[:3]),
        )

    def _nobody(self, last_at: datetime) -> Objection:
        return Objection(
            subject="platform",
            since=last_at,
            sentence=f"该平台自{chinese_time(last_at)}起没有账号被核查，疑为采集未运行或本机时间有误，请检查采集环境；"
            "在恢复前不作任何超期判断。",
            measured="没有账号被核查",
            threshold=f"{self.idle_hours:g}小时",
            window="该平台所有账号的最近一次核查",
        )


def _cause(refused: Sequence[Probe]) -> str:
    unread = sum(probe.outcome is Outcome.PARSE_ERROR for probe in refused)
    if 2 * unread > len(refused):
        return "疑为平台页面改版，程序认不出，请联系维护人员升级"
    return "疑为平台限制、网络或本机问题，请检查采集环境"
