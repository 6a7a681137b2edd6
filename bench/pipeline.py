"""A post's whole way, from publish to its findings published, beside the same rules in memory; and where it goes.

Embedded, and where their programs are at hand also on Kafka and PostgreSQL.
"""

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.event import listen

from bench.posts import make_posts
from bench.scale.samples import text_of
from bench.table import Cost, Goal, Row, faster, in_turns, over, timed
from demo.kafka_broker import Broker, missing_programs
from demo.postgres import Postgres, programs
from services.analyzer.__main__ import build
from services.analyzer.engine import AnalyzerEngine
from services.analyzer.objection import History
from services.analyzer.rulebook import Rulebook, load_rulebook
from shared.account import Account
from shared.bus.envelope import decode, encode
from shared.clock import utc_now
from shared.events import Outcome, Post, Probe
from shared.runtime.opening import Host, open_host
from shared.runtime.settings import Settings
from shared.storage.database import Database
from shared.storage.observations import HISTORY_POSTS
from shared.storage.tables.every import metadata
from shared.storage.upgrade import upgrade

Parts = list[dict[str, float]]
"""Seconds of each round by what they went on."""

VISITS, ACCOUNTS, POSTS_A_VISIT = 60, 30, 5
BATCH = 100
FAR = 1_000_000


def measure() -> Iterator[Row]:
    posts = make_posts(VISITS * POSTS_A_VISIT, ACCOUNTS)
    # Texts that have little in common: templates would be taken for copies of each other.
    events = list(_visits([post.but(text=text_of(number)) for number, post in enumerate(posts)]))
    parts: Parts = []
    book = load_rulebook()
    # What is read once (dictionaries above all) is not what is compared.
    _rules(events, book)
    _way(events, [])
    ours, rules = in_turns(lambda: _way(events, parts), lambda: _rules(events, book))
    yield faster("pipeline: publish, judge, store, publish, to the rules alone", ours, rules, "/s", Goal(0.6))
    yield from _breakdown(parts, events, rules)
    if (missing := missing_programs()) or programs() is None:
        yield Row(f"pipeline on servers: skipped, no {', no '.join(missing or ['PostgreSQL'])}", "")
        return
    yield from _on_servers(events, book)


def _on_servers(events: list[Post | Probe], book: Rulebook) -> Iterator[Row]:
    """The same through Kafka and PostgreSQL, with a topic of its own and empty tables each time."""
    parts: Parts = []
    with Broker() as broker, Postgres() as postgres:
        with closing(Database(postgres.url)) as database:
            upgrade(database, utc_now())

        def way() -> Cost:
            with closing(Database(postgres.url)) as database, database.begin() as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(table.delete())
            prefix = f"bench-{time.time_ns()}-"
            kafka = {"kafka_bootstrap": broker.bootstrap, "kafka_prefix": prefix, "kafka_create_topics": 1}
            return _way(events, parts, {"database_url": postgres.url, **kafka})

        way()
        parts.clear()
        ours, rules = in_turns(way, lambda: _rules(events, book))
    yield faster("pipeline on Kafka and PostgreSQL, to the rules alone", ours, rules, "/s")
    yield from _breakdown(parts, events, rules)


def _visits(posts: list[Post]) -> Iterator[Post | Probe]:
    """Each account's posts, five at a time, and after them the probe that saw them."""
    own: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        own[post.account_id].append(post)
    for some in own.values():
        for start in range(0, len(some), POSTS_A_VISIT):
            visit = some[start : start + POSTS_A_VISIT]
            at = visit[-1].observed_at
            yield from (post.but(observed_at=at) for post in visit)
            yield _probe(visit, at + timedelta(seconds=1))


def _probe(visit: list[Post], at: datetime) -> Probe:
    newest = max(post.published_at for post in visit if post.published_at)
    ids = tuple(post.id for post in visit)
    first = visit[0]
    return Probe(
        platform=first.platform,
        account_id=first.account_id,
        at=at,
        outcome=Outcome.OK,
        newest_post_at=newest,
        post_ids=ids,
    )


def _accounts(events: list[Post | Probe]) -> list[Account]:
    ids = sorted({event.account_id for event in events})
    return [Account(platform="weibo", id=own, name=f"青禾{own}", unit="青禾县示例局") for own in ids]


def _way(events: list[Post | Probe], parts: Parts, places: Mapping[str, Any] = MappingProxyType({})) -> Cost:
    """Through the engine itself; opening, the timer's first round, joining the group and the statements of a first
    batch, which are compiled once in a process, are not counted.

    `places`: settings that name servers; without them embedded.
    """
    spent: dict[str, float] = defaultdict(float)
    end = events[-1].occurred_at + timedelta(days=1)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), metrics_port=0, log_level="error", **places)
        with open_host(settings, utc_now, "bench") as host, closing(build(host)) as engine:
            first = _first_batch(events)
            host.store.accounts.upsert(_accounts([*first, *events]), events[0].occurred_at - timedelta(days=1))
            engine.step(end)
            host.bus.publish(first)
            _judge(host, engine, len(first), end)
            _time_statements(host, spent)

            def work() -> int:
                started = time.perf_counter()
                for start in range(0, len(events), BATCH):
                    host.bus.publish(events[start : start + BATCH])
                spent["publish"] = time.perf_counter() - started
                _judge(host, engine, len(first) + len(events), end)
                return len(events)

            cost = timed(work)
    spent["all"] = cost.seconds
    parts.append(spent)
    return cost


def _first_batch(events: list[Post | Probe]) -> list[Post | Probe]:
    """Two visits to an account that is not among those measured, with a text of its own."""
    some = [event.but(account_id="first") for event in events[: 2 * (POSTS_A_VISIT + 1)]]
    return [one.but(text=text_of(FAR + number)) if isinstance(one, Post) else one for number, one in enumerate(some)]


def _judge(host: Host, engine: AnalyzerEngine, number: int, now: datetime) -> None:
    """Until so many events came through; not until a step finds nothing: it would wait for more."""
    while sum(sample.value for one in host.metrics.events.collect() for sample in one.samples) < number:
        engine.step(now)


def _time_statements(host: Host, spent: dict[str, float]) -> None:
    begun: list[float] = []

    def before(*_: Any) -> None:
        begun.append(time.perf_counter())

    def after(*_: Any) -> None:
        spent["statements"] += time.perf_counter() - begun.pop()
        spent["count"] += 1

    listen(host.store.database.engine, "before_cursor_execute", before)
    listen(host.store.database.engine, "after_cursor_execute", after)


def _rules(events: list[Post | Probe], book: Rulebook) -> Cost:
    """Every rule of the default rulebook, each event with its account's history, which is at hand; nothing is kept."""
    accounts = {account.key: account for account in _accounts(events)}
    plugins = [entry.plugin for entry in book.entries]
    posts: dict[str, tuple[Post, ...]] = defaultdict(tuple)
    listed: dict[str, datetime] = {}

    def work() -> int:
        for event in events:
            account, key = accounts[event.key], event.key
            if isinstance(event, Post):
                posts[key] = (event, *posts[key])[:HISTORY_POSTS]
            else:
                listed[key] = event.at
            history = History(
                account=account,
                posts=posts[key],
                newest_post_at=posts[key][0].published_at if posts[key] else None,
                last_list_at=listed.get(key),
                watched_since=events[0].occurred_at,
            )
            for rule in plugins:
                if isinstance(event, Post):
                    list(rule.check_post(event, history))
                    list(rule.check_copy(event, account, ()))
                else:
                    list(rule.check_probe(event, history))
        return len(events)

    return timed(work)


def _breakdown(parts: Parts, events: list[Post | Probe], rules: list[Cost]) -> Iterator[Row]:
    """Microseconds an event, medians; what the rules take is what they take alone."""
    count = len(events)
    bodies = [encode(event) for event in events]
    per = {name: statistics.median(one[name] for one in parts) / count * 1e6 for name in parts[0]}
    reading = statistics.median(over(bodies, decode)().seconds for _ in rules) / count * 1e6
    alone = statistics.median(cost.seconds for cost in rules) / count * 1e6
    told = {
        "publish to the log": per["publish"],
        "read and check the body, once": reading,
        f"statements of the store ({per['count'] / 1e6:.1f} an event)": per["statements"],
        "rules": alone,
    }
    told["the rest: SQLAlchemy, histories, copies, commits"] = per["all"] - sum(told.values())
    for name, microseconds in told.items():
        yield Row(f"  {name}", f"{microseconds:,.0f} µs", ratio=microseconds / per["all"])
