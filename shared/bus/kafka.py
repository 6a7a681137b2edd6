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
MAX_REQUEST_BYTES = 2 * 1024 * 1024
"""Twice the broker's default limit of one record: a dead letter carries more headers than the record it holds."""


class KafkaBus:
    """At-least-once by idempotent producer (acks=all) and manual commits; no Kafka transactions.

    Nothing connects before the first call, so a broker that is down at the start is a TransientError like any other.
    `prefix` goes before topics and groups on a cluster shared with others. `security` holds kafka-python's
    `security_protocol`, `sasl_*` and `ssl_*` settings. `api_version` only where a broker cannot be asked for its own.
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
    ) -> None:
        _require_crc32c()
        self.bootstrap = bootstrap
        self.prefix = prefix
        self.timeout_seconds = timeout_seconds
        self.session_seconds = session_seconds
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
            raise PermanentError(f"{error}; raise max.message.bytes of the topic") from error
        except KafkaError as error:
            self._drop(producer)
            raise TransientError(f"Kafka at {self.bootstrap} did not acknowledge: {error}") from error

    def lag(self, group: str, topics: list[str]) -> int:
        """Records of topics a group has yet to commit, both by their full names. Raises TransientError.

        By the admin client: the consumer's own look-ups wait for a lost broker without end.
        """
        with self._admin() as admin:
            described = admin.describe_topics(topics)
            places = [
                TopicPartition(topic["name"], n["partition_index"]) for topic in described for n in topic["partitions"]
            ]
            ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
            starts = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
            committed = admin.list_group_offsets({group: places})[group]
        return sum(max(0, ends[place].offset - max(starts[place].offset, committed[place].offset)) for place in places)

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
            raise TransientError(f"Kafka at {self.bootstrap} does not answer: {error}") from error

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
            raise TransientError(f"Kafka at {self.bootstrap} does not answer: {error}") from error
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

    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        with self._errors("poll"):
            polled = self._connected().poll(int(timeout_seconds * 1000), max_records)
        for place, records in polled.items():
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
        return self._bus.lag(self._group, self._topics)

    def close(self) -> None:
        """Leaves the group, so that its other members need not wait for the session to run out."""
        consumer, self._consumer = self._consumer, None
        self._forget()
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=int(CHECK_SECONDS * 1000))

    @property
    def _milliseconds(self) -> int:
        return int(self._bus.timeout_seconds * 1000)

    def _connected(self) -> Any:
        if self._consumer is None:
            session = int(self._bus.session_seconds * 1000)
            self._consumer = self._bus.open(
                KafkaConsumer,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=session,
                heartbeat_interval_ms=min(3000, session // 3),
                bootstrap_timeout_ms=self._milliseconds,
                request_timeout_ms=max(self._milliseconds, 1000),
            )
            self._consumer.subscribe(topics=self._topics)
        return self._consumer

    def _check_now_and_then(self) -> None:
        """kafka-python polls a dead broker in silence, so nothing may mean nothing new or nobody there."""
        if time.monotonic() >= self._check_at:
            self._bus.check()
            self._check_at = time.monotonic() + 2 * CHECK_SECONDS

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
            raise TransientError(f"Kafka at {self._bus.bootstrap}, {what} of {self._group}: {error}") from error


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
        raise PermanentError(
            "the package crc32c is missing: without it kafka-python sums in Python, 50 times slower; install crc32c"
        ) from error


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(raw: bytes | None) -> str:
    """Bytes that are no UTF-8 survive the way to the dead-letter topic."""
    return (raw or b"").decode("utf-8", "surrogateescape")
