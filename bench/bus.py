"""The buses beside what they stand on: raw SQLite (P16) and bare kafka-python loops on a real broker (P15)."""

import itertools
import os
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from bench.posts import make_posts
from bench.table import Cost, Goal, Row, faster, in_turns, timed
from demo.kafka_broker import Broker, missing_programs
from shared.bus.contract import Bus
from shared.bus.envelope import Envelope, decode, sealed
from shared.bus.kafka.bus import KafkaBus
from shared.bus.sqlite import SqliteBus
from shared.clock import utc_now
from shared.errors import TransientError
from shared.events import OBSERVATIONS, Post

EVENTS = 2_500
ROUNDS = 5
BATCH = 100
POLL = 500
PATIENCE_SECONDS = 60.0
OTHERS = "others"
"""The topic of the bare loop, so that all who read read the same."""


def measure() -> Iterator[Row]:
    posts = make_posts(EVENTS)
    with tempfile.TemporaryDirectory() as folder:
        yield from _sqlite(posts, Path(folder))
    if not os.environ.get("XUNJIAN_TEST_KAFKA") and (missing := missing_programs()):
        yield Row(f"kafka (P15): skipped, no {', no '.join(missing)}, no XUNJIAN_TEST_KAFKA", "")
        return
    try:
        with _broker() as bootstrap, closing(KafkaBus(bootstrap, "bench", prefix=f"bench-{time.time_ns()}-")) as bus:
            yield from _kafka(posts, bus)
    except TransientError as error:
        yield Row(f"kafka (P15): skipped, {str(error).splitlines()[0]}", "")


def _sqlite(posts: list[Post], folder: Path) -> Iterator[Row]:
    messages = [sealed(post, "bench") for post in posts]
    serial = itertools.count()
    with closing(SqliteBus(folder / "bus.db", "bench", utc_now)) as bus, closing(_raw_log(folder / "raw.db")) as raw:
        ours, floor = in_turns(
            lambda: _publish(bus, _fresh(posts)), lambda: _insert(raw, messages, serial), rounds=2 * ROUNDS
        )
    yield faster("sqlite: publish by 100, to raw executemany(100) (P16)", ours, floor, "/s", Goal(0.5))


def _kafka(posts: list[Post], bus: KafkaBus) -> Iterator[Row]:
    bus.ensure_topics(partitions=4, names=(OBSERVATIONS, OTHERS))
    messages = [sealed(post, "bench") for post in posts]
    with closing(KafkaProducer(bootstrap_servers=bus.bootstrap, acks="all", linger_ms=5)) as producer:
        _publish(bus, posts[:BATCH], BATCH)
        _send(producer, f"{bus.prefix}{OTHERS}", messages[:BATCH])
        ours, floor = in_turns(
            lambda: _publish(bus, _fresh(posts), len(posts)),
            lambda: _send(producer, f"{bus.prefix}{OTHERS}", messages),
            rounds=ROUNDS,
        )
    yield faster("kafka: publish, to a bare send loop and flush (P15)", ours, floor, "/s", Goal(0.8))
    total = ROUNDS * EVENTS + BATCH
    groups = (f"group-{number}" for number in itertools.count())
    ours, committing, bare = in_turns(
        lambda: _read(bus, next(groups), total),
        lambda: _poll(bus, f"{bus.prefix}{next(groups)}", total, commit=True),
        lambda: _poll(bus, f"{bus.prefix}{next(groups)}", total, commit=False),
        rounds=ROUNDS,
    )
    yield faster("kafka: read and decode, to polls that commit as often (P15)", ours, committing, "/s", Goal(0.55))
    yield faster("kafka: read and decode, to polls that never commit (P15)", ours, bare, "/s", Goal(0.3))


def _fresh(posts: list[Post]) -> list[Post]:
    """A post remembers its digest: those published must not have been asked for it before."""
    return [post.but() for post in posts]


def _publish(bus: Bus, posts: list[Post], batch: int = BATCH) -> Cost:
    def work() -> int:
        for start in range(0, len(posts), batch):
            bus.publish(posts[start : start + batch])
        return len(posts)

    return timed(work)


def _insert(raw: sqlite3.Connection, messages: list[Envelope], serial: Iterator[int]) -> Cost:
    def work() -> int:
        for start in range(0, len(messages), BATCH):
            rows = [(sent.topic, next(serial), sent.body) for sent in messages[start : start + BATCH]]
            with raw:
                raw.execute("BEGIN")
                raw.executemany("INSERT INTO log VALUES (?, ?, ?)", rows)
        return len(messages)

    return timed(work)


def _raw_log(path: Path) -> sqlite3.Connection:
    """Just as durable, and it refuses a second message of the same id."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE log (topic TEXT, id INTEGER, body BLOB, UNIQUE (topic, id));"
    )
    return raw


def _send(producer: Any, topic: str, messages: list[Envelope]) -> Cost:
    def work() -> int:
        for sent in messages:
            producer.send(topic, sent.body, sent.key.encode())
        producer.flush()
        return len(messages)

    return timed(work)


def _read(bus: KafkaBus, group: str, total: int) -> Cost:
    handed: deque[list[Any]] = deque(maxlen=1)
    with closing(bus.subscribe(group, [OBSERVATIONS])) as subscription:

        def poll() -> int:
            records = subscription.poll(0.5, POLL)
            handed.append([decode(record.body, record.headers) for record in records])
            if records:
                subscription.commit()
            return len(records)

        return _until(total, poll)


def _poll(bus: KafkaBus, group: str, total: int, *, commit: bool) -> Cost:
    consumer = KafkaConsumer(
        bootstrap_servers=bus.bootstrap, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    with closing(consumer):
        consumer.subscribe([f"{bus.prefix}{OBSERVATIONS}"])

        def poll() -> int:
            records = consumer.poll(500, POLL)
            if commit and records:
                consumer.commit()
            return sum(map(len, records.values()))

        return _until(total, poll)


def _until(total: int, poll: Any) -> Cost:
    """The clock starts at the first records: joining a group is not what is compared."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    first = count = 0
    started = time.perf_counter()
    while count < total:
        count += poll()
        if first == 0 and count:
            first, started = count, time.perf_counter()
        if time.monotonic() > deadline:
            raise TransientError(f"{count} of {total} records came in {PATIENCE_SECONDS:.0f} s")
    return Cost(count - first, time.perf_counter() - started)


@contextmanager
def _broker() -> Iterator[str]:
    if given := os.environ.get("XUNJIAN_TEST_KAFKA"):
        yield given
        return
    with Broker() as broker:
        yield broker.bootstrap
