"""The bus contract: topics of keyed events, consumer groups, dead letters. At-least-once, never lost once published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from shared.events import Event
from shared.trace import TraceOf, current_trace

MAX_REASON_CHARACTERS = 500


@dataclass(frozen=True)
class Record:
    """One message as received. `body` is bytes on purpose: decoding happens where a failure can be dead-lettered."""

    topic: str
    partition: int
    offset: int
    key: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Subscription(Protocol):
    """One member of a consumer group. Not thread-safe: one thread uses it."""

    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        """Next records, in offset order within a partition; empty on time-out, which does not mean there are none.

        After a crash everything since the last `commit` comes again. Raises TransientError when the broker is lost.
        """
        ...

    def commit(self) -> None:
        """Everything polled so far is done. Raises TransientError when refused (rebalance): the records come again."""
        ...

    def rewind(self) -> None:
        """Handling failed but the process lives on: everything polled since the last `commit` comes again."""
        ...

    def dead_letter(self, record: Record, reason: str) -> None:
        """Put the record, unchanged, on `<topic>.dlq` with `dlq_*` headers (reason, source topic, partition, offset).

        Returns when the bus has acknowledged it. Raises TransientError when it cannot: then do not commit.
        """
        ...

    def lag(self) -> int:
        """Records of the subscribed topics not yet committed by this group."""
        ...

    def close(self) -> None: ...


class Bus(Protocol):
    """Thread-safe for publishing and asking; each thread makes its own subscription."""

    def publish(self, events: Iterable[Event], trace_of: TraceOf = current_trace) -> None:
        """Returns when the bus has acknowledged every event (durable against kill -9). Raises TransientError otherwise;
        some may then be stored, and publishing all again is harmless.

        `trace_of` an event: of the visit that caused it; it goes along as the header `traceparent`.
        """
        ...

    def subscribe(self, group: str, topics: Iterable[str]) -> Subscription: ...

    def lag(self, group: str, topics: Iterable[str]) -> int:
        """Records of the topics that the group has not committed, whoever its members are. Raises TransientError."""
        ...

    def dead_letters(self, topics: Iterable[str]) -> dict[str, int]:
        """By topic: records set aside from it that are kept at present. Raises TransientError."""
        ...

    def check(self) -> None:
        """Really ask the bus. Raises TransientError with a sentence for a person when it does not answer."""
        ...

    def close(self) -> None: ...


def dead_letter_headers(record: Record, reason: str) -> dict[str, str]:
    """The record's own headers plus why and where it was set aside."""
    return {
        **record.headers,
        "dlq_reason": reason[:MAX_REASON_CHARACTERS].encode("utf-8", "backslashreplace").decode(),
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
    }
