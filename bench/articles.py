"""One known WeChat article: by plain HTTP, as it is asked for first, beside the browser that is asked otherwise."""

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bench.collecting import Visit, cost, insist, settings_of
from bench.site import ARTICLE_BYTES, Site, articles, site
from bench.table import Goal, Row, cpu, in_turns
from services.collector.__main__ import Visitor, build_platforms, reach_of
from services.collector.browser.chromium import find_browser
from services.collector.capture import Plan
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.clock import utc_now
from shared.runtime.settings import load_settings

PLAIN, OPENED = 30, 8


def measure() -> Iterator[Row]:
    if find_browser() is None:
        yield Row("articles: skipped, no Chromium here", "")
        return
    wechat = build_platforms(load_settings(needs_store=False))["wechat"]
    with site() as here:
        plain, opened = in_turns(
            lambda: cost(here, _looks(here, wechat, plain=True), PLAIN),
            lambda: cost(here, _looks(here, wechat, plain=False), OPENED),
        )
        row = f"articles: CPU plain HTTP saves, {ARTICLE_BYTES / 1e6:.0f} MB read"
        yield cpu(row, plain, opened, Goal(20), saved=True)
        yield _same_text(here, wechat)


@contextmanager
def _looks(here: Site, wechat: Platform, *, plain: bool) -> Iterator[Visit]:
    """An article asked for and read."""
    given = itertools.cycle(articles())
    settings = settings_of(here)
    with closing(Visitor(settings, utc_now, reach=reach_of([wechat], settings))) as visitor:
        yield lambda: insist(_text(visitor, wechat, next(given), plain=plain), "no article")


def _same_text(here: Site, wechat: Platform) -> Row:
    settings = settings_of(here)
    with closing(Visitor(settings, utc_now)) as visitor:
        texts = [[_text(visitor, wechat, one, plain=plain) for one in articles()[:3]] for plain in (True, False)]
    same = sum(one == other for one, other in zip(*texts, strict=True))
    return Row("articles: texts that are the same by both", str(same), str(len(texts[0])), met=same == len(texts[0]))


def _text(visitor: Visitor, wechat: Platform, account: Account, *, plain: bool) -> str | None:
    plan = wechat.plan(account)
    if plain:
        plan = Plan(fetch=(str(plan.page),))
    captured = visitor.visit("wechat", plan, wechat.hosts)
    insist(captured.failure is None, captured.reason or "")
    posts = wechat.read(captured.captures, account).posts
    return posts[0].text if posts else None
