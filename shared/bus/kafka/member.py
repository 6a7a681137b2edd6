"""A kafka-python consumer that has joined its group, in spite of what the library gets wrong."""

import time
from typing import Any, NamedTuple

from kafka import KafkaConsumer
from kafka.errors import KafkaError, KafkaTimeoutError

from shared.bus.kafka.assignor import Assignor, Departures, held_by
from shared.bus.kafka.client import Clients

BOOTSTRAP_POLL_SECONDS = 0.01
HEARTBEAT_MILLISECONDS = 1000
"""How soon a member hears that the partitions are shared out anew; until the last one has, all wait."""


class Pace(NamedTuple):
    """After how long a silent member, and one that does not poll, is taken for dead."""

    session_seconds: float = 45.0
    max_poll_seconds: float = 300.0

    @property
    def keep_alive_seconds(self) -> float:
        return min(3.0, self.max_poll_seconds / 4)


def open_member(clients: Clients, group: str, topics: list[str], pace: Pace, departures: Departures) -> Any:
    """Raises TransientError and KafkaError; then nothing is left open."""
    session, milliseconds = int(pace.session_seconds * 1000), int(clients.timeout_seconds * 1000)
    assignor = Assignor()
    consumer = clients.open(
        KafkaConsumer,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        partition_assignment_strategy=(assignor,),
        session_timeout_ms=session,
        heartbeat_interval_ms=min(HEARTBEAT_MILLISECONDS, session // 3),
        max_poll_interval_ms=int(pace.max_poll_seconds * 1000),
        bootstrap_timeout_ms=milliseconds,
        request_timeout_ms=max(milliseconds, 1000),
    )
    assignor.held = lambda: held_by(consumer, departures)
    try:
        # Bootstrapped first: an answer about no topic, still on its way, would otherwise be taken for the answer about
        # ours; the member would join knowing no partition and share out none.
        bootstrap(consumer, clients.timeout_seconds)
        consumer.subscribe(topics=topics, listener=departures)
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
        raise consumer._client.login_refused or KafkaTimeoutError("no broker answers")


def is_rejoining(consumer: Any) -> bool:
    return bool(consumer._coordinator.rejoining or consumer._coordinator.need_rejoin())


def find_lost_rejoin(coordinator: Any) -> None:
    """kafka-python 3.0.12: a leader that rejoins because partitions have become known, and whose `poll` runs out of
    time meanwhile, forgets that it is rejoining: sharing out the partitions erases the reason, nobody waits for the
    answer that is there, and heartbeats stay switched off. Asked once more, it takes the answer."""
    if coordinator.rejoining and not coordinator.need_rejoin():
        coordinator.request_rejoin()


class _Kept:
    """The answer to a JoinGroup that has come: for kafka-python not done until it was taken."""

    is_done = False

    def __init__(self, answer: Any) -> None:
        self.add_callback, self.add_errback = answer.add_callback, answer.add_errback
        self._answer = answer

    def __await__(self) -> Any:
        return self._answer.__await__()


def keep_answer(coordinator: Any) -> None:
    """kafka-python 3.0.12: an answer that comes between two polls is thrown away, and a new one asked for. Members
    whose polls and pauses are in step with the others' heartbeats did so for minutes, and the group with them.

    It is kept for one poll: one that tells of a failure must not be met again and again.
    """
    answer = coordinator._join_task
    if isinstance(answer, _Kept):
        coordinator._join_task = None
    elif answer is not None and answer.is_done:
        coordinator._join_task = _Kept(answer)
