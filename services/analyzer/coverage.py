"""The one timer: who could not be probed becomes 未能核实; what the ledger or the rulebook dropped is dropped here."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.analyzer.in_force import Rulebooks
from services.analyzer.matters import Case, Matters, always
from services.analyzer.timeline import Sitting
from shared.account import WHOLE_PLATFORM, Account, AccountStatus
from shared.errors import TransientError
from shared.events import FindingStatus
from shared.storage.accounts import Accounts
from shared.storage.database import CLOCKS_DIFFER
from shared.storage.judgements import Judgements
from shared.storage.leases import FOLLOWED, Leases
from shared.storage.links import Links
from shared.storage.notes import Notes
from shared.storage.questions import Questions
from shared.storage.standings import Standings
from shared.storage.store import Store
from shared.trace import Trace, traced

log = structlog.get_logger(__name__)

_LINKS, _QUESTIONS = "links", "questions"
"""Their marks are when the last was written down that the rules have read."""
LEASE = timedelta(minutes=1)
RENEW_SECONDS = 10.0
AGAIN_AFTER = timedelta(hours=1)
MOST_ACCOUNTS = 500
"""Of one tick and kind; more wait for the next round, so that judging goes on in between."""
PLATFORM_PROBES = 200
"""As many accounts, those probed last, tell whether a platform refuses; a thousand times as many tell no more."""


class Timer:
    """Costs nothing for accounts of which there is nothing new, however many there are."""

    def __init__(
        self,
        *,
        judgements: Judgements,
        standings: Standings,
        accounts: Accounts,
        leases: Leases,
        notes: Notes,
        links: Links,
        questions: Questions,
        matters: Matters,
        owner: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._judgements = judgements
        self._standings = standings
        self._accounts = accounts
        self._leases = leases
        self._notes = notes
        self._links = links
        self._questions = questions
        self._matters = matters
        self._owner = owner
        self._monotonic = monotonic
        self._taken_at = self._began = 0.0
        self._complaints: list[str] = []
        self._waiting: dict[str, datetime] = {}

    @classmethod
    def over(
        cls, store: Store, matters: Matters, owner: str, monotonic: Callable[[], float] = time.monotonic
    ) -> "Timer":
        """With its parts of the store."""
        return cls(
            judgements=store.judgements,
            standings=store.standings,
            accounts=store.accounts,
            leases=store.leases,
            notes=store.notes,
            links=store.links,
            questions=store.questions,
            matters=matters,
            owner=owner,
            monotonic=monotonic,
        )

    def holds(self, now: datetime) -> bool:
        """True while this process is the one that may tick."""
        self._taken_at = self._monotonic()
        return self._leases.take("timer", self._owner, now, LEASE)

    def release(self) -> None:
        self._leases.release("timer", self._owner)

    def tick(self, now: datetime) -> bool:
        """One round; True when more accounts wait than one round takes. Raises TransientError."""
        self._began = self._monotonic()
        self._complaints.clear()
        for platform in self._standings.platforms():
            with traced(Trace.begun()):
                self._apart(platform, partial(self._check_platform, platform, now))
        followed = self._follow_ledger(now)
        self._waiting = {key: until for key, until in self._waiting.items() if now < until <= now + AGAIN_AFTER}
        linked = self._follow(_LINKS, self._links.changed_after, self._check_links, now)
        asked = self._follow(_QUESTIONS, self._questions.noted_after, self._check_questions, now)
        due = self._standings.to_check(now, MOST_ACCOUNTS + len(self._waiting))
        lapsed = [key for key in due if key not in self._waiting][:MOST_ACCOUNTS]
        self._each(lapsed, now, self._check)
        return followed or linked or asked or len(lapsed) == MOST_ACCOUNTS

    def _follow_ledger(self, now: datetime) -> bool:
        """Accounts that were filed, changed or cancelled since the last tick; all of them under another rulebook."""
        digest = self._matters.rulebooks.digest(now)
        known, _, done = (self._leases.mark("timer") or "").partition(":")
        if known != digest:
            note_rulebooks(self._notes, self._matters.rulebooks, now)
        after = int(done) if known == digest else 0
        changed = self._accounts.changed_after(after, MOST_ACCOUNTS)
        if not changed and known == digest:
            return False
        self._each(sorted({key for _, key in changed}), now, self._refile)
        newest = max((number for number, _ in changed), default=after)
        self._leases.set_mark("timer", f"{digest}:{newest}")
        self._leases.set_mark(FOLLOWED, str(max(newest, int(self._leases.mark(FOLLOWED) or 0))))
        return len(changed) == MOST_ACCOUNTS

    def _follow(
        self,
        name: str,
        changed_after: Callable[[datetime | None, int], list[tuple[datetime, str]]],
        check: Callable[[Sitting, Case], None],
        now: datetime,
    ) -> bool:
        """Accounts of which the collector wrote something down since the last tick, as the mark of this name tells."""
        mark = self._leases.mark(name)
        after = datetime.fromisoformat(mark) if mark else None
        if after is not None and after > now + CLOCKS_DIFFER:
            after = None  # a clock that was ahead: read them all again, which changes nothing
        changed = changed_after(after, MOST_ACCOUNTS)
        if not changed:
            return False
        self._each(sorted({key for _, key in changed}), now, check)
        self._leases.set_mark(name, changed[-1][0].isoformat())
        return len(changed) == MOST_ACCOUNTS

    def _check_links(self, sitting: Sitting, case: Case) -> None:
        links = self._links.of(case.account.key)
        held = sitting.judging.open_findings(case.account.key)
        for entry in self._matters.entries(case, "link"):
            ask = partial(entry.plugin.check_links, case.at, case.account, links)
            self._matters.settle(sitting, case, entry, ask, held=held, is_over=always)
        self._matters.stand(sitting, case, case.at, case.at)

    def _check_questions(self, sitting: Sitting, case: Case) -> None:
        asked = self._questions.of(case.account.key)
        held = sitting.judging.open_findings(case.account.key)
        for entry in self._matters.entries(case, "question"):
            ask = partial(entry.plugin.check_questions, case.at, case.account, asked)
            self._matters.settle(sitting, case, entry, ask, held=held, is_over=always)
        self._matters.stand(sitting, case, case.at, case.at)

    def _each(self, keys: Iterable[str], now: datetime, act: Callable[[Sitting, Case], None]) -> None:
        """Each account in a transaction of its own; one that spoils it comes later and holds up no other.

        Judged at the moment its turn comes: who was frozen in between must not move back what others wrote since.
        Raises TransientError when another has taken over.
        """
        for key in keys:
            moment = now + timedelta(seconds=int(self._monotonic() - self._began))
            self._still_holds(moment)
            with traced(Trace.begun()):
                done = self._apart(key, partial(self._act_on, key, moment, act))
            if not done:
                self._waiting[key] = now + AGAIN_AFTER

    def _still_holds(self, moment: datetime) -> None:
        if self._monotonic() - self._taken_at > RENEW_SECONDS and not self.holds(moment):
            raise TransientError("定时检查已由另一个分析进程接手")

    def _act_on(self, key: str, now: datetime, act: Callable[[Sitting, Case], None]) -> None:
        with self._judgements.judging() as judging:
            judging.serialise(key)
            account = judging.account(key)
            if account is None:
                self._forget(Sitting(judging), key, now)
                return
            case = Case(account, now)
            act(Sitting(judging), case)
            self._complaints += [f"{key}: {failure}" for failure in case.failures]

    def _forget(self, sitting: Sitting, key: str, now: datetime) -> None:
        """Of an account that left the ledger nothing holds any more; nobody is told that it was put right."""
        for finding in [*sitting.judging.open_findings(key)]:
            self._matters.close(sitting, finding, now, FindingStatus.SUPERSEDED)
        sitting.judging.end_standing(key, now)

    def _apart(self, name: str, act: Callable[[], None]) -> bool:
        """False when it could not be done, which was told. Raises TransientError."""
        try:
            act()
        except TransientError:
            raise
        except Exception as error:
            self._complaints.append(f"{name}: {type(error).__name__}: {error}")
            log.exception("not_checked", of=name)
            return False
        return True

    def check(self) -> None:
        """Raises TransientError naming what the last tick could not check."""
        if self._complaints:
            more = f" (+{len(self._complaints) - 3})" if len(self._complaints) > 3 else ""
            raise TransientError("; ".join(self._complaints[:3]) + more)

    def _refile(self, sitting: Sitting, case: Case) -> None:
        """What no rule of this rulebook says, or says of an account no longer watched, is nobody's news."""
        for finding in [*sitting.judging.open_findings(case.account.key)]:
            if not self._matters.still_asks(case, finding):
                self._matters.close(sitting, finding, case.at, FindingStatus.SUPERSEDED)
        self._check(sitting, case)

    def _check(self, sitting: Sitting, case: Case) -> None:
        if case.account.status is not AccountStatus.CANCELLED:
            self._matters.check_time(sitting, case, known_until=case.at)
        self._matters.stand(sitting, case, case.at, case.at)

    def _check_platform(self, platform: str, now: datetime) -> None:
        whole = Account(platform=platform, id=WHOLE_PLATFORM, name=WHOLE_PLATFORM, unit=WHOLE_PLATFORM)
        case = Case(whole, now)
        latest = self._standings.latest_probes(platform, PLATFORM_PROBES)
        with self._judgements.judging() as judging:
            judging.serialise(whole.key)
            sitting = Sitting(judging)
            held = sitting.judging.open_findings(whole.key)
            for entry in self._matters.entries(case, "platform"):
                ask = partial(entry.plugin.check_platform, now, latest)
                self._matters.settle(sitting, case, entry, ask, held=held, is_over=always)
            self._complaints += [f"{platform}: {failure}" for failure in case.failures]
            for finding in held:
                if not self._matters.still_asks(case, finding):
                    self._matters.close(sitting, finding, now, FindingStatus.SUPERSEDED)


def note_rulebooks(notes: Notes, rulebooks: Rulebooks, now: datetime) -> None:
    """Tell reports which rulebooks are in force, and the collector which days of silence matter under them."""
    notes.add("rulebook", rulebooks.label(now), now)
    notes.add("deadline_days", rulebooks.deadline_days(now), now)
