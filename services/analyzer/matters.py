"""What rules object to, held against what is open: opened when new, closed when over, each told once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

import structlog

from services.analyzer.history import coverage_of
from services.analyzer.in_force import Rulebooks
from services.analyzer.objection import History, Objection
from services.analyzer.rulebook import Entry
from services.analyzer.standing import standing_of
from services.analyzer.timeline import Sitting
from shared.account import Account, AccountStatus
from shared.events import Finding, FindingStatus, Severity
from shared.runtime.metrics import Metrics
from shared.storage.observations import Probed

log = structlog.get_logger(__name__)

Scope = Literal["account", "post", "platform", "copy", "link", "question"]


@dataclass(frozen=True)
class Case:
    """Whose matter, the moment it is judged for, and which rules failed at it, with their reasons."""

    account: Account
    at: datetime
    failures: list[str] = field(default_factory=list)


class Matters:
    """The rules in force for a case; each entry is a matter of its own, also where two entries use one rule."""

    def __init__(self, rulebooks: Rulebooks, metrics: Metrics) -> None:
        self.rulebooks = rulebooks
        self._metrics = metrics
        self._of_scope: dict[tuple[int, bool, Scope], tuple[Entry, ...]] = {}

    def entries(self, case: Case, scope: Scope) -> Sequence[Entry]:
        """Those that are asked; of a cancelled account few are."""
        if (book := self.rulebooks.for_account(case.account, case.at)) is None:
            return ()
        # Asked for every event; rulebooks live as long as this does.
        place = id(book), case.account.status is AccountStatus.CANCELLED, scope
        if place not in self._of_scope:
            self._of_scope[place] = tuple(entry for entry in self._asked(case) if entry.plugin.scope == scope)
        return self._of_scope[place]

    def asks(self, case: Case) -> bool:
        """False for a cancelled account, unless some rule is about such, and where no rulebook is in force."""
        return bool(self._asked(case))

    def still_asks(self, case: Case, finding: Finding) -> bool:
        """False when the rulebook in force knows nothing of the finding's matter, or not of a cancelled account's."""
        return any(entry.indicator == finding.indicator for entry in self._asked(case))

    def _asked(self, case: Case) -> Sequence[Entry]:
        entries = self.rulebooks.entries(case.account, case.at)
        if case.account.status is not AccountStatus.CANCELLED:
            return entries
        return [entry for entry in entries if entry.plugin.asks_cancelled]

    def settle(
        self,
        sitting: Sitting,
        case: Case,
        entry: Entry,
        ask: Callable[[], Iterable[Objection]],
        *,
        held: Sequence[Finding],
        is_over: Callable[[Finding], bool],
    ) -> None:
        """Open what is new, keep what still holds, close what was superseded or, not being found again, is over.

        A rule that raises changes nothing and is named in `case.failures`.
        """
        mine = [finding for finding in held if finding.indicator == entry.indicator] if held else []
        try:
            found = [self._finding(case, entry, objection) for objection in ask()]
            if not found and not mine:
                return
            still = {_matter(finding) for finding in found}
            subjects = {finding.subject for finding in found}
            gone = [finding for finding in mine if _matter(finding) not in still]
            over = [finding for finding in gone if finding.subject not in subjects and is_over(finding)]
        except Exception as error:  # noqa: BLE001 - a rule is a plug-in: its fault stops no other rule
            self._failed(case, entry, error)
            return
        for finding in gone:
            if finding.subject in subjects:
                self.close(sitting, finding, case.at, FindingStatus.SUPERSEDED)
            elif finding in over:
                self.close(sitting, finding, case.at, FindingStatus.RESOLVED)
        known = {_matter(finding): finding for finding in mine}
        for finding in found:
            self._keep(sitting, entry, known.get(_matter(finding)), finding)

    def check_time(self, sitting: Sitting, case: Case, known_until: datetime) -> None:
        """Let the rules say what follows from the mere passing of time up to the moment of the case."""
        account = case.account
        history = _coverage(sitting, case, sitting.at(account.key, known_until).probed)
        held = sitting.judging.open_findings(account.key)
        for entry in self.entries(case, "account"):
            ask = partial(entry.plugin.check_time, case.at, history)
            self.settle(sitting, case, entry, ask, held=held, is_over=never)
        known = {_matter(finding) for finding in held}
        opened = (one for one in sitting.judging.open_findings(account.key) if _matter(one) not in known)
        if lapsed := [finding.at for finding in opened]:
            self.stand(sitting, case, min(lapsed), known_until)

    def stand(self, sitting: Sitting, case: Case, since: datetime, known_until: datetime) -> None:
        """Write down where the account stands from `since`, as known at a moment, and when the timer has to ask."""
        account = case.account
        probed = sitting.at(account.key, known_until).probed
        history = _coverage(sitting, case, probed)
        lapses = [self._lapse(case, entry, history) for entry in self.entries(case, "account")]
        ahead = [moment for moment in lapses if moment is not None and moment > known_until]
        standing = standing_of(account, probed, sitting.judging.open_findings(account.key))
        sitting.judging.stand(standing, since, min(ahead, default=None))

    def _lapse(self, case: Case, entry: Entry, history: History) -> datetime | None:
        try:
            return entry.plugin.lapses_at(history)
        except Exception as error:  # noqa: BLE001 - a rule is a plug-in: its fault stops no other rule
            self._failed(case, entry, error)
            return None

    def _failed(self, case: Case, entry: Entry, error: Exception) -> None:
        case.failures.append(f"规则 {entry.rule}（{entry.indicator}）出错（{type(error).__name__}：{error}）")
        log.error("rule_failed", account=case.account.key, rule=entry.rule, error=repr(error))

    def close(self, sitting: Sitting, finding: Finding, at: datetime, status: FindingStatus) -> None:
        sitting.judging.close(finding, at, status)
        sitting.judging.afterwards(partial(self._note_closed, finding, at, status))

    def _note_closed(self, finding: Finding, at: datetime, status: FindingStatus) -> None:
        self._metrics.findings.labels(finding.rule, str(status)).inc()
        if status is FindingStatus.RESOLVED:
            held = max(0.0, (at - finding.at).total_seconds())
            self._metrics.fix_seconds.labels(str(finding.severity)).observe(held)
        log.info("finding_closed", account=finding.key, rule=finding.rule, status=str(status), number=finding.number)

    def _keep(self, sitting: Sitting, entry: Entry, known: Finding | None, finding: Finding) -> None:
        if known is None:
            self._open(sitting, finding)
        elif entry.plugin.scope == "copy" and known.sentence != finding.sentence:
            # What it names may be gone, or another have been earlier; nobody is told of that anew.
            sitting.judging.reword(finding.but(at=known.at))

    def _open(self, sitting: Sitting, finding: Finding) -> None:
        if sitting.judging.open(finding):
            sitting.judging.afterwards(partial(self._note_open, finding))

    def _note_open(self, finding: Finding) -> None:
        self._metrics.findings.labels(finding.rule, str(finding.status)).inc()
        log.info("finding", account=finding.key, rule=finding.rule, stage=finding.stage, number=finding.number)

    def _finding(self, case: Case, entry: Entry, objection: Objection) -> Finding:
        severity = objection.severity or entry.severity
        book = self.rulebooks.for_account(case.account, case.at)
        return Finding(
            platform=case.account.platform,
            account_id=case.account.id,
            rule=entry.rule,
            indicator=entry.indicator,
            severity=severity,
            subject=objection.subject,
            stage=objection.stage,
            state=objection.state or severity.state,
            at=objection.at or case.at,
            since=objection.since,
            sentence=objection.sentence,
            clause=entry.clause,
            measured=objection.measured,
            threshold=objection.threshold,
            window=objection.window,
            evidence=objection.evidence,
            rulebook_version=book.label if book else "",
            needs_confirmation=entry.confirm if objection.confirm is None else objection.confirm,
        )


def _matter(finding: Finding) -> tuple[str, Severity]:
    return finding.fingerprint, finding.severity


def always(finding: Finding) -> bool:
    return True


def never(finding: Finding) -> bool:
    return False


def _coverage(sitting: Sitting, case: Case, probed: Probed) -> History:
    key = case.account.key
    entered = sitting.judging.watched_since(key) or case.at
    return coverage_of(case.account, probed, entered, sitting.judging.returned_at(key))
