"""Every rule over every event of an account: what is objected to, what still holds, what no longer does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

import structlog

from services.analyzer.history import coverage_of, deleted_ids, history_of
from services.analyzer.objection import Objection
from services.analyzer.rulebook import Entry, Rulebook
from services.analyzer.standing import standing_of
from shared.account import WHOLE_PLATFORM, Account, AccountStatus
from shared.events import Finding, FindingStatus, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.judgements import Judging
from shared.storage.store import Store
from shared.storage.timeline import Probed

log = structlog.get_logger(__name__)

_END = datetime(9000, 1, 1, tzinfo=UTC)
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
        with self._store.judgements.judging() as judging:
            for key, own in sorted(by_account.items()):
                account = judging.account(key)
                if account is None:
                    log.warning("not_in_ledger", account=key, events=len(own))
                    continue
                self._judge_account(judging, account, sorted(own, key=_occurred_at))

    def tick(self, now: datetime) -> None:
        """The one timer: accounts nobody could look at become 未能核实; a platform that refuses all is told."""
        accounts = {account.key: account for account in self._store.accounts.all()}
        watched = [account for account in accounts.values() if account.status is not AccountStatus.CANCELLED]
        self._drop_obsolete({account.key for account in watched}, now)
        looks = self._store.judgements.all_probed_as_of(now)
        for account in self._lapsed(watched, looks, now):
            with self._store.judgements.judging() as judging:
                self._check_time(judging, account, now, known_until=now)
                self._stand(judging, account, now)
        for platform in sorted({account.platform for account in watched}):
            latest = [look for one in watched if one.platform == platform and (look := looks[one.key].latest)]
            with self._store.judgements.judging() as judging:
                self._check_platform(judging, platform, latest, now)

    def _lapsed(self, accounts: list[Account], looks: Mapping[str, Probed], now: datetime) -> Iterator[Account]:
        """Those the timer has something new to say of; most of the time none, and then nothing is written."""
        with self._store.judgements.judging() as judging:
            entered = {account.key: judging.watched_since(account.key) or now for account in accounts}
        held = {finding.fingerprint for finding in self._store.judgements.findings_as_of(_END)}
        for account in accounts:
            case = _Case(account, now)
            history = coverage_of(account, looks[account.key], entered[account.key])
            found = [
                self._finding(case, entry, objection).fingerprint
                for entry in self._entries("account")
                for objection in entry.plugin.check_time(now, history)
            ]
            if not held.issuperset(found):
                yield account

    def _drop_obsolete(self, watched: set[str], now: datetime) -> None:
        """What no rule of this rulebook says any more, or says of an account no longer watched, is nobody's news."""
        indicators = {entry.indicator for entry in self._rulebook.entries}
        obsolete = [
            finding
            for finding in self._store.judgements.findings_as_of(_END)
            if finding.indicator not in indicators
            or (finding.key not in watched and finding.account_id != WHOLE_PLATFORM)
        ]
        if obsolete:
            with self._store.judgements.judging() as judging:
                for finding in obsolete:
                    self._close(judging, finding, now, FindingStatus.SUPERSEDED)
                for key in sorted({finding.key for finding in obsolete}):
                    if account := judging.account(key):
                        self._stand(judging, account, now)

    def _judge_account(self, judging: Judging, account: Account, events: list[Post | Probe]) -> None:
        late = False
        for at, together in groupby(events, key=_occurred_at):
            late = self._judge_moment(judging, account, at, list(together)) or late
            self._stand(judging, account, at)
        if late:
            self._judge_latest_again(judging, account)
            self._stand(judging, account, judging.latest_look_at(account.key, _END) or events[-1].occurred_at)

    def _judge_moment(self, judging: Judging, account: Account, at: datetime, events: list[Post | Probe]) -> bool:
        """What was seen at one moment; True when something later had been judged without it."""
        latest_at = judging.latest_look_at(account.key, at - _INSTANT)
        latest_list_at = judging.latest_list_at(account.key, at - _INSTANT)
        # Lists, not generators: all of one look is written down before any of it is judged.
        posts = [event for event in events if isinstance(event, Post) and judging.add_post(event)]
        probes = [event for event in events if isinstance(event, Probe) and judging.add_probe(event)]
        if account.status is AccountStatus.CANCELLED:
            return False
        overtaken = latest_list_at is not None and latest_list_at > at
        if probes and not overtaken:
            self._check_time(judging, account, at, known_until=at - _INSTANT)
        for post in posts:
            if judging.is_newest(post):
                self._judge_post(judging, account, post)
        for probe in probes:
            if not overtaken:
                self._judge_probe(judging, account, probe)
        # Posts and probes travel on two topics: when posts come after their probe, its judgement lacked them.
        return latest_at is not None and (latest_at > at if probes else bool(posts) and latest_at >= at)

    def _judge_post(self, judging: Judging, account: Account, post: Post) -> None:
        case = _Case(account, post.observed_at)
        history = history_of(judging, account, post.observed_at)
        held = [finding for finding in judging.open_findings(account.key) if finding.subject == post.id]
        for entry in self._entries("post"):
            self._reconcile(judging, case, entry, [*entry.plugin.check_post(post, history)], held, is_over=_always)

    def _judge_probe(self, judging: Judging, account: Account, probe: Probe) -> None:
        case = _Case(account, probe.at)
        history = history_of(judging, account, probe.at)
        held = judging.open_findings(account.key)
        for entry in self._entries("account"):
            over = partial(entry.plugin.is_over, probe=probe, history=history)
            self._reconcile(judging, case, entry, [*entry.plugin.check_probe(probe, history)], held, is_over=over)
        if probe.proves_list and held:
            self._resolve_deleted(judging, probe, held)

    def _judge_latest_again(self, judging: Judging, account: Account) -> None:
        """The last proved list and the failed looks since, now with what came late."""
        looks = judging.probed(account.key, _END)
        for probe in (*([looks.latest_list] if looks.latest_list else []), *looks.failures):
            self._judge_probe(judging, account, probe)

    def _check_time(self, judging: Judging, account: Account, now: datetime, known_until: datetime) -> None:
        entered = judging.watched_since(account.key) or now
        history = coverage_of(account, judging.probed(account.key, known_until), entered)
        held = judging.open_findings(account.key)
        for entry in self._entries("account"):
            objections = [*entry.plugin.check_time(now, history)]
            self._reconcile(judging, _Case(account, now), entry, objections, held, is_over=_never)
        if lapsed := [finding.at for finding in judging.open_findings(account.key) if finding not in held]:
            self._stand(judging, account, min(lapsed), known_until)

    def _stand(self, judging: Judging, account: Account, at: datetime, known_until: datetime | None = None) -> None:
        """Write down where the account stands since `at`, and when the timer has to ask again."""
        probed = judging.probed(account.key, known_until or at)
        history = coverage_of(account, probed, judging.watched_since(account.key) or at)
        lapses = [entry.plugin.lapses_at(history) for entry in self._entries("account")]
        ahead = [moment for moment in lapses if moment is not None and moment > (known_until or at)]
        standing = standing_of(account, probed, judging.open_findings(account.key))
        judging.stand(standing, at, min(ahead, default=None))

    def _check_platform(self, judging: Judging, platform: str, latest: list[Probe], now: datetime) -> None:
        whole = Account(platform=platform, id=WHOLE_PLATFORM, name=WHOLE_PLATFORM, unit=WHOLE_PLATFORM)
        held = judging.open_findings(whole.key)
        for entry in self._entries("platform"):
            objections = [*entry.plugin.check_platform(now, latest)]
            self._reconcile(judging, _Case(whole, now), entry, objections, held, is_over=_always)

    def _resolve_deleted(self, judging: Judging, probe: Probe, held: list[Finding]) -> None:
        deleted = deleted_ids(judging.posts(probe.key, probe.at), probe)
        for finding in held:
            if finding.subject in deleted:
                self._close(judging, finding, probe.at, FindingStatus.RESOLVED)

    def _reconcile(
        self,
        judging: Judging,
        case: "_Case",
        entry: Entry,
        objections: list[Objection],
        held: list[Finding],
        *,
        is_over: Callable[[Finding], bool],
    ) -> None:
        """Open what is new, keep what still holds, close what was superseded or, not being found again, is over."""
        found = [self._finding(case, entry, objection) for objection in objections]
        mine = [finding for finding in held if finding.indicator == entry.indicator]
        still = {finding.fingerprint for finding in found}
        subjects = {finding.subject for finding in found}
        for finding in mine:
            if finding.fingerprint in still:
                continue
            if finding.subject in subjects:
                self._close(judging, finding, case.at, FindingStatus.SUPERSEDED)
            elif is_over(finding):
                self._close(judging, finding, case.at, FindingStatus.RESOLVED)
        for finding in found:
            if finding.fingerprint not in {known.fingerprint for known in mine}:
                self._open(judging, finding)

    def _open(self, judging: Judging, finding: Finding) -> None:
        judging.open(finding)
        self._metrics.findings.labels(finding.rule, str(finding.status)).inc()
        log.info("finding", account=finding.key, rule=finding.rule, stage=finding.stage, number=finding.number)

    def _close(self, judging: Judging, finding: Finding, at: datetime, status: FindingStatus) -> None:
        judging.close(finding, at, status)
        self._metrics.findings.labels(finding.rule, str(status)).inc()
        log.info("finding_closed", account=finding.key, rule=finding.rule, status=str(status), number=finding.number)

    def _finding(self, case: "_Case", entry: Entry, objection: Objection) -> Finding:
        severity = objection.severity or entry.severity
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
            rulebook_version=self._rulebook.label,
            needs_confirmation=entry.confirm if objection.confirm is None else objection.confirm,
        )

    def _entries(self, scope: str) -> list[Entry]:
        return [entry for entry in self._rulebook.entries if entry.plugin.scope == scope]


@dataclass(frozen=True)
class _Case:
    """Whose matter, and the moment it is judged for."""

    account: Account
    at: datetime


def _always(finding: Finding) -> bool:
    return True


def _never(finding: Finding) -> bool:
    return False


def _occurred_at(event: Post | Probe) -> datetime:
    return event.occurred_at
