"""Where an account stands, for tables, lists and gauges: derived from looks and findings, never stored."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.account import Account, AccountStatus
from shared.clock import chinese_time
from shared.events import Coverage, Finding, Outcome, Severity, Value
from shared.state import State
from shared.storage.store import Store
from shared.storage.timeline import Probed

ZOMBIE_STAGE_DAYS = 30
NEVER_LOOKED = "尚未核查"


class Verdict(Value):
    """`why` is one Chinese sentence; `newest_post_at` and `looked_at` are UTC, null when not known."""

    account: Account
    state: State
    why: str
    newest_post_at: datetime | None = None
    looked_at: datetime | None = None
    findings: tuple[Finding, ...] = ()

    def silent_days(self, now: datetime) -> int | None:
        """Whole days of 24 hours since the newest post; null when none is known."""
        return (now - self.newest_post_at).days if self.newest_post_at else None


def verdicts(store: Store, now: datetime, fresh: timedelta) -> list[Verdict]:
    """The verdict on every account of the ledger, by key."""
    findings: dict[str, list[Finding]] = defaultdict(list)
    for finding in store.judgements.findings_as_of(now):
        findings[finding.key].append(finding)
    looks = store.judgements.all_probed_as_of(now)
    return [verdict(account, looks[account.key], findings[account.key], now, fresh) for account in store.accounts.all()]


def verdict(
    account: Account, looks: Probed, findings: Sequence[Finding], now: datetime, fresh: timedelta = timedelta(hours=48)
) -> Verdict:
    """The verdict at `now`. Without a look younger than `fresh` that proved the list there is none: 未能核实."""
    own = tuple(sorted((f for f in findings if f.key == account.key), key=_gravity))
    state, why = _state(account, looks, own, now, fresh)
    return Verdict(
        account=account,
        state=state,
        why=why,
        newest_post_at=looks.newest_post_at,
        looked_at=looks.latest_list.at if looks.latest_list else None,
        findings=own,
    )


def _state(
    account: Account, looks: Probed, findings: tuple[Finding, ...], now: datetime, fresh: timedelta
) -> tuple[State, str]:
    if account.status is AccountStatus.CANCELLED:
        return State.CANCELLED, "台账登记为已注销"
    if looks.latest is None:
        return State.WAITING, NEVER_LOOKED
    if looks.latest.outcome is Outcome.GONE and looks.latest.covers is Coverage.PROFILE:
        return State.GONE, looks.latest.reason or "平台提示账号已注销"
    if looks.latest_list is None or now - looks.latest_list.at > fresh:
        return State.UNVERIFIED, _why_unverified(looks)
    accusing = [finding for finding in findings if finding.severity.accuses]
    if not accusing:
        return State.OK, "按期更新，未发现问题"
    return _state_of(accusing[0]), "；".join(finding.sentence.rstrip("。") for finding in accusing)


def _why_unverified(looks: Probed) -> str:
    failed = looks.failures[-1] if looks.failures else None
    reason = (failed.reason or str(failed.outcome)) if failed else "采集未进行"
    if looks.latest_list is None:
        return f"{reason}（尚无成功核查）"
    return f"{reason}（最近一次成功核查：{chinese_time(looks.latest_list.at)}）"


def _state_of(finding: Finding) -> State:
    if finding.rule != "silent_account":
        return State.CHECK if finding.severity is Severity.REMINDER else State.PROBLEM
    if finding.severity is Severity.REMINDER:
        return State.NEAR
    return State.ZOMBIE if int(finding.stage.removesuffix("d") or 0) > ZOMBIE_STAGE_DAYS else State.OVERDUE


def _gravity(finding: Finding) -> tuple[int, bool, datetime]:
    return -finding.severity.gravity, finding.rule != "silent_account", finding.at
