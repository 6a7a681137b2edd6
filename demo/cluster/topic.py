"""A topic read from its beginning to its end by a reader of its own: no group, no commit, none of our adapter."""

from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition

from shared.bus.contract import Record

POLL_MILLISECONDS = 1000


def read_whole(bootstrap: str, topic: str) -> Iterator[Record]:
    """Every record that is there now. Raises KafkaError when no broker answers."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), group_id=None, enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        consumer.seek_to_beginning(*places)
        while any(consumer.position(place) < ends[place] for place in places):
            for place, records in consumer.poll(POLL_MILLISECONDS).items():
                for one in records:
                    key = (one.key or b"").decode(errors="replace")
                    heads = {name: (value or b"").decode(errors="replace") for name, value in one.headers}
                    yield Record(topic, place.partition, one.offset, key, one.value or b"", heads)
    finally:
        consumer.close()
