"""Where an account stands after a moment was judged: folded from its probes and from what is held against it."""

from collections.abc import Sequence

from services.analyzer.gone import APART, is_gone, says_gone
from shared.account import Account, AccountStatus
from shared.clock import chinese_time
from shared.events import Finding, Probe
from shared.standing import FILED_AS_CANCELLED, NEVER_PROBED, Standing, gravity
from shared.state import State
from shared.storage.observations import Probed

_MOST_SENTENCES = 5
_FINE = "按期更新，未发现问题"


def standing_of(account: Account, probed: Probed, findings: Sequence[Finding]) -> Standing:
    """The standing of `account` while `findings` hold."""
    grave = sorted(findings, key=gravity)
    state, why = _state(account, probed, grave)
    latest = probed.latest
    return Standing(
        account=account,
        state=state,
        why=why,
        newest_post_at=probed.newest_post_at,
        proved_at=probed.latest_list.at if probed.latest_list else None,
        probed_at=latest.at if latest else None,
        outcome=latest.outcome if latest else None,
        reason=latest.reason if latest else None,
        findings=tuple(grave),
    )


def _state(account: Account, probed: Probed, findings: Sequence[Finding]) -> tuple[State, str]:
    latest = probed.latest
    if account.status is AccountStatus.CANCELLED:
        return State.CANCELLED, FILED_AS_CANCELLED
    if latest and says_gone(latest):
        return State.GONE, _why_gone(latest, probed)
    unverified = [finding for finding in findings if finding.state is State.UNVERIFIED]
    if unverified or (latest and not probed.latest_list):
        return State.UNVERIFIED, _why_unverified(probed, unverified)
    if latest is None:
        return State.WAITING, NEVER_PROBED
    accusing = [finding for finding in findings if finding.severity.accuses]
    if not accusing:
        return State.OK, _FINE
    return accusing[0].state or State.PROBLEM, _sentences(accusing)


def _why_gone(latest: Probe, probed: Probed) -> str:
    why = latest.reason or "平台提示账号已注销"
    return (
        why
        if is_gone(probed.failures, probed.newest_post_at)
        else f"{why}（仅见到一次，须间隔{APART.seconds // 60}分钟以上再次核实）"
    )


def _why_unverified(probed: Probed, unverified: Sequence[Finding]) -> str:
    latest = probed.latest
    if latest and latest.proves_list and (at_looks := [one for one in unverified if one.at <= latest.at]):
        # It was looked at: what is lacking stands in the finding.
        return _sentences(at_looks)
    failed = probed.failures[-1] if probed.failures else None
    reason = (failed.reason or failed.outcome.words) if failed else "采集未进行"
    if probed.latest_list is None:
        return f"{reason}（尚无成功核查）"
    return f"{reason}（最近一次成功核查：{chinese_time(probed.latest_list.at)}）"


def _sentences(findings: Sequence[Finding]) -> str:
    told = "；".join(finding.sentence.rstrip("。") for finding in findings[:_MOST_SENTENCES])
    return f"{told}；等{len(findings)}项" if len(findings) > _MOST_SENTENCES else told
