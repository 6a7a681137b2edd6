"""The platform says the account is cancelled, closed or banned, though the ledger says it runs."""

from collections.abc import Iterator

from services.analyzer.objection import History, Objection
from services.analyzer.rules.base import Rule
from shared.account import AccountStatus
from shared.clock import chinese_time
from shared.events import Coverage, Evidence, Outcome, Probe


class AccountGone(Rule):
    """国办发〔2018〕123号: closing must be filed. A vanished account is no zombie; a person has to confirm."""

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        account_is_gone = probe.outcome is Outcome.GONE and probe.covers is Coverage.PROFILE
        if not account_is_gone or history.account.status is not AccountStatus.RUNNING:
            return
        reason = probe.reason or "账号已注销"
        yield Objection(
            subject=(history.last_list_at or history.watched_since).isoformat(),
            since=probe.at,
            sentence=f"{chinese_time(probe.at)}核查时平台提示“{reason}”，而台账登记为“{history.account.status}”，"
            "请核实账号是否已注销、迁移或被封禁，并及时变更备案。",
            measured=reason,
            threshold=f"台账状态：{history.account.status}",
            window="核查时点",
            evidence=(Evidence(url=probe.url, quote=reason, at=probe.at, sha256=probe.evidence_sha256),),
        )
