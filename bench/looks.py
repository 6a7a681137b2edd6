"""Looks to stored events on the light path, beside what others would do; and whether memory stays as it was."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
from playwright import sync_api as pw

from bench.collecting import Visit, collecting, cost, insist, launch
from bench.site import Site, accounts, site
from bench.table import Cost, Goal, Row, cpu, faster, in_turns
from services.collector.__main__ import build_platforms
from services.collector.browser.chromium import find_browser
from services.collector.browser.memory import tree_memory
from services.collector.browser.process import Browser
from shared.clock import utc_now
from shared.errors import PermanentError
from shared.runtime.settings import load_settings

LOOKS, NEW_CONTEXTS, PEER_PAGES = 50, 5, 12
QUIET_SECONDS = 1.5
"""Pages are at rest between the looks of a day, which are seconds apart; here they are given that rest once."""
WEIGHED_AT = 50
PEERS = Path(sys.prefix) / "peers" / "bin" / "python"
"""Those we are held against live apart: what they bring (lxml) would change what our own libraries do."""
DEFAULT_LONG = 300
_FETCH = (
    "async urls => { const all = []; for (const url of urls) all.push(await (await fetch(url)).text()); return all }"
)


def measure() -> Iterator[Row]:
    if find_browser() is None:
        yield Row("looks: skipped, no Chromium here", "")
        return
    with site() as here:
        looks, bare, contexts = in_turns(
            lambda: cost(here, _looks(here), LOOKS),
            lambda: cost(here, _bare_fetch(here), LOOKS),
            lambda: cost(here, _new_contexts(here), NEW_CONTEXTS),
        )
        yield faster("looks: stored, to a new context per page", looks, contexts, "/s", Goal(40))
        yield faster("looks: stored, to fetch() alone in a warm page", looks, bare, "/s", Goal(0.5))
        yield cpu("looks: CPU of one, to the same", looks, bare, Goal(2, at_least=False))
        if not PEERS.exists():
            yield Row("looks: scrapy-playwright is not installed: skipped, `make bench-collector` installs it", "")
        else:
            looks, scrapy = in_turns(lambda: cost(here, _looks(here), LOOKS), lambda: _scrapy(here))
            yield faster("looks: stored, to scrapy-playwright", looks, scrapy, "/s", Goal(20))
        yield from _long(here, int(os.environ.get("LOOKS") or DEFAULT_LONG))


@contextmanager
def _looks(here: Site) -> Iterator[Visit]:
    """The engine's, every post being news to it. One full load is made before, as at the begin of a day."""
    with collecting(here, "weibo") as one:
        one.look()
        time.sleep(QUIET_SECONDS)
        yield one.look


@contextmanager
def _bare_fetch(here: Site) -> Iterator[Visit]:
    """As little as can be done: the same two answers as text, from a page that is warm, and nothing made of them."""
    platform = build_platforms(load_settings(needs_store=False))["weibo"]
    plans = itertools.cycle([platform.plan(account) for account in accounts("weibo")])
    with pw.sync_playwright() as playwright, closing(launch(playwright, here)) as chromium:
        page = chromium.new_page()
        page.goto(str(next(plans).page), wait_until="networkidle")

        def visit() -> None:
            answers = page.evaluate(_FETCH, list(next(plans).fetch))
            insist("mblog" in answers[1], "no posts")

        yield visit


@contextmanager
def _new_contexts(here: Site) -> Iterator[Visit]:
    """The same accounts as most would write it: a context for each, its answers awaited."""
    pages = itertools.cycle([f"https://m.weibo.cn/u/{account.id}" for account in accounts("weibo")])
    with pw.sync_playwright() as playwright, closing(launch(playwright, here)) as chromium:

        def visit() -> None:
            with closing(chromium.new_context()) as context:
                page = context.new_page()
                with page.expect_response(lambda answer: "containerid=107603" in answer.url) as posts:
                    page.goto(next(pages), wait_until="commit")
                insist(posts.value.json()["data"]["cards"], "no posts")

        yield visit


def _scrapy(here: Site) -> Cost:
    """In a process of its own, since its reactor cannot be started twice."""
    pages = [f"https://m.weibo.cn/u/{account.id}" for account in accounts("weibo")[:PEER_PAGES]]
    told = {"pages": pages, "proxy": here.proxy, "spki": here.spki, "browser": str(find_browser())}
    spider = Path(__file__).with_name("scrapy_peer.py")
    done = subprocess.run(  # noqa: S603
        [str(PEERS), str(spider), json.dumps(told)], capture_output=True, text=True, check=True, timeout=300
    )
    items, seconds = json.loads(done.stdout.splitlines()[-1])
    insist(items == PEER_PAGES, "scrapy-playwright did not see every page")
    return Cost(items, seconds)


def _long(here: Site, looks: int) -> Iterator[Row]:
    """Memory of browser and driver (PSS) after `looks` looks beside that after 50, and what is left at the end."""
    with collecting(here, "weibo") as one:
        early = 0
        for number in range(looks):
            if number % len(accounts("weibo")) == 0:
                one.store.visits.make_all_due(utc_now())
            one.look()
            if number + 1 == WEIGHED_AT:
                early = _weight(_driver_of(one.browser))
        driver = _driver_of(one.browser)
        late, all_of_it = _weight(driver), [driver, *driver.children(recursive=True)]
    goal, ratio = Goal(1.15, at_least=False), late / early
    name = f"looks: memory after {looks:,}, to that after {WEIGHED_AT}"
    yield Row(name, f"{late / 1e6:.0f} MB", f"{early / 1e6:.0f} MB", ratio, str(goal), goal.is_met(ratio))
    _, left = psutil.wait_procs(all_of_it, timeout=10)
    defunct = [child for child in psutil.Process().children(recursive=True) if child.status() == psutil.STATUS_ZOMBIE]
    yield Row(
        "looks: processes left or defunct at the end", str(len(left) + len(defunct)), "0", met=not (left or defunct)
    )


def _driver_of(browser: Browser) -> psutil.Process:
    """Playwright's, whose child the browser is."""
    driver = psutil.Process(browser.pid).parent()
    if driver is None:
        raise PermanentError("the browser has no driver; run the benchmark again")
    return driver


def _weight(process: psutil.Process) -> int:
    memory = tree_memory(process.pid)
    insist(memory, "this system tells no PSS")
    return memory.pss if memory else 0
