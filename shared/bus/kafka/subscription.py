"""A member of a consumer group on Kafka: polls, commits what was done, and looks whether it is still one."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import structlog
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from shared.bus.contract import Record, dead_letter_headers
from shared.bus.kafka import groups, member
from shared.bus.kafka.assignor import Departures
from shared.bus.kafka.client import CHECK_SECONDS, Clients, to_text
from shared.bus.kafka.keepalive import KeepAlive
from shared.bus.kafka.producer import Message
from shared.bus.topics import DEAD_LETTER_SUFFIX
from shared.errors import TransientError

log = structlog.get_logger(__name__)

HOLD_MILLISECONDS = 50
SETTLE_SECONDS = 10.0
"""How long a commit waits for partitions that are being shared out: a member has to leave within 25 s of a SIGTERM."""


class Home(Protocol):
    """What a subscription needs of the bus it belongs to."""

    clients: Clients
    prefix: str
    pace: member.Pace
    stall_seconds: float

    def send(self, messages: Iterable[Message]) -> None: ...


class KafkaSubscription:
    """A member of a consumer group; Kafka shares the partitions out among the members, who keep what they have."""

    def __init__(self, bus: Home, group: str, topics: tuple[str, ...]) -> None:
        self._bus = bus
        self._group = bus.prefix + group
        self._topics = [bus.prefix + topic for topic in topics]
        self._consumer: Any = None
        self._first: dict[Any, int] = {}
        self._next: dict[Any, int] = {}
        self._departures = Departures()
        self._is_paused = False
        self._keep_alive = KeepAlive(bus.pace.keep_alive_seconds, self._beat)
        self._check_at = 0.0
        self._stuck: dict[Any, tuple[int, float]] = {}

    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        with self._in_use():
            polled = self._poll(timeout_seconds, max_records)
            for place, records in polled.items():
                self._stuck.pop(place, None)
                self._first.setdefault(place, records[0].offset)
                self._next[place] = records[-1].offset + 1
            if not polled:
                self._check_now_and_then()
        return [self._record(record) for records in polled.values() for record in records]

    def commit(self) -> None:
        """Partitions that have gone to another member are left out: it reads their records again."""
        with self._in_use():
            if not self._next:
                return
            try:
                with self._errors("commit"):
                    self._commit()
            except TransientError:
                self.rewind()
                raise
            self._forget()

    def rewind(self) -> None:
        """Partitions no longer ours come to their new owner from the last commit anyway."""
        with self._in_use():
            self._let_go()
            if self._consumer is not None:
                for place in self._consumer.assignment() & self._first.keys():
                    self._consumer.seek(place, self._first[place])
            self._forget()

    def dead_letter(self, record: Record, reason: str) -> None:
        topic = record.topic + DEAD_LETTER_SUFFIX
        self._bus.send([(topic, record.key, record.body, dead_letter_headers(record, reason))])

    def lag(self) -> int:
        return sum(end - first for first, end in self._waiting().values())

    def close(self) -> None:
        """Leaves the group, so that its other members need not wait for the session to run out."""
        self._keep_alive.close()
        self._end()

    def _end(self) -> None:
        with self._keep_alive.lock:
            self._keep_alive.rest()
            consumer, self._consumer = self._consumer, None
            self._forget()
            self._stuck.clear()
            self._is_paused = False
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=int(CHECK_SECONDS * 1000))

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._keep_alive.lock:
            try:
                yield
            finally:
                if self._consumer is not None:
                    self._keep_alive.touch()

    def _connected(self) -> Any:
        if self._consumer is None:
            bus = self._bus
            self._consumer = member.open_member(bus.clients, self._group, self._topics, bus.pace, self._departures)
        return self._consumer

    def _poll(self, timeout_seconds: float, max_records: int) -> dict[Any, list[Any]]:
        with self._errors("poll"):
            consumer = self._connected()
            if self._is_paused:
                consumer.resume(*consumer.assignment())
                self._is_paused = False
            member.find_lost_rejoin(consumer._coordinator)
            member.keep_answer(consumer._coordinator)
            polled: dict[Any, list[Any]] = consumer.poll(int(timeout_seconds * 1000), max_records)
        self._let_go()
        return polled

    def _commit(self) -> None:
        consumer = self._connected()
        deadline = time.monotonic() + SETTLE_SECONDS
        while consumer._coordinator.rejoining and time.monotonic() < deadline:
            self._hold(consumer)
        self._let_go()
        mine = consumer.assignment() & self._next.keys()
        offsets = {place: OffsetAndMetadata(self._next[place], "", -1) for place in mine}
        consumer.commit(offsets, timeout_ms=int(self._bus.clients.timeout_seconds * 1000))

    def _let_go(self) -> None:
        """Of partitions that have gone: their records are their new owner's, also where they have come back."""
        for place in self._departures.taken():
            self._first.pop(place, None)
            self._next.pop(place, None)

    def _beat(self) -> bool:
        """Takes part in the group while records are being handled; true while partitions are being shared out."""
        consumer = self._consumer
        if consumer is None:
            return False
        try:
            self._hold(consumer)
        except KafkaError as error:  # the caller's next poll or commit tells of what lasts
            log.info("keep_alive_failed", group=self._group, error=str(error))
            return False
        return member.is_rejoining(consumer)

    def _hold(self, consumer: Any) -> None:
        """A poll that brings nothing. What comes of partitions that are new to it is put back."""
        self._is_paused = True
        consumer.pause(*consumer.assignment())
        member.find_lost_rejoin(consumer._coordinator)
        member.keep_answer(consumer._coordinator)
        for place, records in consumer.poll(HOLD_MILLISECONDS).items():
            consumer.seek(place, records[0].offset)
        self._let_go()

    def _waiting(self) -> dict[Any, tuple[int, int]]:
        return groups.waiting(self._bus.clients, self._group, self._topics)

    def _check_now_and_then(self) -> None:
        """kafka-python polls in silence: nothing may mean nothing new, nobody there, or a member forgotten."""
        now = time.monotonic()
        if now < self._check_at:
            return
        waiting = self._waiting()
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
            self._end()

    def _left_to_me(self, places: set[Any]) -> set[Any]:
        return groups.left_to(self._bus.clients, self._group, self._consumer.group_metadata().member_id, places)

    def _record(self, record: Any) -> Record:
        head = {name: to_text(value) for name, value in record.headers}
        topic = record.topic.removeprefix(self._bus.prefix)
        return Record(topic, record.partition, record.offset, to_text(record.key), record.value or b"", head)

    def _forget(self) -> None:
        self._first.clear()
        self._next.clear()

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise self._bus.clients.failure(error, f"出错（{self._group}，{what}）") from error
