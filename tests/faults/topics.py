"""A topic as anybody with a client sees it: every record, and writing past all that would refuse it."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from shared.bus.kafka.bus import KafkaBus


def records_of(bus: KafkaBus, topic: str) -> list[Any]:
    """kafka-python's records, oldest first."""
    name = bus.prefix + topic
    with closing(KafkaConsumer(bootstrap_servers=_servers(bus), enable_auto_commit=False)) as consumer:
        places = [TopicPartition(name, number) for number in sorted(consumer.partitions_for_topic(name) or ())]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        records: list[Any] = []
        while any(consumer.position(place) < end for place, end in ends.items()):
            for polled in consumer.poll(500).values():
                records += polled
    return sorted(records, key=lambda record: (record.timestamp, record.partition, record.offset))


def write(bus: KafkaBus, topic: str, records: Iterable[tuple[bytes, bytes]]) -> None:
    """Key and body of each, acknowledged."""
    with closing(KafkaProducer(bootstrap_servers=_servers(bus), acks="all", max_request_size=10**7)) as producer:
        for future in [producer.send(bus.prefix + topic, body, key) for key, body in records]:
            future.get(60)


def is_whole(bus: KafkaBus) -> bool:
    """Whether all replicas of every partition are in step; before, a node taken away may be the only one that was.

    Raises TransientError."""
    topics = bus.clients.ask(lambda admin: admin.describe_topics())
    partitions = [partition for topic in topics for partition in topic["partitions"]]
    return all(set(one["isr_nodes"]) == set(one["replica_nodes"]) for one in partitions)


def headers_of(record: Any) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


def _servers(bus: KafkaBus) -> list[str]:
    return bus.bootstrap.split(",")
