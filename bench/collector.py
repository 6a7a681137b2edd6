"""Visits in a real Chromium: beside simple code (P1), beside the bare browser (P2), and without loading a page (P4)."""

import itertools
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playwright import sync_api as pw
from sqlalchemy import select

from bench.collecting import Visit, collecting, cost, insist, launch, settings_of
from bench.processes import TreeCpu
from bench.site import Site, accounts, site
from bench.table import Cost, Goal, Row, cpu, faster, in_turns
from services.collector.__main__ import build_platforms
from services.collector.browser.chromium import BLOCKED, NAMES, find_browser
from services.collector.browser.process import Browser
from shared.clock import utc_now
from shared.runtime.settings import load_settings
from shared.storage.store import Store
from shared.storage.tables.every import metadata

PAGES, NEW_BROWSERS = 12, 3
LIGHT_LOOKS = 50
"""As many as there are to one page: its load is part of what they cost."""


def measure() -> Iterator[Row]:
    if find_browser() is None:
        yield Row("collector (P1, P2, P4): skipped, no Chromium here", "")
        return
    with site() as here:
        page, simple, engine, bare, light, full = in_turns(
            lambda: cost(here, _our_pages(here, "douyin", _full_browser()), PAGES),
            lambda: _new_browsers(here, _full_browser()),
            lambda: cost(here, _engine(here), PAGES),
            lambda: cost(here, _bare_loop(here), PAGES),
            lambda: cost(here, _our_pages(here, "weibo", light=True), LIGHT_LOOKS),
            lambda: cost(here, _our_pages(here, "weibo"), PAGES),
        )
    yield faster("collector: our page, to new browser and networkidle (P1)", page, simple, "/s", Goal(5))
    yield cpu("collector: CPU our page saves, to the same (P1)", page, simple, Goal(5), saved=True)
    yield faster("collector: visit to stored events, to bare page (P2)", engine, bare, "/s", Goal(0.85))
    yield cpu("collector: CPU of a visit to stored events, same (P2)", engine, bare, Goal(1.15, at_least=False))
    yield cpu("collector: CPU the light path saves, to our page (P4)", light, full, Goal(10), saved=True)


@contextmanager
def _our_pages(here: Site, name: str, browser: Path | None = None, *, light: bool = False) -> Iterator[Visit]:
    platform = build_platforms(load_settings(needs_store=False))[name]
    plans = itertools.cycle([platform.plan(account) for account in accounts(name)])
    with closing(Browser(settings_of(here, browser), utc_now)) as visitor:
        visitor.visit(name, next(plans), platform.hosts)

        def visit() -> None:
            plan = next(plans)
            if not light:
                # The light path never asks another origin, so this loads the page and waits for the same answers.
                plan = plan.model_copy(update={"fetch": tuple(url.replace("https:", "http:") for url in plan.fetch)})
            look = visitor.visit(name, plan, platform.hosts)
            insist(look.failure is None and len(look.captures) >= 2, f"{name}: {look.reason}")

        yield visit


@contextmanager
def _engine(here: Site) -> Iterator[Visit]:
    """The whole collector; every post is news to it."""
    with collecting(here, "douyin") as one:
        yield one.look
        insist(_has_published(one.store), "no posts were published")


def _has_published(store: Store) -> bool:
    with store.database.read() as connection:
        return connection.execute(select(metadata.tables["published"].c.key).limit(1)).first() is not None


@contextmanager
def _bare_loop(here: Site) -> Iterator[Visit]:
    """As little as Playwright needs: one page kept, what nobody reads blocked, the two answers awaited."""
    pages = itertools.cycle(_douyin_pages())
    with pw.sync_playwright() as playwright, closing(launch(playwright, here)) as chromium:
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
            insist(who.value.json()["user"] and posts.value.json()["aweme_list"], "no posts")

        yield visit


def _new_browsers(here: Site, browser: Path | None) -> Cost:
    tree = TreeCpu(without=here.pid)
    with pw.sync_playwright() as playwright:
        before, started = tree.seconds(), time.perf_counter()
        for url in _douyin_pages()[:NEW_BROWSERS]:
            with closing(launch(playwright, here, browser)) as chromium:
                page = chromium.new_page()
                page.goto(url, wait_until="networkidle")
                insist("县政务服务大厅" in page.content(), "no posts")
                tree.seconds()  # its processes tell their times only while they live
        seconds = time.perf_counter() - started
        return Cost(NEW_BROWSERS, seconds, tree.seconds() - before)


def _douyin_pages() -> list[str]:
    return [f"https://www.douyin.com/user/{account.id}" for account in accounts("douyin")]


def _full_browser() -> Path | None:
    """What simple code starts: Chromium as installed, and the headless shell only where there is nothing else."""
    found = next(filter(None, map(shutil.which, NAMES[1:])), None)
    return Path(found) if found else find_browser()
