"""The checks of one platform, from settings that could be read."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from services.collector.__main__ import browser_settings, build_platforms
from services.collector.sessions.folder import session_folder
from shared.account import Account
from shared.clock import utc_now
from shared.errors import InputError
from shared.events import Probe
from shared.nearest import advice
from shared.runtime.opening import open_host
from shared.runtime.settings import Settings
from shared.session_life import Life
from shared.storage.store import open_to_read
from xunjian.checks import platform as checks
from xunjian.checks.diagnosis import Check, Diagnosis
from xunjian.looking import looked, thrown_away

MOST_ACCOUNTS = 10_000


@dataclass(frozen=True)
class Known:
    """What the store has of a platform: the newest look at each account, who was logged in, the ledger."""

    latest: tuple[Probe, ...] = ()
    lives: tuple[Life, ...] = ()
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True)
class PlatformExamination:
    """Raises InputError where there is no such platform."""

    settings: Settings
    platform: str
    now: datetime

    def checks(self) -> Iterator[Check]:
        known = build_platforms(self.settings)
        if self.platform not in known:
            remedy = f"{advice(self.platform, known)}可用的有：{'、'.join(sorted(known))}"
            raise InputError("--platform", f"没有平台 {self.platform[:40]}；{remedy}")
        yield Check("最近核查", lambda: [checks.check_recent(self.platform, self.known.latest, self.now)])
        yield Check("登录", self._logins)
        yield Check("现在去看", self._look, True)

    @cached_property
    def known(self) -> Known:
        store = open_to_read(self.settings.store_url)
        if store is None:
            return Known()
        with closing(store):
            return Known(
                latest=tuple(store.standings.latest_probes(self.platform, MOST_ACCOUNTS)),
                lives=store.session_lives.of(self.platform),
                accounts=tuple(one for one in store.accounts.all() if one.platform == self.platform),
            )

    def _logins(self) -> Iterable[Diagnosis]:
        browser = browser_settings(self.settings)
        folder = session_folder(browser.storage_state, browser.session_key)
        names = folder.names(self.platform) if folder else ()
        return checks.check_logins(self.platform, names, self.known.lives)

    def _look(self) -> Iterable[Diagnosis]:
        """First at those who were seen last: what keeps these from being seen is the platform's."""
        seen = [probe.account_id for probe in self.known.latest if probe.outcome.is_evidence]
        order = {account: place for place, account in enumerate(seen)}
        accounts = sorted(self.known.accounts, key=lambda one: order.get(one.id, len(order)))
        with ExitStack() as stack:
            host = stack.enter_context(open_host(thrown_away(self.settings, stack, self.now), utc_now, "visit"))
            yield from checks.check_now(self.platform, accounts, lambda account: looked(host, account))
