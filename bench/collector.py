"""Visits in a real Chromium: beside simple code (P1), beside the bare browser (P2), and without loading a page (P4)."""

import itertools
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright import sync_api as pw
from sqlalchemy import select

from bench.processes import TreeCpu
from bench.site import Site, accounts, site
from bench.table import Cost, Goal, Row, cpu, faster, in_turns
from services.collector.__main__ import build_platforms
from services.collector.browser.chromium import BLOCKED, NAMES, BrowserSettings, find_browser
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
from shared.storage.tables.every import metadata
from shared.storage.visits import Rest

PAGES, NEW_BROWSERS = 12, 3
LIGHT_LOOKS = 50
"""As many as there are to one page: its load is part of what they cost."""
WARM_UP = 3
LEASE = timedelta(minutes=5)

Visit = Callable[[], None]
Session = AbstractContextManager[Visit]


def measure() -> Iterator[Row]:
    if find_browser() is None:
        yield Row("collector (P1, P2, P4): skipped, no Chromium here", "")
        return
    with site() as here:
        page, simple, engine, bare, light, full = in_turns(
            lambda: _cost(here, _our_pages(here, "douyin", _full_browser()), PAGES),
            lambda: _new_browsers(here, _full_browser()),
            lambda: _cost(here, _engine(here), PAGES),
            lambda: _cost(here, _bare_loop(here), PAGES),
            lambda: _cost(here, _our_pages(here, "weibo", light=True), LIGHT_LOOKS),
            lambda: _cost(here, _our_pages(here, "weibo"), PAGES),
        )
    yield faster("collector: our page, to new browser and networkidle (P1)", page, simple, "/s", Goal(5))
    yield cpu("collector: CPU our page saves, to the same (P1)", page, simple, Goal(5), saved=True)
    yield faster("collector: visit to stored events, to bare page (P2)", engine, bare, "/s", Goal(0.85))
    yield cpu("collector: CPU of a visit to stored events, same (P2)", engine, bare, Goal(1.15, at_least=False))
    yield cpu("collector: CPU the light path saves, to our page (P4)", light, full, Goal(10), saved=True)


def _cost(here: Site, session: Session, visits: int) -> Cost:
    tree = TreeCpu(without=here.pid)
    with session as visit:
        for _ in range(WARM_UP):
            visit()
        before, started = tree.seconds(), time.perf_counter()
        for _ in range(visits):
            visit()
        seconds = time.perf_counter() - started
        return Cost(visits, seconds, tree.seconds() - before)


@contextmanager
def _our_pages(here: Site, name: str, browser: Path | None = None, *, light: bool = False) -> Iterator[Visit]:
    platform = build_platforms(load_settings(needs_store=False))[name]
    plans = itertools.cycle([platform.plan(account) for account in accounts(name)])
    with closing(Browser(_settings(here, browser), utc_now)) as visitor:
        visitor.visit(name, next(plans), platform.hosts)

        def visit() -> None:
            plan = next(plans)
            if not light:
                # The light path never asks another origin, so this loads the page and waits for the same answers.
                plan = plan.model_copy(update={"fetch": tuple(url.replace("https:", "http:") for url in plan.fetch)})
            look = visitor.visit(name, plan, platform.hosts)
            _insist(look.failure is None and len(look.captures) >= 2, f"{name}: {look.reason}")

        yield visit


@contextmanager
def _engine(here: Site) -> Iterator[Visit]:
    """The whole collector; every post is news to it."""
    settings = load_settings(more={"platforms": {"douyin": {"min_interval_seconds": 0}}}, needs_store=False)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        with closing(open_store(f"sqlite:///{file}")) as store, closing(SqliteBus(file, "bench", utc_now)) as bus:
            watch, metrics = ClockWatch(), Metrics()
            platforms = {"douyin": build_platforms(settings)["douyin"]}
            looker = Looker(
                visits=store.visits,
                platforms=platforms,
                visitor=Browser(_settings(here), utc_now),
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
            _look_due_again_today(store)
            with closing(engine):
                yield lambda: _insist(engine.step(utc_now()), "no account was due")
            _insist(_has_published(store), "no posts were published")


def _has_published(store: Store) -> bool:
    with store.database.read() as connection:
        return connection.execute(select(metadata.tables["published"].c.key).limit(1)).first() is not None


def _look_due_again_today(store: Store) -> None:
    """The first look of a day loads everything and takes a picture; the ones compared here are the others."""
    now = utc_now()
    store.accounts.upsert(accounts("douyin"), now)
    while due := store.visits.lease_due("douyin", "bench", now, LEASE, lambda account: account.platform):
        store.visits.rest(due, Rest(now, now))
        store.visits.record(replace(due, last_at=now), now + LEASE, {})
    store.visits.make_all_due(now)


@contextmanager
def _bare_loop(here: Site) -> Iterator[Visit]:
    """As little as Playwright needs: one page kept, what nobody reads blocked, the two answers awaited."""
    pages = itertools.cycle(_douyin_pages())
    with pw.sync_playwright() as playwright, closing(_launch(playwright, here)) as chromium:
        page = chromium.new_page()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setBlockedURLs", {"urls": BLOCKED})

        def visit() -> None:
            with (
                page.expect_response(lambda answer: "/user/profile/other/" in answer.url) as who,
                page.expect_response(lambda answer: "/aweme/post/" in answer.url) as posts,
            ):
                page.goto(next(pages), wait_until="commit")
            _insist(who.value.json()["user"] and posts.value.json()["aweme_list"], "no posts")

        yield visit


def _new_browsers(here: Site, browser: Path | None) -> Cost:
    tree = TreeCpu(without=here.pid)
    with pw.sync_playwright() as playwright:
        before, started = tree.seconds(), time.perf_counter()
        for url in _douyin_pages()[:NEW_BROWSERS]:
            with closing(_launch(playwright, here, browser)) as chromium:
                page = chromium.new_page()
                page.goto(url, wait_until="networkidle")
                _insist("县政务服务大厅" in page.content(), "no posts")
                tree.seconds()  # its processes tell their times only while they live
        seconds = time.perf_counter() - started
        return Cost(NEW_BROWSERS, seconds, tree.seconds() - before)


def _douyin_pages() -> list[str]:
    return [f"https://www.douyin.com/user/{account.id}" for account in accounts("douyin")]


def _full_browser() -> Path | None:
    """What simple code starts: Chromium as installed, and the headless shell only where there is nothing else."""
    found = next(filter(None, map(shutil.which, NAMES[1:])), None)
    return Path(found) if found else find_browser()


def _launch(playwright: pw.Playwright, here: Site, browser: Path | None = None) -> pw.Browser:
    return playwright.chromium.launch(
        executable_path=browser or find_browser(),
        proxy={"server": here.proxy},
        args=[f"--ignore-certificate-errors-spki-list={here.spki}"],
    )


def _settings(here: Site, browser: Path | None = None) -> BrowserSettings:
    return BrowserSettings(executable=browser, proxy=here.proxy, proxy_spki=here.spki)


def _insist(is_good: Any, why: str) -> None:
    """A visit that brought nothing would be fast."""
    if not is_good:
        raise PermanentError(f"the benchmark's visit failed: {why}; run it again or look into it")
