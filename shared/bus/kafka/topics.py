"""The topics of a cluster, looked at and made by the admin client."""

from collections.abc import Iterable
from typing import Any

import structlog
from kafka.errors import TopicAlreadyExistsError

from shared.bus.contract import DEAD_LETTER_SUFFIX
from shared.bus.kafka.client import Clients
from shared.bus.kafka.producer import MAX_REQUEST_BYTES

log = structlog.get_logger(__name__)


def ensure_topics(clients: Clients, names: Iterable[str], partitions: int, replication: int) -> None:
    """Create what is missing of the topics and their dead-letter topics. Raises TransientError."""
    shape = {"num_partitions": partitions, "replication_factor": replication}
    limit = {"configs": {"max.message.bytes": str(MAX_REQUEST_BYTES)}}
    wanted: dict[str, dict[str, Any]] = {}
    for name in names:
        wanted[name] = shape
        wanted[name + DEAD_LETTER_SUFFIX] = shape | limit
    with clients.admin() as admin:
        missing = wanted.keys() - set(admin.list_topics())
        for name in sorted(missing):
            try:
                admin.create_topics({name: wanted[name]})
            except TopicAlreadyExistsError:
                log.info("topic_created_by_another", topic=name)
        admin.wait_for_topics(list(wanted))


def partitions(clients: Clients, topics: Iterable[str]) -> dict[str, int]:
    """Name -> partitions, of dead-letter topics too, 0 where one is missing. Raises TransientError."""
    names = [topic + end for topic in topics for end in ("", DEAD_LETTER_SUFFIX)]
    with clients.admin() as admin:
        there = set(admin.list_topics())
        described = admin.describe_topics(known) if (known := [name for name in names if name in there]) else []
    counts = {topic["name"]: len(topic["partitions"]) for topic in described}
    return {name: counts.get(name, 0) for name in names}
