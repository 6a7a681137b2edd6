"""An account's events go where kafka-python itself, and so Java's tools, would put them."""

from typing import Any

import pytest
from kafka.partitioner import DefaultPartitioner

from shared.bus.kafka.partitioner import KeyPartitioner


class Cluster:
    """What a partitioner asks of kafka-python's metadata."""

    def topics(self) -> set[str]:
        return {"observations"}

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(12)) if topic == "observations" else None

    available_partitions_for_topic = partitions_for_topic


def place(partitioner: Any, key: str, topic: str = "observations") -> int:
    number: int = partitioner.partition(topic, None, key.encode(), None, None, Cluster())
    return number


def test_it_agrees_with_the_library() -> None:
    keys = [f"weibo/{1_000_000 + number}" for number in range(500)] + ["wechat/MzA3", "feed/县", "douyin/*", ""]
    assert [place(KeyPartitioner(), key) for key in keys] == [place(DefaultPartitioner(), key) for key in keys]


def test_a_topic_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="others"):
        place(KeyPartitioner(), "weibo/1", "others")
