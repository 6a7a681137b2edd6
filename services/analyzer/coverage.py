"""The one timer: who could not be probed becomes 未能核实; what the ledger or the rulebook dropped is dropped here."""

import hashlib
from datetime import datetime, timedelta
from functools import partial

from services.analyzer.matters import Case, Matters, always
from services.analyzer.rulebook import Rulebook
from services.analyzer.timeline import Sitting
from shared.account import WHOLE_PLATFORM, Account, AccountStatus
from shared.events import FindingStatus
from shared.storage.accounts import Accounts
from shared.storage.judgements import Judgements
from shared.storage.leases import FOLLOWED, Leases
from shared.storage.standings import Standings
from shared.storage.store import Store

LEASE = timedelta(minutes=1)
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
        rulebook: Rulebook,
        matters: Matters,
        owner: str,
    ) -> None:
        self._judgements = judgements
        self._standings = standings
        self._accounts = accounts
        self._leases = leases
        self._matters = matters
        self._owner = owner
        self._rulebook = hashlib.sha256(rulebook.model_dump_json().encode()).hexdigest()[:16]

    @classmethod
    def over(cls, store: Store, rulebook: Rulebook, matters: Matters, owner: str) -> "Timer":
        """With its parts of the store."""
        return cls(
            judgements=store.judgements,
            standings=store.standings,
            accounts=store.accounts,
            leases=store.leases,
            rulebook=rulebook,
            matters=matters,
            owner=owner,
        )

    def holds(self, now: datetime) -> bool:
        """True while this process is the one that may tick."""
        return self._leases.take("timer", self._owner, now, LEASE)

    def release(self) -> None:
        self._leases.release("timer", self._owner)

    def tick(self, now: datetime) -> bool:
        """One round; True when more accounts wait than one round takes. Raises TransientError."""
        for platform in self._standings.platforms():
            self._check_platform(platform, now)
        followed = self._follow_ledger(now)
        lapsed = self._standings.to_check(now, MOST_ACCOUNTS)
        for key in lapsed:
            with self._judgements.judging() as judging:
                judging.serialise(key)
                if account := judging.account(key):
                    self._check(Sitting(judging), Case(account, now))
        return followed or len(lapsed) == MOST_ACCOUNTS

    def _follow_ledger(self, now: datetime) -> bool:
        """Accounts that were filed, changed or cancelled since the last tick; all of them for another rulebook."""
        rulebook, _, done = (self._leases.mark("timer") or "").partition(":")
        after = int(done) if rulebook == self._rulebook else 0
        changed = self._accounts.changed_after(after, MOST_ACCOUNTS)
        if not changed and rulebook == self._rulebook:
            return False
        for key in sorted({key for _, key in changed}):
            with self._judgements.judging() as judging:
                judging.serialise(key)
                if account := judging.account(key):
                    self._refile(Sitting(judging), Case(account, now))
        newest = max((number for number, _ in changed), default=after)
        self._leases.set_mark("timer", f"{self._rulebook}:{newest}")
        self._leases.set_mark(FOLLOWED, str(max(newest, int(self._leases.mark(FOLLOWED) or 0))))
        return len(changed) == MOST_ACCOUNTS

    def _refile(self, sitting: Sitting, case: Case) -> None:
        """What no rule of this rulebook says, or says of an account no longer watched, is nobody's news."""
        for finding in [*sitting.judging.open_findings(case.account.key)]:
            if case.account.status is AccountStatus.CANCELLED or finding.indicator not in self._matters.indicators:
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
            for entry in self._matters.entries("platform"):
                ask = partial(entry.plugin.check_platform, now, latest)
                self._matters.settle(sitting, case, entry, ask, held=held, is_over=always)
            for finding in held:
                if finding.indicator not in self._matters.indicators:
                    self._matters.close(sitting, finding, now, FindingStatus.SUPERSEDED)
