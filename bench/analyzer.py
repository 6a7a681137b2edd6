"""The judge over stored posts and probes beside what simple code does with a post: cut it into words, look them up."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.posts import make_posts
from bench.table import Cost, Row, faster, in_turns, timed
from bench.words import load_jieba, naive_find
from services.analyzer.in_force import Rulebooks
from services.analyzer.judge import Judge
from services.analyzer.language.lexicon.in_use import built_in
from services.analyzer.matters import Matters
from services.analyzer.rulebook import load_rulebook
from shared.account import Account
from shared.bus.envelope import decode, encode
from shared.events import Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.store import open_store

POSTS, ACCOUNTS, BATCH = 200, 10, 500


def measure() -> Iterator[Row]:
    posts = make_posts(POSTS, ACCOUNTS)
    bodies = [encode(event) for post in posts for event in (post, _look_at(post))]
    tokenizer, words = load_jieba(), built_in("topics") | built_in("absolute")
    ours, naive = in_turns(lambda: _judge(bodies, posts), lambda: _naive(bodies, words, tokenizer))
    yield faster("analyzer: posts and probes judged, to naive (no rules)", ours, naive, "/s")


def _look_at(post: Post) -> Probe:
    return Probe(
        platform=post.platform,
        account_id=post.account_id,
        at=post.observed_at + timedelta(seconds=1),
        outcome=Outcome.OK,
        newest_post_at=post.published_at,
        post_ids=(post.id,),
    )


def _judge(bodies: list[bytes], posts: list[Post]) -> Cost:
    """Decoded, kept with their history, every rule applied; by batches, as the engine does."""
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder) / 'db'}")) as store:
        ids = sorted({post.account_id for post in posts})
        known = [Account(platform="weibo", id=own, name=f"青禾{own}", unit="青禾县示例局") for own in ids]
        store.accounts.upsert(known, posts[0].observed_at)
        judge = Judge(store.judgements, Matters(Rulebooks(load_rulebook()), Metrics()))

        def work() -> int:
            for start in range(0, len(bodies), BATCH):
                judge.judge(_observed(bodies[start : start + BATCH]))
            return len(bodies)

        return timed(work)


def _observed(bodies: list[bytes]) -> list[Post | Probe]:
    return [event for body in bodies if isinstance(event := decode(body), Post | Probe)]


def _naive(bodies: list[bytes], words: frozenset[str], tokenizer: Any) -> Cost:
    """No history and no rules: decode, cut every text into words, look them up, one commit an event."""
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE event (body BLOB, hits INTEGER)")

        def work() -> int:
            for body in bodies:
                event = decode(body)
                text = event.text if isinstance(event, Post) else None
                with database:
                    hits = len(naive_find(text or "", words, tokenizer))
                    database.execute("INSERT INTO event VALUES (?, ?)", (body, hits))
            return len(bodies)

        return timed(work)
