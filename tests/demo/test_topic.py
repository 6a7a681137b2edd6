"""The reader of the checker's own."""

from uuid import uuid4

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from demo.cluster.topic import read_whole
from shared.errors import TransientError


def a_topic(bootstrap: str, *bodies: bytes) -> str:
    name = f"whole-{uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(name, 2, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for number, body in enumerate(bodies):
        producer.send(name, body, partition=number % 2)
    producer.close()
    return name


def test_it_reads_every_partition_to_its_end(kafka_bootstrap: str) -> None:
    topic = a_topic(kafka_bootstrap, b"one", b"two", b"three")
    assert sorted(record.body for record in read_whole(kafka_bootstrap, topic)) == [b"one", b"three", b"two"]


def test_it_does_not_read_for_ever(kafka_bootstrap: str) -> None:
    topic = a_topic(kafka_bootstrap, b"one")
    with pytest.raises(TransientError, match="没有读完"):
        list(read_whole(kafka_bootstrap, topic, patience_seconds=-1))
