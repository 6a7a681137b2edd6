"""What the collector's contestants share: the whole collector on the stand-in, and how a run of looks is paid for."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright import sync_api as pw

from bench.processes import TreeCpu
from bench.site import Site, accounts
from bench.table import Cost
from services.collector.__main__ import build_platforms, reach_of
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.process import Browser
from services.collector.clock_watch import ClockWatch
from services.collector.engine import CollectorEngine
from services.collector.looker import Looker
from shared.bus.sqlite import SqliteBus
from shared.clock import utc_now
from shared.errors import PermanentError
from shared.runtime.metrics import Metrics
from shared.runtime.settings import load_settings
from shared.storage.store import Store, open_store
from shared.storage.visits import Rest

WARM_UP = 3
LEASE = timedelta(minutes=5)

Visit = Callable[[], None]
Session = AbstractContextManager[Visit]


@dataclass(frozen=True)
class Collecting:
    """One collector at work; `look` makes one visit and stores what it tells."""

    engine: CollectorEngine
    browser: Browser
    store: Store

    def look(self) -> None:
        insist(self.engine.step(utc_now()), "no account was due")


@contextmanager
def collecting(here: Site, name: str) -> Iterator[Collecting]:
    """The whole collector as it is wired, with its own store and bus; every account is due and its posts are news."""
    settings = load_settings(more={"platforms": {name: {"min_interval_seconds": 0}}}, needs_store=False)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        with closing(open_store(f"sqlite:///{file}")) as store, closing(SqliteBus(file, "bench", utc_now)) as bus:
            watch, metrics = ClockWatch(), Metrics()
            every = build_platforms(settings)
            platforms, options = {name: every[name]}, settings_of(here)
            browser = Browser(options, utc_now, reach=reach_of(every.values(), options))
            looker = Looker(
                visits=store.visits,
                platforms=platforms,
                visitor=browser,
                metrics=metrics,
                clock=utc_now,
                watch=watch,
            )
            engine = CollectorEngine(
                bus=bus,
                visits=store.visits,
                notes=store.notes,
                platforms=platforms,
                looker=looker,
                metrics=metrics,
                clock=utc_now,
                watch=watch,
                owner="bench",
                lease=LEASE,
                chance=random.Random(7),  # noqa: S311
            )
            _look_due_again_today(store, name)
            with closing(engine):
                yield Collecting(engine, browser, store)


def _look_due_again_today(store: Store, name: str) -> None:
    """The first look of a day loads everything and takes a picture; the ones compared here are the others."""
    now = utc_now()
    store.accounts.upsert(accounts(name), now)
    while due := store.visits.lease_due(name, "bench", now, LEASE, lambda account: account.platform):
        store.visits.rest(due, Rest(now, now))
        store.visits.record(replace(due, last_at=now), now + LEASE, {})
    store.visits.make_all_due(now)


def cost(here: Site, session: Session, visits: int) -> Cost:
    tree = TreeCpu(without=here.pid)
    with session as visit:
        for _ in range(WARM_UP):
            visit()
        before, started = tree.seconds(), time.perf_counter()
        for _ in range(visits):
            visit()
        seconds = time.perf_counter() - started
        return Cost(visits, seconds, tree.seconds() - before)


def launch(playwright: pw.Playwright, here: Site, browser: Path | None = None) -> pw.Browser:
    return playwright.chromium.launch(
        executable_path=browser or find_browser(),
        proxy={"server": here.proxy},
        args=[f"--ignore-certificate-errors-spki-list={here.spki}"],
    )


def settings_of(here: Site, browser: Path | None = None) -> BrowserSettings:
    return BrowserSettings(executable=browser, proxy=here.proxy, proxy_spki=here.spki)


def insist(is_good: Any, why: str) -> None:
    """A visit that brought nothing would be fast."""
    if not is_good:
        raise PermanentError(f"the benchmark's visit failed: {why}; run it again or look into it")
