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

from sqlalchemy import text
from sqlalchemy.event import listen

from bench.posts import START, make_posts
from bench.scale.samples import text_of
from bench.table import Cost, Goal, Row, faster, in_turns, longer, over, timed
from demo.kafka_broker import Broker, missing_programs
from demo.postgres import Postgres, programs
from services.analyzer.__main__ import build
from services.analyzer.engine import AnalyzerEngine
from services.analyzer.language.origin.similar import Sketch, letters_of, likeness, marks_of, sketch_of
from services.analyzer.objection import Earlier, History
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

VISITS, ACCOUNTS, POSTS_A_VISIT = 120, 40, 5
BATCH, ROUNDS = 100, 9
FAR, FIRST_BATCHES = 1_000_000, 8
"""PostgreSQL's driver has the server keep the plan of what it asked for five times."""
EVERY, MINUTE = timedelta(hours=6), timedelta(minutes=1)
IN_MEMORY = Path("/dev/shm")  # noqa: S108
ONE_IN = 20
ADVERTS = (
    "本店新品上市，全场五折，加微信下单立减，优惠券先到先得，限时抢购，数量有限。",
    "厂家直销，买一送一，扫码下单包邮到家，前一百名顾客半价，售完即止。",
    "旗舰店周年庆，满三百减五十，点击链接抢购，会员领取优惠券，手慢无。",
    "楼盘开盘，首付三成，现房销售，致电售楼部预约看房，限时优惠九折。",
    "培训班招生，报名立减，加微信咨询，名额有限，分期付款，包教包会。",
)


def measure() -> Iterator[Row]:
    posts = make_posts(VISITS * POSTS_A_VISIT, ACCOUNTS)
    events = list(_visits([post.but(text=_text(number)) for number, post in enumerate(posts)]))
    parts: Parts = []
    book = load_rulebook()
    # What is read once (dictionaries above all) is not what is compared.
    _rules(events, book)
    _way(events, [])
    ours, rules = in_turns(lambda: _way(events, parts), lambda: _rules(events, book), rounds=ROUNDS)
    yield faster("pipeline: publish, judge, store, publish, to the rules alone", ours, rules, "/s", Goal(0.6))
    yield from _breakdown(parts, events, rules)
    if (missing := missing_programs()) or programs() is None:
        yield Row(f"pipeline on servers: skipped, no {', no '.join(missing or ['PostgreSQL'])}", "")
        return
    yield from _on_servers(events, book)


def _on_servers(events: list[Post | Probe], book: Rulebook) -> Iterator[Row]:
    """The same through Kafka and PostgreSQL, which waits for its disk: a topic of its own and empty tables each time.

    The broker, which never waits for its own, has its data in memory where it can: beside what the database writes,
    its first append after a pause was seen to take 60 ms.
    """
    parts: Parts = []
    with _apart() as folder, Broker(folder=Path(folder)) as broker, Postgres(fsync=True) as postgres:
        with closing(Database(postgres.url)) as database:
            upgrade(database, utc_now())

        def way() -> Cost:
            # Not DELETE: the rows of all rounds before would stay in the way until somebody clears them up.
            with closing(Database(postgres.url)) as database, database.begin() as connection:
                connection.execute(text(f"TRUNCATE {', '.join(table.name for table in metadata.sorted_tables)}"))
            prefix = f"bench-{time.time_ns()}-"
            kafka = {"kafka_bootstrap": broker.bootstrap, "kafka_prefix": prefix, "kafka_create_topics": 1}
            return _way(events, parts, {"database_url": postgres.url, **kafka})

        way()
        parts.clear()
        ours, rules = in_turns(way, lambda: _rules(events, book), rounds=ROUNDS)
    yield faster("pipeline on Kafka and PostgreSQL, to the rules alone", ours, rules, "/s", Goal(0.6))
    yield longer("pipeline on Kafka and PostgreSQL, our process alone", ours, rules)
    yield from _breakdown(parts, events, rules)


def _apart() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None)


def _text(number: int) -> str:
    """Of the usual size, and with little in common: templates would be taken for copies of each other."""
    words = "".join(text_of(3 * number + part) for part in range(3))
    return words if number % ONE_IN else ADVERTS[number // ONE_IN % len(ADVERTS)] + words


def _visits(posts: list[Post]) -> Iterator[Post | Probe]:
    """Each account's posts, five at a time, and after them the probe that saw them.

    Looked at as often as it should be: of an account that is left alone every look tells that, and that it is over.
    """
    own: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        own[post.account_id].append(post)
    for some in own.values():
        for number, start in enumerate(range(0, len(some), POSTS_A_VISIT)):
            at = START + number * EVERY
            visit = [
                post.but(observed_at=at, published_at=at - place * MINUTE)
                for place, post in enumerate(some[start : start + POSTS_A_VISIT], 1)
            ]
            yield from visit
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
    """Through the engine itself; opening, the timer's first round, joining the group and the first batches, for which
    statements are compiled and planned once, are not counted.

    `places`: settings that name servers; without them embedded.
    """
    spent: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), metrics_port=0, log_level="error", **places)
        with open_host(settings, utc_now, "bench") as host, closing(build(host)) as engine:
            first = _first_batches()
            host.store.accounts.upsert(_accounts([*first[0], *events]), START - EVERY)
            engine.step(START)
            before = 0
            for batch in first:
                host.bus.publish(batch)
                before += len(batch)
                _judge(host, engine, before)
            _time_statements(host, spent)

            def work() -> int:
                started = time.perf_counter()
                for start in range(0, len(events), BATCH):
                    host.bus.publish(events[start : start + BATCH])
                spent["publish"] = time.perf_counter() - started
                _judge(host, engine, before + len(events))
                return len(events)

            cost = timed(work)
    spent["all"] = cost.seconds
    parts.append(spent)
    return cost


def _first_batches() -> list[list[Post | Probe]]:
    """One visit each, to an account that is not among those measured, with texts of its own."""
    posts = make_posts(FIRST_BATCHES * POSTS_A_VISIT, 1)
    events = list(
        _visits([post.but(account_id="first", text=_text(FAR + number)) for number, post in enumerate(posts)])
    )
    size = POSTS_A_VISIT + 1
    return [events[start : start + size] for start in range(0, len(events), size)]


def _judge(host: Host, engine: AnalyzerEngine, number: int) -> None:
    """Until so many events came through; not until a step finds nothing: it would wait for more."""
    while sum(sample.value for one in host.metrics.events.collect() for sample in one.samples) < number:
        engine.step(START)


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
    """Every rule of the default rulebook, each event with its account's history, which is at hand; nothing is kept.

    Texts that are alike are looked for in a dictionary.
    """
    accounts = {account.key: account for account in _accounts(events)}
    plugins = [entry.plugin for entry in book.entries]
    posts: dict[str, tuple[Post, ...]] = defaultdict(tuple)
    listed: dict[str, datetime] = {}
    alike = _Alike()

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
            earlier = alike.earlier(event) if isinstance(event, Post) else ()
            for rule in plugins:
                if isinstance(event, Post):
                    list(rule.check_post(event, history))
                    list(rule.check_copy(event, account, earlier))
                else:
                    list(rule.check_probe(event, history))
        return len(events)

    return timed(work)


class _Alike:
    """What a rule about copies needs: a sketch of each text, found by its marks. Of these texts no two are alike."""

    def __init__(self) -> None:
        self._sketches: dict[int, list[Sketch]] = defaultdict(list)

    def earlier(self, post: Post) -> tuple[Earlier, ...]:
        letters = letters_of(post.text or "")
        own = sketch_of(letters)
        for mark in marks_of(letters):
            if any(likeness(own, other).is_same for other in self._sketches[mark]):
                raise ValueError(f"{post.id}: these texts were to have nothing in common")
            self._sketches[mark].append(own)
        return ()


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
