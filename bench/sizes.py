"""What stays in PostgreSQL of what is observed, in bytes; the ground of docs/scale.md and `xunjian simulate scale`."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta

from sqlalchemy import text

from bench.posts import make_posts
from bench.scale.databases import postgres
from bench.table import Row, timed
from services.analyzer.in_force import Rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from services.analyzer.rulebook import load_rulebook
from shared.account import Account
from shared.bus.envelope import sealed
from shared.events import Outcome, Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.store import Store, open_store

POSTS, ACCOUNTS, PROBES_A_POST, BATCH = 5_000, 100, 4, 500
_TABLES = {
    "post": ("post",),
    "sketch of a post (30 days)": ("sketch", "sketch_mark"),
    "probe": ("probe",),
    "finding": ("finding",),
    "standing": ("standing",),
}


def measure() -> Iterator[Row]:
    posts = make_posts(POSTS, ACCOUNTS)
    events = [event for post in posts for event in _of(post)]
    yield Row("sizes: a post on the bus, headers included", _bytes(_on_the_bus(posts), len(posts)))
    yield Row("sizes: a probe on the bus", _bytes(_on_the_bus(_probes_after(posts[0])), PROBES_A_POST))
    try:
        with postgres() as (url, _), closing(open_store(url)) as store:
            judged = timed(lambda: _judge(store, events))
            yield Row("sizes: an event judged and written down", f"{judged.cpu_milliseconds:.2g} ms CPU")
            yield from _rows_of(store)
    except FileNotFoundError as error:
        yield Row(f"sizes: skipped, {error}", "")


def _of(post: Post) -> list[Post | Probe]:
    return [post, *_probes_after(post)]


def _probes_after(post: Post) -> list[Probe]:
    return [
        Probe(
            platform=post.platform,
            account_id=post.account_id,
            at=post.observed_at + timedelta(hours=6 * number, seconds=1),
            outcome=Outcome.OK,
            newest_post_at=post.published_at,
            post_ids=tuple(f"{int(post.id) - back}" for back in range(10)),
            url=f"https://m.weibo.cn/u/{post.account_id}",
            evidence_sha256="0" * 64,
            duration_ms=900,
        )
        for number in range(PROBES_A_POST)
    ]


def _on_the_bus(events: Sequence[Post | Probe]) -> int:
    messages = [sealed(event, "bench") for event in events]
    return sum(
        len(message.body) + len(message.key) + sum(len(name) + len(value) for name, value in message.headers.items())
        for message in messages
    )


def _judge(store: Store, events: list[Post | Probe]) -> int:
    ids = sorted({event.account_id for event in events})
    known = [Account(platform="weibo", id=own, name=f"青禾{own}", unit="青禾县示例局") for own in ids]
    first = min(event.occurred_at for event in events)
    store.accounts.upsert(known, first)
    judge = Judge(store.judgements, Matters(Rulebooks(load_rulebook()), Metrics()))
    events = sorted(events, key=lambda event: event.occurred_at)
    for start in range(0, len(events), BATCH):
        judge.judge(events[start : start + BATCH])
    return len(events)


def _rows_of(store: Store) -> Iterator[Row]:
    with store.database.read() as connection:
        for name, tables in _TABLES.items():
            size = sum(
                connection.execute(text("SELECT pg_total_relation_size(:name)"), {"name": table}).scalar_one()
                for table in tables
            )
            count = connection.execute(text(f"SELECT count(*) FROM {tables[0]}")).scalar_one()  # noqa: S608 - ours
            yield Row(f"sizes: a {name} in PostgreSQL, indexes included", _bytes(size, count), f"{count:,} rows")


def _bytes(total: int, count: int) -> str:
    return f"{total / count:,.0f} bytes" if count else "none"
