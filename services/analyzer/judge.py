"""Every rule over every event of an account: what is objected to, what still holds, what no longer does."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from services.analyzer.history import history_of, is_deleted
from services.analyzer.rulebook import Entry, Rulebook
from services.analyzer.rules.base import Objection
from shared.account import WHOLE_PLATFORM, Account, AccountStatus
from shared.events import Finding, FindingStatus, Post, Probe
from shared.metrics import Metrics
from shared.storage.judgements import Judging
from shared.store import Store

log = structlog.get_logger(__name__)

_END = datetime.max.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


class Judge:
    """Reads posts and probes, writes findings. Repeated, shuffled or late events end in the same findings."""

    def __init__(self, store: Store, rulebook: Rulebook, metrics: Metrics) -> None:
        self._store = store
        self._rulebook = rulebook
        self._metrics = metrics

    def judge(self, events: Iterable[Post | Probe | Finding]) -> None:
        """Store a batch and judge the accounts it touches, each event in the order in which it happened."""
        by_account: dict[str, list[Post | Probe]] = defaultdict(list)
        for event in events:
            if not isinstance(event, Finding):
                by_account[event.key].append(event)
        with self._store.judging() as judging:
            for key, own in sorted(by_account.items()):
                account = judging.account(key)
                if account is None:
                    log.warning("not_in_ledger", account=key, events=len(own))
                    continue
                self._judge_account(judging, account, sorted(own, key=_in_time))

    def tick(self, now: datetime) -> None:
        """The one timer: accounts nobody could look at become 未能核实; a platform that refuses all is told."""
        accounts = [account for account in self._store.accounts() if account.status is not AccountStatus.CANCELLED]
        for account in accounts:
            with self._store.judging() as judging:
                self._check_time(judging, account, now, known_until=now)
        for platform in sorted({account.platform for account in accounts}):
            keys = [account.key for account in accounts if account.platform == platform]
            with self._store.judging() as judging:
                self._check_platform(judging, platform, keys, now)

    def _judge_account(self, judging: Judging, account: Account, events: list[Post | Probe]) -> None:
        unjudged_posts = False
        for event in events:
            if isinstance(event, Post):
                if judging.add_post(event) and judging.is_newest(event):
                    self._judge_post(judging, account, event)
                    unjudged_posts = True
            elif judging.add_probe(event):
                self._check_time(judging, account, event.at, known_until=event.at - _INSTANT)
                self._judge_probe(judging, account, event)
                unjudged_posts = False
        if unjudged_posts:
            self._judge_latest_again(judging, account, events[-1].occurred_at)

    def _judge_post(self, judging: Judging, account: Account, post: Post) -> None:
        case = _Case(judging, account, post.observed_at)
        history = history_of(judging, account, post.observed_at)
        held = [finding for finding in judging.open_findings(account.key) if finding.subject == post.id]
        for entry in self._entries("post"):
            self._reconcile(case, entry, [*entry.plugin.check_post(post, history)], held, settled=True)

    def _judge_probe(self, judging: Judging, account: Account, probe: Probe) -> None:
        latest = judging.looks(account.key, _END).latest_list
        if latest is not None and latest.at > probe.at:
            return
        case = _Case(judging, account, probe.at)
        history = history_of(judging, account, probe.at)
        held = judging.open_findings(account.key)
        for entry in self._entries("account"):
            objections = [*entry.plugin.check_probe(probe, history)]
            self._reconcile(case, entry, objections, held, settled=probe.proves_list)
        if probe.proves_list:
            self._resolve_deleted(judging, probe, held)

    def _judge_latest_again(self, judging: Judging, account: Account, moment: datetime) -> None:
        """Posts and probes travel on two topics: when posts come after their probe, its judgement lacked them."""
        latest = judging.looks(account.key, _END).latest_list
        if latest is not None and latest.at >= moment:
            self._judge_probe(judging, account, latest)

    def _check_time(self, judging: Judging, account: Account, now: datetime, known_until: datetime) -> None:
        case = _Case(judging, account, now)
        history = history_of(judging, account, known_until)
        held = judging.open_findings(account.key)
        for entry in self._entries("account"):
            self._reconcile(case, entry, [*entry.plugin.check_time(now, history)], held, settled=False)

    def _check_platform(self, judging: Judging, platform: str, keys: list[str], now: datetime) -> None:
        whole = Account(platform=platform, id=WHOLE_PLATFORM, name=WHOLE_PLATFORM, unit=WHOLE_PLATFORM)
        latest = [look for key in keys if (look := judging.looks(key, now).latest) is not None]
        held = judging.open_findings(whole.key)
        for entry in self._entries("platform"):
            objections = [*entry.plugin.check_platform(now, latest)]
            self._reconcile(_Case(judging, whole, now), entry, objections, held, settled=True)

    def _resolve_deleted(self, judging: Judging, probe: Probe, held: list[Finding]) -> None:
        posts = judging.posts(probe.key, probe.at)
        deleted = {post.id for post in posts if is_deleted(post, posts, probe)}
        for finding in held:
            if finding.subject in deleted:
                self._close(judging, finding, probe.at, FindingStatus.RESOLVED)

    def _reconcile(
        self, case: "_Case", entry: Entry, objections: list[Objection], held: list[Finding], *, settled: bool
    ) -> None:
        """Open what is new, keep what still holds, close what was superseded or, when `settled`, no longer holds."""
        found = [self._finding(case, entry, objection) for objection in objections]
        mine = [finding for finding in held if finding.indicator == entry.indicator]
        still = {finding.fingerprint for finding in found}
        subjects = {finding.subject for finding in found}
        for finding in mine:
            if finding.fingerprint in still:
                continue
            if finding.subject in subjects:
                self._close(case.judging, finding, case.at, FindingStatus.SUPERSEDED)
            elif settled:
                self._close(case.judging, finding, case.at, FindingStatus.RESOLVED)
        for finding in found:
            if finding.fingerprint not in {known.fingerprint for known in mine}:
                self._open(case.judging, finding)

    def _open(self, judging: Judging, finding: Finding) -> None:
        judging.open(finding)
        self._metrics.findings.labels(finding.rule, str(finding.status)).inc()
        log.info("finding", account=finding.key, rule=finding.rule, stage=finding.stage, number=finding.number)

    def _close(self, judging: Judging, finding: Finding, at: datetime, status: FindingStatus) -> None:
        judging.close(finding, at, status)
        self._metrics.findings.labels(finding.rule, str(status)).inc()
        log.info("finding_closed", account=finding.key, rule=finding.rule, status=str(status), number=finding.number)

    def _finding(self, case: "_Case", entry: Entry, objection: Objection) -> Finding:
        return Finding(
            platform=case.account.platform,
            account_id=case.account.id,
            rule=entry.rule,
            indicator=entry.indicator,
            severity=objection.severity or entry.severity,
            subject=objection.subject,
            stage=objection.stage,
            at=objection.at or case.at,
            since=objection.since,
            sentence=objection.sentence,
            clause=entry.clause,
            measured=objection.measured,
            threshold=objection.threshold,
            window=objection.window,
            evidence=objection.evidence,
            rulebook_version=self._rulebook.label,
            needs_confirmation=entry.confirm if objection.confirm is None else objection.confirm,
        )

    def _entries(self, scope: str) -> list[Entry]:
        return [entry for entry in self._rulebook.entries if entry.plugin.scope == scope]


@dataclass(frozen=True)
class _Case:
    """Whose matter, and the moment it is judged for."""

    judging: Judging
    account: Account
    at: datetime


def _in_time(event: Post | Probe) -> tuple[datetime, bool]:
    """Posts before the probe of the same look."""
    return event.occurred_at, isinstance(event, Probe)
