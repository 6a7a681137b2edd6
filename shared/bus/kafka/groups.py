"""What the cluster knows of a consumer group, asked by the admin client.

The consumer's own look-ups wait for a lost broker without end.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorError,
)

from shared.bus.kafka.client import CHECK_SECONDS, Clients
from shared.errors import TransientError

log = structlog.get_logger(__name__)

TAKING_OVER = (NotCoordinatorError, CoordinatorNotAvailableError, CoordinatorLoadInProgressError)
TAKING_OVER_SECONDS = 0.2
SETTLED_STATES = ("Stable", "Empty", "Dead")


def refused_groups(clients: Clients, groups: Iterable[str]) -> dict[str, str]:
    """Full name -> why, of the groups that the broker does not let us use. Raises TransientError."""
    names = list(groups)
    return clients.ask(lambda admin: {name: why for name in names if (why := _refusal(admin, name))})


def waiting(clients: Clients, group: str, topics: list[str]) -> dict[Any, tuple[int, int]]:
    """Partition -> (first offset a group has yet to commit, end), where there are such; full names of both.

    Raises TransientError.
    """

    def ask(admin: Any) -> dict[Any, tuple[int, int]]:
        kept = _kept(admin, topics)
        committed = _committed(admin, group, list(kept))
        return {place: (max(first, committed[place].offset), end) for place, (first, end) in kept.items()}

    return {place: (first, end) for place, (first, end) in clients.ask(ask).items() if first < end}


def kept(clients: Clients, topics: list[str]) -> dict[str, int]:
    """Topic -> records it keeps at present. Raises TransientError."""
    numbers = dict.fromkeys(topics, 0)
    for place, (first, end) in clients.ask(lambda admin: _kept(admin, topics)).items():
        numbers[place.topic] += end - first
    return numbers


def left_to(clients: Clients, group: str, member_id: str, places: set[Any]) -> set[Any]:
    """Those partitions no other member of the group holds; none while the group shares them out anew."""
    try:
        described = clients.ask(lambda admin: admin.describe_groups([group])[group])
    except TransientError as error:
        described = {"error": str(error)}
    if described["error"]:  # an old broker, or one that forbids it: the member's own view has to do
        log.info("group_not_described", group=group, error=described["error"])
        return places
    if described["group_state"] not in SETTLED_STATES:
        return set()
    return places - set(_held_by_others(described["members"], member_id))


def _refusal(admin: Any, group: str) -> str | None:
    try:
        error = admin.describe_groups([group])[group]["error"]
    except KafkaError as raised:  # a broker too new to have any coordinator yet refuses nobody
        error = raised
    return str(error) if "AUTHORIZATION" in repr(error).upper() else None


def _kept(admin: Any, topics: list[str]) -> dict[Any, tuple[int, int]]:
    """Partition -> (first offset, end)."""
    described = admin.describe_topics(topics)
    places = [TopicPartition(topic["name"], n["partition_index"]) for topic in described for n in topic["partitions"]]
    ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    starts = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
    return {place: (starts[place].offset, ends[place].offset) for place in places}


def _committed(admin: Any, group: str, places: list[Any]) -> Any:
    """A broker that has just taken the group over from another needs a moment to know it."""
    deadline = time.monotonic() + CHECK_SECONDS
    while True:
        try:
            return admin.list_group_offsets({group: places})[group]
        except TAKING_OVER:
            if time.monotonic() > deadline:
                raise
            time.sleep(TAKING_OVER_SECONDS)


def _held_by_others(members: Iterable[Any], member_id: str) -> Iterator[Any]:
    for member in members:
        if member["member_id"] != member_id:
            for topic in (member["member_assignment"] or {}).get("assigned_partitions", ()):
                yield from (TopicPartition(topic["topic"], number) for number in topic["partitions"])
