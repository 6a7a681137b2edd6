"""A kafka-python consumer that has joined its group, in spite of what the library gets wrong."""

import time
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError, KafkaTimeoutError

from shared.bus.kafka.client import Clients

BOOTSTRAP_POLL_SECONDS = 0.01


def open_member(clients: Clients, group: str, topics: list[str], session_seconds: float) -> Any:
    """Raises TransientError and KafkaError; then nothing is left open."""
    session, milliseconds = int(session_seconds * 1000), int(clients.timeout_seconds * 1000)
    consumer = clients.open(
        KafkaConsumer,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=session,
        heartbeat_interval_ms=min(3000, session // 3),
        bootstrap_timeout_ms=milliseconds,
        request_timeout_ms=max(milliseconds, 1000),
    )
    try:
        # Bootstrapped first: an answer about no topic, still on its way, would otherwise be taken for the answer about
        # ours; the member would join knowing no partition and share out none.
        bootstrap(consumer, clients.timeout_seconds)
        consumer.subscribe(topics=topics)
    except KafkaError:
        consumer.close(autocommit=False, timeout_ms=0)
        raise
    return consumer


def bootstrap(consumer: Any, seconds: float) -> None:
    """Not consumer.bootstrap(): it takes over a search that the library began by itself, and that one has no end."""
    begun = consumer._manager.bootstrap_async(seconds * 1000, refresh=False)
    deadline = time.monotonic() + seconds
    while not begun.is_done and time.monotonic() < deadline:
        time.sleep(BOOTSTRAP_POLL_SECONDS)
    if not begun.succeeded():
        raise KafkaTimeoutError("no broker answers")


def find_lost_rejoin(coordinator: Any) -> None:
    """kafka-python 3.0.12: a leader that rejoins because partitions have become known, and whose `poll` runs out of
    time meanwhile, forgets that it is rejoining: sharing out the partitions erases the reason, nobody waits for the
    answer that is there, and heartbeats stay switched off. Asked once more, it takes the answer."""
    if coordinator.rejoining and not coordinator.need_rejoin():
        coordinator.request_rejoin()
