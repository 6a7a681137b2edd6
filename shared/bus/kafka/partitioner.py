"""Which partition an account's events go to: the one that kafka-python and Java say, worked out once an account."""

from functools import lru_cache
from typing import Any

from kafka.partitioner import Partitioner
from kafka.partitioner.default import murmur2

ACCOUNTS_REMEMBERED = 100_000


class KeyPartitioner(Partitioner):  # type: ignore[misc]
    """Of keyed records only. Raises ValueError for a topic that the cluster does not have."""

    def partition(  # noqa: PLR0917 - the library's own signature
        self, topic: str, key: Any, serialized_key: bytes, value: Any, serialized_value: Any, cluster: Any
    ) -> int:
        numbers: list[int] = sorted(cluster.partitions_for_topic(topic) or ())
        if not numbers:
            raise ValueError(f"topic {topic} is not in the cluster")
        return numbers[_hash(serialized_key) % len(numbers)]


@lru_cache(ACCOUNTS_REMEMBERED)
def _hash(key: bytes) -> int:
    """In pure Python it would cost a sixth of sending."""
    return int(murmur2(key)) & 0x7FFFFFFF
