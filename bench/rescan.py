"""`xunjian rescan` with a new word over stored posts beside its text stage alone, the posts being in memory."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.posts import make_posts
from bench.table import Cost, Goal, Row, faster, in_turns, timed
from services.analyzer.in_force import Rulebooks
from services.analyzer.rulebook import load_rulebook
from shared.account import Account
from shared.events import Post
from shared.storage.store import Store, open_store
from xunjian.commands.rescan import Asking, Scan

POSTS, ACCOUNTS = 8_000, 100
_SINCE, _UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def measure() -> Iterator[Row]:
    posts = make_posts(POSTS, ACCOUNTS)
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder) / 'db'}")) as store:
        accounts = _filled(store, posts)
        lexicon = Path(folder) / "new.csv"
        lexicon.write_text("word,tag\n量子堆肥,新词\n", encoding="utf-8")
        asked = (("one new word", lexicon, accounts, Goal(1)), ("every rule of today", None, accounts[:5], None))
        for name, words, some, goal in asked:
            asking = Asking(Rulebooks(load_rulebook()), words, _SINCE)
            theirs = [post for post in posts if post.key in {account.key for account in some}]
            contestants = partial(_scanned, store, asking, some), partial(_bare, asking, some, theirs)
            ours, bare = in_turns(*contestants)
            yield faster(f"rescan: {name} in stored posts, to the text stage", ours, bare, "/s", goal)


def _filled(store: Store, posts: list[Post]) -> list[Account]:
    ids = sorted({post.account_id for post in posts})
    accounts = [Account(platform="weibo", id=own, name=f"青禾{own}", unit="青禾县示例局") for own in ids]
    store.accounts.upsert(accounts, _SINCE)
    with store.judgements.judging() as judging:
        judging.observed.add_posts(posts)
    return accounts


def _scanned(store: Store, asking: Asking, accounts: list[Account]) -> Cost:
    def work() -> int:
        scan = Scan(store, asking, _SINCE, _UNTIL)
        for _ in scan.over(accounts):
            """Only the reading and judging is measured."""
        return scan.posts

    return timed(work)


def _bare(asking: Asking, accounts: list[Account], posts: list[Post]) -> Cost:
    rules = [entry.plugin for entry in asking.entries(accounts[0])]

    def work() -> int:
        for post in posts:
            for rule in rules:
                for text in (post.title, post.text):
                    list(rule.check_text(text or ""))
        return len(posts)

    return timed(work)
