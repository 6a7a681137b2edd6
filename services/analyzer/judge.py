"""One moment of one account: what was published and probed is written down, then every rule is asked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import partial
from itertools import groupby

import structlog

from services.analyzer.comparing import Comparing
from services.analyzer.copies import keep_sketches
from services.analyzer.history import deleted_ids, history_of
from services.analyzer.matters import Case, Matters, always
from services.analyzer.objection import History
from services.analyzer.reach import shown_by
from services.analyzer.timeline import END, INSTANT, Sitting
from shared.account import Account
from shared.bus.aside import failed, why
from shared.errors import TransientError
from shared.events import Finding, FindingStatus, Post, Probe
from shared.export import EXPORT
from shared.storage.judgements import Judgements, Judging
from shared.stretches import Seen, Stretch
from shared.trace import Trace, TraceOf, current_trace, traced

log = structlog.get_logger(__name__)

Observed = Post | Probe


@dataclass(frozen=True)
class Refused:
    """An event that could not be judged, or not by every rule."""

    event: Observed
    reason: str


class Came(Enum):
    """How what was observed at one moment stands to what had been judged before."""

    IN_ORDER = auto()
    LATE = auto()
    """Something later had been judged without it."""
    AGAINST = auto()
    """In order, and it speaks against the last list: shows what that should have shown, or withdraws it."""
    KNOWN = auto()
    """All of it was: it came again, and the past must not be told anew as if it were the present."""


class Judge:
    """Reads posts and probes, writes findings and standings. Repeated events change nothing."""

    def __init__(self, judgements: Judgements, matters: Matters) -> None:
        self._judgements = judgements
        self._matters = matters
        self._comparing = Comparing(judgements, matters, self._judge_latest_again)

    def restore_marks(self) -> bool:
        """Before any batch, until it is false: what texts alike are found by, in parts of some seconds."""
        return self._comparing.restore_marks()

    def judge(self, events: Iterable[Observed], trace_of: TraceOf = current_trace) -> list[Refused]:
        """Store a batch and judge the accounts it touches, each event in the order in which it happened.

        `trace_of` an event: the visit that found it, whose the findings are.

        One transaction, and another in which its posts are held against what others published. What one event spoils
        is undone for its own sake and told. Raises TransientError: then the same batch has to come again.
        """
        by_account: dict[str, list[Observed]] = defaultdict(list)
        for event in sorted(events, key=_occurred_at):
            by_account[event.key].append(event)
        with self._judgements.judging() as judging:
            judging.serialise(*by_account)
            refused = self._judge_apart(judging, [own for _, own in sorted(by_account.items())], trace_of)
        # What is compared was found by many visits: it is a cause of its own.
        with traced(Trace.begun()):
            self._comparing.compare_waiting()
        return refused

    def _judge_apart(self, judging: Judging, accounts: Sequence[list[Observed]], trace_of: TraceOf) -> list[Refused]:
        """The events of some accounts; when something raises each account, and then each event, by itself."""
        try:
            with judging.part():
                return self._judge_accounts(Sitting(judging), accounts, trace_of)
        except TransientError:
            raise
        except Exception as error:
            parts = [[own] for own in accounts] if len(accounts) > 1 else [[[event]] for event in accounts[0]]
            if len(parts) > 1:
                return [one for part in parts for one in self._judge_apart(judging, part, trace_of)]
            event = accounts[0][0]
            with traced(trace_of(event)):
                log.exception("event_refused", account=event.key)
            return [Refused(event, why(error))]

    def _judge_accounts(self, sitting: Sitting, accounts: Sequence[list[Observed]], trace_of: TraceOf) -> list[Refused]:
        keys = [own[0].key for own in accounts]
        sitting.judging.expect(keys, [event for own in accounts for event in own])
        refused = [one for own in accounts for one in self._judge_account(sitting, own[0].key, own, trace_of)]
        keep_sketches(sitting.judging, sitting.to_sketch, sitting.copies, sitting.restored)
        return refused

    def _judge_account(self, sitting: Sitting, key: str, events: list[Observed], trace_of: TraceOf) -> list[Refused]:
        account = sitting.judging.account(key)
        if account is None:
            log.warning("not_in_ledger", account=key, events=len(events))
            return []
        refused: list[Refused] = []
        late = False
        for at, group in groupby(events, key=_occurred_at):
            case, together = Case(account, at), list(group)
            with traced(trace_of(together[-1])):
                came = self._judge_moment(sitting, case, together)
                late = late or came is Came.LATE
                if came is Came.AGAINST:
                    self._judge_latest_again(sitting, account, stands=False)
                if came in (Came.IN_ORDER, Came.AGAINST):
                    self._matters.stand(sitting, case, at, at)
            refused += [Refused(together[-1], failed("；".join(case.failures)))] if case.failures else []
        if late:
            with traced(trace_of(events[-1])):
                self._judge_latest_again(sitting, account)
        return refused

    def _judge_moment(self, sitting: Sitting, case: Case, events: list[Observed]) -> "Came":
        """What was observed at one moment."""
        key, at = case.account.key, case.at
        # Lists, not generators: all of one visit is written down before any of it is judged.
        posts = sitting.add_posts([event for event in events if isinstance(event, Post)])
        looks = [event for event in events if isinstance(event, Probe)]
        probes = sitting.add_probes([look for look in looks if not _is_withdrawn(sitting, look)])
        if not posts and not probes:
            return Came.KNOWN
        self._forget_wrong_clocks(sitting, key, at)
        withdrawn = [look for probe in probes if probe.withdraws for look in self._withdraw(sitting, probe)]
        if not self._matters.asks(case):
            return Came.IN_ORDER
        if entries := self._matters.entries(case, "copy"):
            sitting.to_sketch += posts
            sitting.copies.update(entry.indicator for entry in entries)
        before = sitting.at(key, at - INSTANT)
        shown = {post.id for post in posts}.union(*(probe.post_ids for probe in probes))
        sitting.restored |= before.fingerprints_gone(shown)
        is_late = before.latest_at is not None and (before.latest_at > at if probes else before.latest_at >= at)
        if before.latest_list_at is None or before.latest_list_at <= at:
            self._matters.check_time(sitting, case, known_until=at - INSTANT)
            self._judge_new(sitting, case, posts, probes)
        else:
            self._judge_new(sitting, case, posts, ())
            for probe in probes:
                _cover(sitting, probe, self._history(sitting, case, probe.at))
        if is_late:
            return Came.LATE
        # Posts alone say nothing yet: the list that they stand on may follow.
        is_no_list = bool(probes) and not any(probe.proves_list for probe in probes)
        is_against = bool(withdrawn) or (is_no_list and sitting.at(key, at).shows_missed())
        return Came.AGAINST if is_against else Came.IN_ORDER

    def _forget_wrong_clocks(self, sitting: Sitting, key: str, at: datetime) -> None:
        latest = sitting.at(key, at - INSTANT).latest_at
        if latest is not None and latest > at and sitting.judging.observed.forget_wrong_clocks(key, at):
            sitting.forget()

    def _withdraw(self, sitting: Sitting, probe: Probe) -> list[Probe]:
        """What was found by looks that are to count no longer is over, whatever may be found without them."""
        withdrawn = sitting.judging.observed.withdraw(probe)
        manifests = {look.evidence_sha256 for look in withdrawn if look.evidence_sha256}
        for finding in list(sitting.judging.open_findings(probe.key)):
            if manifests.intersection(one.sha256 for one in finding.evidence if one.sha256):
                self._matters.close(sitting, finding, probe.at, FindingStatus.RESOLVED)
        sitting.forget()
        return withdrawn

    def _judge_new(self, sitting: Sitting, case: Case, posts: Sequence[Post], probes: Iterable[Probe]) -> None:
        self._judge_posts(sitting, case, [post for post in posts if sitting.is_newest(post)])
        for probe in probes:
            self._judge_probe(sitting, case, probe)

    def _judge_posts(self, sitting: Sitting, case: Case, posts: Sequence[Post]) -> None:
        """What was known is the same for all posts of one moment."""
        if not posts:
            return
        history, entries = self._history(sitting, case, case.at), self._matters.entries(case, "post")
        for post in posts:
            held = [found for found in sitting.judging.open_findings(case.account.key) if found.subject == post.id]
            for entry in entries:
                ask = partial(entry.plugin.check_post, post, history)
                self._matters.settle(sitting, case, entry, ask, held=held, is_over=always)

    def _history(self, sitting: Sitting, case: Case, moment: datetime) -> History:
        copies = {entry.indicator for entry in self._matters.entries(case, "copy")}
        held = sitting.judging.open_findings(case.account.key)
        copied = frozenset(finding.subject for finding in held if finding.indicator in copies)
        return history_of(sitting, case.account, moment, copied)

    def _judge_probe(self, sitting: Sitting, case: Case, probe: Probe) -> None:
        history = self._history(sitting, case, probe.at)
        _cover(sitting, probe, history)
        held = sitting.judging.open_findings(case.account.key)
        for entry in self._matters.entries(case, "account"):
            ask = partial(entry.plugin.check_probe, probe, history)
            is_over = partial(entry.plugin.is_over, probe=probe, history=history)
            self._matters.settle(sitting, case, entry, ask, held=held, is_over=is_over)
        if probe.proves_list and held:
            self._resolve_deleted(sitting, probe, held)

    def _judge_latest_again(self, sitting: Sitting, account: Account, *, stands: bool = True) -> None:
        """The last proved list and the failed probes since, now with what is known of them by now. `stands`: so the
        account is to have stood, too."""
        probed = sitting.at(account.key, END).probed
        for probe in (*([probed.latest_list] if probed.latest_list else []), *probed.failures):
            case = Case(account, probe.at)
            self._judge_probe(sitting, case, probe)
            if stands:
                self._matters.stand(sitting, case, probe.at, probe.at)

    def _resolve_deleted(self, sitting: Sitting, probe: Probe, held: list[Finding]) -> None:
        known = sitting.at(probe.key, probe.at)
        if not known.is_whole:
            known = sitting.at(probe.key, END)
        deleted = deleted_ids(known.posts(), probe)
        for finding in held:
            if finding.subject in deleted:
                self._matters.close(sitting, finding, probe.at, FindingStatus.RESOLVED)


def _is_export(probe: Probe) -> bool:
    return (probe.source or "").partition(":")[0] == EXPORT


def _is_withdrawn(sitting: Sitting, probe: Probe) -> bool:
    return _is_export(probe) and sitting.judging.observed.is_withdrawn(probe)


def _cover(sitting: Sitting, probe: Probe, history: History) -> None:
    """Keep of when the look showed the account; the rules add that of the look they are asked about themselves."""
    if not probe.proves_list:
        return
    sitting.judging.coverage.add(probe.key, Seen.LOOKED, Stretch(probe.at, probe.at))
    # The days of an export are stated by people, and may be stated anew: it supports its own verdict and no later one.
    if (shown := shown_by(probe, history)) and not _is_export(probe):
        sitting.judging.coverage.add(probe.key, Seen.LISTED, shown)


def _occurred_at(event: Observed) -> datetime:
    return event.occurred_at
