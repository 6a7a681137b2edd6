"""A topic read from its beginning to its end by a reader of its own: no group, no commit, none of our adapter."""

import time
from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition

from shared.bus.contract import Record
from shared.errors import TransientError

POLL_MILLISECONDS = 1000
PATIENCE_SECONDS = 120.0


def read_whole(bootstrap: str, topic: str, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[Record]:
    """Every record that is there now. Raises KafkaError without a broker, TransientError when it takes too long."""
    deadline = time.monotonic() + patience_seconds
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), group_id=None, enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        consumer.seek_to_beginning(*places)
        while any(consumer.position(place) < ends[place] for place in places):
            if time.monotonic() > deadline:
                raise TransientError(f"{topic} 在 {patience_seconds:.0f} 秒内没有读完")
            for place, records in consumer.poll(POLL_MILLISECONDS).items():
                for one in records:
                    key = (one.key or b"").decode(errors="replace")
                    heads = {name: (value or b"").decode(errors="replace") for name, value in one.headers}
                    yield Record(topic, place.partition, one.offset, key, one.value or b"", heads)
    finally:
        consumer.close()
