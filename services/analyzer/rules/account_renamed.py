"""The platform shows another name than the ledger."""

import unicodedata
from collections.abc import Iterator

from services.analyzer.objection import History, Objection
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Evidence, Finding, Probe


class AccountRenamed(Rule):
    """国办发〔2018〕123号: a changed account must be filed. Same platform id, another name."""

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if not probe.outcome.is_evidence or not probe.name:
            return
        filed = history.account.name
        if _folded(probe.name) == _folded(filed):
            return
        yield Objection(
            subject=probe.name,
            sentence=f"台账登记名称为“{filed}”，{chinese_time(probe.at)}核查时平台显示为“{probe.name}”，"
            "请核实是否更名并及时变更备案。",
            measured=probe.name,
            threshold=filed,
            window="核查时点",
            evidence=(Evidence(url=probe.url, quote=probe.name, at=probe.at, sha256=probe.evidence_sha256),),
        )

    def is_over(self, finding: Finding, probe: Probe, history: History) -> bool:
        """Many a look proves the list and shows no name."""
        return probe.outcome.is_evidence and bool(probe.name)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
