"""The distributed bus on Apache Kafka. The only file that knows kafka-python, whose values are untyped (Any)."""

import importlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError, TopicAlreadyExistsError
from kafka.structs import OffsetAndMetadata

from shared.bus.contract import DEAD_LETTER_SUFFIX, TOPICS, Record, dead_letter_headers
from shared.bus.envelope import sealed
from shared.errors import PermanentError, TransientError
from shared.events import Event

log = structlog.get_logger(__name__)

CHECK_SECONDS = 5.0
BOOTSTRAP_POLL_SECONDS = 0.01
SETTLED_STATES = ("Stable", "Empty", "Dead")
MAX_REQUEST_BYTES = 2 * 1024 * 1024
"""Twice the broker's default limit of one record: a dead letter carries more headers than the record it holds."""


class KafkaBus:
    """At-least-once by idempotent producer (acks=all) and manual commits; no Kafka transactions.

    Nothing connects before the first call, so a broker that is down at the start is a TransientError like any other.
    `prefix` goes before topics and groups on a cluster shared with others. `security` holds kafka-python's
    `security_protocol`, `sasl_*` and `ssl_*` settings. `api_version` only where a broker cannot be asked for its own.
    `stall_seconds`: how long records may wait for a member that gets none before it begins anew.
    """

    def __init__(
        self,
        bootstrap: str,
        source: str,
        api_version: tuple[int, int] | None = None,
        *,
        prefix: str = "",
        security: Mapping[str, str] | None = None,
        timeout_seconds: float = 30.0,
        session_seconds: float = 45.0,
        stall_seconds: float = 60.0,
    ) -> None:
        _require_crc32c()
        self.bootstrap = bootstrap
        self.prefix = prefix
        self.timeout_seconds = timeout_seconds
        self.session_seconds = session_seconds
        self.stall_seconds = stall_seconds
        self._source = source
        self._settings: dict[str, Any] = {
            "bootstrap_servers": bootstrap.split(","),
            "api_version": api_version,
            "metadata_max_age_ms": 30_000,
            "reconnect_backoff_max_ms": 2_000,  # the library's 30 s would outlast `timeout_seconds`
            **(security or {}),
        }
        self._lock = threading.Lock()
        self._producer: Any = None

    def publish(self, events: Iterable[Event]) -> None:
        self.send([sealed(event, self._source) for event in events])

    def subscribe(self, group: str, topics: Iterable[str]) -> "KafkaSubscription":
        return KafkaSubscription(self, group, tuple(topics))

    def check(self) -> None:
        with self._admin() as admin:
            admin.describe_cluster()

    def close(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            _end(producer, CHECK_SECONDS)

    def ensure_topics(self, partitions: int, replication: int, topics: Iterable[str] = TOPICS) -> None:
        """Create what is missing of the topics and their dead-letter topics. Raises TransientError."""
        shape = {"num_partitions": partitions, "replication_factor": replication}
        limit = {"configs": {"max.message.bytes": str(MAX_REQUEST_BYTES)}}
        wanted: dict[str, dict[str, Any]] = {}
        for topic in topics:
            wanted[self.prefix + topic] = shape
            wanted[self.prefix + topic + DEAD_LETTER_SUFFIX] = shape | limit
        with self._admin() as admin:
            missing = wanted.keys() - set(admin.list_topics())
            for name in sorted(missing):
                try:
                    admin.create_topics({name: wanted[name]})
                except TopicAlreadyExistsError:
                    log.info("topic_created_by_another", topic=name)
            admin.wait_for_topics(list(wanted))

    def partitions(self, topics: Iterable[str] = TOPICS) -> dict[str, int]:
        """Full name -> partitions, of dead-letter topics too, 0 where one is missing. Raises TransientError."""
        names = [self.prefix + topic + end for topic in topics for end in ("", DEAD_LETTER_SUFFIX)]
        with self._admin() as admin:
            there = set(admin.list_topics())
            described = admin.describe_topics(known) if (known := [name for name in names if name in there]) else []
        counts = {topic["name"]: len(topic["partitions"]) for topic in described}
        return {name: counts.get(name, 0) for name in names}

    def refused_groups(self, groups: Iterable[str]) -> dict[str, str]:
        """Full name -> why, of the groups that the broker does not let us use. Raises TransientError."""
        refused: dict[str, str] = {}
        with self._admin() as admin:
            for name in (self.prefix + group for group in groups):
                try:
                    error = admin.describe_groups([name])[name]["error"]
                except KafkaError as raised:  # a broker too new to have any coordinator yet refuses nobody
                    error = raised
                if "AUTHORIZATION" in repr(error).upper():
                    refused[name] = str(error)
        return refused

    def send(self, messages: Iterable[tuple[str, str, bytes, Mapping[str, str]]]) -> None:
        """Topic, key, body, headers; returns when the broker acknowledged all. Raises TransientError."""
        producer = self._take_producer()
        deadline = time.monotonic() + self.timeout_seconds + CHECK_SECONDS
        try:
            futures = [
                producer.send(
                    self.prefix + topic, body, _bytes(key), [(name, _bytes(text)) for name, text in head.items()]
                )
                for topic, key, body, head in messages
            ]
            for future in futures:
                future.get(max(0.0, deadline - time.monotonic()))
        except MessageSizeTooLargeError as error:
            raise PermanentError(f"消息超过 Kafka 的上限（{error}）；请调大主题的 max.message.bytes") from error
        except KafkaError as error:
            self._drop(producer)
            raise TransientError(f"Kafka {self.bootstrap} 没有确认收到：{error}") from error

    def waiting(self, group: str, topics: list[str]) -> dict[Any, tuple[int, int]]:
        """Partition -> (first offset a group has yet to commit, end), where there are such; full names of both.

        By the admin client: the consumer's own look-ups wait for a lost broker without end. Raises TransientError.
        """
        with self._admin() as admin:
            described = admin.describe_topics(topics)
            places = [
                TopicPartition(topic["name"], n["partition_index"]) for topic in described for n in topic["partitions"]
            ]
            ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
            starts = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
            committed = admin.list_group_offsets({group: places})[group]
        spans = {place: (max(starts[place].offset, committed[place].offset), ends[place].offset) for place in places}
        return {place: (first, end) for place, (first, end) in spans.items() if first < end}

    def left_to(self, group: str, member_id: str, places: set[Any]) -> set[Any]:
        """Those partitions no other member of the group holds; none while the group shares them out anew."""
        try:
            with self._admin() as admin:
                described = admin.describe_groups([group])[group]
        except TransientError as error:
            described = {"error": str(error)}
        if described["error"]:  # an old broker, or one that forbids it: the member's own view has to do
            log.info("group_not_described", group=group, error=described["error"])
            return places
        if described["group_state"] not in SETTLED_STATES:
            return set()
        return places - set(_held_by_others(described["members"], member_id))

    def open(self, kind: Callable[..., Any], **settings: Any) -> Any:
        """A kafka-python client. One that fails while being built would leave its thread and sockets behind."""
        opened: list[Any] = []

        def remember(**config: Any) -> Any:
            opened.append(KafkaConsumer.DEFAULT_CONFIG["kafka_client"](**config))
            return opened[-1]

        try:
            return kind(kafka_client=remember, **self._settings, **settings)
        except KafkaError as error:
            for network in opened:
                network.close()
            raise TransientError(f"Kafka {self.bootstrap} 没有应答：{error}") from error

    def _take_producer(self) -> Any:
        with self._lock:
            if self._producer is None:
                milliseconds = int(self.timeout_seconds * 1000)
                self._producer = self.open(
                    KafkaProducer,
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=5,
                    max_request_size=MAX_REQUEST_BYTES,
                    bootstrap_timeout_ms=milliseconds,
                    max_block_ms=milliseconds,
                    delivery_timeout_ms=milliseconds,
                    request_timeout_ms=milliseconds // 2,
                )
            return self._producer

    def _drop(self, producer: Any) -> None:
        """After a failure its sequence numbers are in doubt and its buffer holds what the caller will send again."""
        with self._lock:
            if self._producer is not producer:
                return
            self._producer = None
        _end(producer, 0)

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        milliseconds = int(min(CHECK_SECONDS, self.timeout_seconds) * 1000)
        admin = self.open(KafkaAdminClient, bootstrap_timeout_ms=milliseconds, request_timeout_ms=milliseconds)
        try:
            yield admin
        except KafkaError as error:
            raise TransientError(f"Kafka {self.bootstrap} 没有应答：{error}") from error
        finally:
            admin.close()


class KafkaSubscription:
    """A member of a consumer group; Kafka shares the partitions out among the members."""

    def __init__(self, bus: KafkaBus, group: str, topics: tuple[str, ...]) -> None:
        self._bus = bus
        self._group = bus.prefix + group
        self._topics = [bus.prefix + topic for topic in topics]
        self._consumer: Any = None
        self._first: dict[Any, int] = {}
        self._next: dict[Any, int] = {}
        self._check_at = 0.0
        self._stuck: dict[Any, tuple[int, float]] = {}

    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        with self._errors("poll"):
            consumer = self._connected()
            _find_lost_rejoin(consumer._coordinator)
            polled = consumer.poll(int(timeout_seconds * 1000), max_records)
        for place, records in polled.items():
            self._stuck.pop(place, None)
            self._first.setdefault(place, records[0].offset)
            self._next[place] = records[-1].offset + 1
        if not polled:
            self._check_now_and_then()
        return [self._record(record) for records in polled.values() for record in records]

    def commit(self) -> None:
        """Partitions that have gone to another member are left out: it reads their records again."""
        if not self._next:
            return
        try:
            with self._errors("commit"):
                mine = self._connected().assignment()
                offsets = {place: OffsetAndMetadata(self._next[place], "", -1) for place in mine & self._next.keys()}
                self._consumer.commit(offsets, timeout_ms=self._milliseconds)
        except TransientError:
            self.rewind()
            raise
        self._forget()

    def rewind(self) -> None:
        """Partitions no longer ours come to their new owner from the last commit anyway."""
        if self._consumer is not None:
            for place in self._consumer.assignment() & self._first.keys():
                self._consumer.seek(place, self._first[place])
        self._forget()

    def dead_letter(self, record: Record, reason: str) -> None:
        topic = record.topic + DEAD_LETTER_SUFFIX
        self._bus.send([(topic, record.key, record.body, dead_letter_headers(record, reason))])

    def lag(self) -> int:
        return sum(end - first for first, end in self._bus.waiting(self._group, self._topics).values())

    def close(self) -> None:
        """Leaves the group, so that its other members need not wait for the session to run out."""
        consumer, self._consumer = self._consumer, None
        self._forget()
        self._stuck.clear()
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=int(CHECK_SECONDS * 1000))

    @property
    def _milliseconds(self) -> int:
        return int(self._bus.timeout_seconds * 1000)

    def _connected(self) -> Any:
        if self._consumer is None:
            session = int(self._bus.session_seconds * 1000)
            consumer = self._bus.open(
                KafkaConsumer,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=session,
                heartbeat_interval_ms=min(3000, session // 3),
                bootstrap_timeout_ms=self._milliseconds,
                request_timeout_ms=max(self._milliseconds, 1000),
            )
            try:
                self._begin(consumer)
            except KafkaError:
                consumer.close(autocommit=False, timeout_ms=0)
                raise
            self._consumer = consumer
        return self._consumer

    def _begin(self, consumer: Any) -> None:
        """Bootstrapped first: an answer about no topic, still on its way, would otherwise be taken for the answer about
        ours; the member would join knowing no partition and share out none."""
        _bootstrap(consumer, self._bus.timeout_seconds)
        consumer.subscribe(topics=self._topics)

    def _check_now_and_then(self) -> None:
        """kafka-python polls in silence: nothing may mean nothing new, nobody there, or a member forgotten."""
        now = time.monotonic()
        if now < self._check_at:
            return
        waiting = self._bus.waiting(self._group, self._topics)
        self._check_at = now + min(2 * CHECK_SECONDS, self._bus.stall_seconds / 3)
        if not self._next:
            self._watch({place: first for place, (first, _) in waiting.items()}, now)

    def _watch(self, waiting: dict[Any, int], now: float) -> None:
        """Begin anew where the same record has been waiting too long and no other member is there to read it."""
        known = self._stuck
        self._stuck = {
            place: known[place] if place in known and known[place][0] == first else (first, now)
            for place, first in waiting.items()
        }
        late = {place for place, (_, since) in self._stuck.items() if now - since >= self._bus.stall_seconds}
        if late and self._left_to_me(late):
            log.warning(
                "subscription_stalled",
                group=self._group,
                partitions=sorted(f"{place.topic}/{place.partition}" for place in late),
                stall_seconds=self._bus.stall_seconds,
                remedy="the consumer is made anew",
            )
            self.close()

    def _left_to_me(self, places: set[Any]) -> set[Any]:
        return self._bus.left_to(self._group, self._consumer.group_metadata().member_id, places)

    def _record(self, record: Any) -> Record:
        head = {name: _text(value) for name, value in record.headers}
        topic = record.topic.removeprefix(self._bus.prefix)
        return Record(topic, record.partition, record.offset, _text(record.key), record.value or b"", head)

    def _forget(self) -> None:
        self._first.clear()
        self._next.clear()

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise TransientError(f"Kafka {self._bus.bootstrap} 出错（{self._group}，{what}）：{error}") from error


def _find_lost_rejoin(coordinator: Any) -> None:
    """kafka-python 3.0.12: a leader that rejoins because partitions have become known, and whose `poll` runs out of
    time meanwhile, forgets that it is rejoining: sharing out the partitions erases the reason, nobody waits for the
    answer that is there, and heartbeats stay switched off. Asked once more, it takes the answer."""
    if coordinator.rejoining and not coordinator.need_rejoin():
        coordinator.request_rejoin()


def _held_by_others(members: Iterable[Any], member_id: str) -> Iterator[Any]:
    for member in members:
        if member["member_id"] != member_id:
            for topic in (member["member_assignment"] or {}).get("assigned_partitions", ()):
                yield from (TopicPartition(topic["topic"], number) for number in topic["partitions"])


def _bootstrap(consumer: Any, seconds: float) -> None:
    """Not consumer.bootstrap(): it takes over a search that the library began by itself, and that one has no end."""
    begun = consumer._manager.bootstrap_async(seconds * 1000, refresh=False)
    deadline = time.monotonic() + seconds
    while not begun.is_done and time.monotonic() < deadline:
        time.sleep(BOOTSTRAP_POLL_SECONDS)
    if not begun.succeeded():
        raise KafkaTimeoutError("no broker answers")


def _end(producer: Any, seconds: float) -> None:
    try:
        producer.close(timeout=seconds)
    except KafkaTimeoutError:
        # close() gives up before it stops its thread when records are undeliverable; force_close drops them.
        producer._sender.force_close()
        producer.close(timeout=CHECK_SECONDS)


def _require_crc32c() -> None:
    try:
        importlib.import_module("crc32c")
    except ImportError as error:
        raise PermanentError("缺少 Python 包 crc32c，没有它 Kafka 慢 50 倍；请安装（pip install crc32c）") from error


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(raw: bytes | None) -> str:
    """Bytes that are no UTF-8 survive the way to the dead-letter topic."""
    return (raw or b"").decode("utf-8", "surrogateescape")
