"""The platform says the account is cancelled, closed or banned, though the ledger says it runs."""

from collections.abc import Iterator

from services.analyzer.gone import is_gone, says_gone, signs_of_end
from services.analyzer.objection import History, Objection
from services.analyzer.rules.base import Rule
from shared.account import AccountStatus
from shared.clock import chinese_time
from shared.events import Evidence, Probe


class AccountGone(Rule):
    """国办发〔2018〕123号: closing must be filed. A vanished account is no zombie; a person has to confirm.

    Two looks must have said it, half an hour or more apart and no sign of life after the first: a platform in trouble
    says of everybody that he is not there (services/analyzer/gone.py).
    """

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if history.account.status is not AccountStatus.RUNNING or not says_gone(probe):
            return
        if not is_gone(history.failures, history.newest_post_at):
            return
        signs = signs_of_end(history.failures, history.newest_post_at)
        first, reason = signs[0], probe.reason or "账号已注销"
        yield Objection(
            subject=(history.last_list_at or history.watched_since).isoformat(),
            since=first.at,
            sentence=f"{chinese_time(first.at)}和{chinese_time(probe.at)}两次核查时平台均提示“{reason}”，"
            f"而台账登记为“{history.account.status}”，请核实账号是否已注销、迁移或被封禁，并及时变更备案。",
            measured=reason,
            threshold=f"台账状态：{history.account.status}",
            window="两次核查相隔30分钟以上，其间没有看到账号仍在的迹象",
            evidence=tuple(
                Evidence(url=one.url, quote=one.reason or reason, at=one.at, sha256=one.evidence_sha256)
                for one in (first, probe)
            ),
        )
