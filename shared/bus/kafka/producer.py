"""Sending, acknowledged by every replica that is in step."""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError

from shared.bus.kafka.client import CHECK_SECONDS, Clients, end_producer, to_bytes
from shared.bus.kafka.partitioner import KeyPartitioner
from shared.bus.topics import MAX_DEAD_LETTER_BYTES
from shared.errors import PermanentError

BATCH_BYTES = 256 * 1024
"""Of one partition in one request: by the library's 16 KiB a request carries ten posts, and waking its thread for each
costs more than the posts do."""

Message = tuple[str, str, bytes, Mapping[str, str]]
"""Topic without prefix, key, body, headers."""


class Producer:
    """One idempotent producer, made at the first send and anew after a failure. Thread-safe."""

    def __init__(self, clients: Clients, prefix: str) -> None:
        self._clients = clients
        self._prefix = prefix
        self._lock = threading.Lock()
        self._producer: Any = None

    def send(self, messages: Iterable[Message]) -> None:
        """Returns when the broker acknowledged all. Raises TransientError, PermanentError."""
        producer = self._taken()
        deadline = time.monotonic() + self._clients.timeout_seconds + CHECK_SECONDS
        try:
            futures = [
                producer.send(
                    self._prefix + topic, body, to_bytes(key), [(name, to_bytes(text)) for name, text in head.items()]
                )
                for topic, key, body, head in messages
            ]
            # What lingers for more would wait in vain: nothing is sent before all this is acknowledged.
            producer.flush(max(0.0, deadline - time.monotonic()))
            for future in futures:
                future.get(max(0.0, deadline - time.monotonic()))
        except MessageSizeTooLargeError as error:
            self._drop(producer)  # it would answer the sends after this one with the same refusal
            raise PermanentError(f"消息超过 Kafka 的上限（{error}）；请调大主题的 max.message.bytes") from error
        except KafkaError as error:
            self._drop(producer)
            raise self._clients.failure(error, "没有确认收到") from error

    def close(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            end_producer(producer, CHECK_SECONDS)

    def _taken(self) -> Any:
        with self._lock:
            if self._producer is None:
                milliseconds = int(self._clients.timeout_seconds * 1000)
                self._producer = self._clients.open(
                    KafkaProducer,
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=5,
                    batch_size=BATCH_BYTES,
                    partitioner=KeyPartitioner(),
                    max_request_size=MAX_DEAD_LETTER_BYTES,
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
        end_producer(producer, 0)
