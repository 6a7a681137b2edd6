"""The distributed bus on a real Apache Kafka: the contract, and what only a broker can show."""

import sys
import threading
import time
import uuid
from collections.abc import Iterator

import pytest

from demo.kafka_broker import Broker, missing_programs
from shared.bus.contract import Bus, Record
from shared.bus.kafka import groups
from shared.bus.kafka.bus import KafkaBus
from shared.errors import PermanentError, TransientError
from tests.shared.bus_contract import PATIENCE_SECONDS, BusContract, OpenBus, drain, post, post_ids

# The first run downloads Kafka within the first test.
pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


class TestKafkaBus(BusContract):
    @pytest.fixture
    def open_bus(self, kafka_bootstrap: str) -> Iterator[OpenBus]:
        prefix = f"test-{uuid.uuid4().hex[:8]}-"
        opened: list[Bus] = []

        def open_one() -> Bus:
            bus = KafkaBus(kafka_bootstrap, "test", prefix=prefix)
            opened.append(bus)
            bus.ensure_topics(partitions=2, replication=1)
            return bus

        yield open_one
        for bus in opened:
            bus.close()

    def test_topics_that_are_there_already_are_left_alone(self, bus: KafkaBus) -> None:
        bus.ensure_topics(partitions=4, replication=1, names=["observations"])
        bus.publish([post(1)])

    def test_a_message_too_large_for_its_topic_is_never_sent_again_and_others_are(self, bus: KafkaBus) -> None:
        bus.topics.configure(f"{bus.prefix}observations", {"max.message.bytes": "2000"})
        bus.publish([post(1)])
        with pytest.raises(PermanentError, match=r"max\.message\.bytes"):
            bus.publish([post(2, text="巡" * 5000)])
        bus.publish([post(3)])
        subscription = bus.subscribe("analyzer", ["observations"])
        assert post_ids(drain(subscription, 2)) == [post(1).id, post(3).id]
        subscription.close()

    def test_members_come_and_go_and_no_record_is_lost(self, bus: Bus) -> None:
        published = [post(number, account=str(number % 12)) for number in range(400)]
        bus.publish(published)
        done: list[Record] = []
        stop = threading.Event()
        workers = [threading.Thread(target=come_and_go, args=(bus, rounds, done, stop)) for rounds in (15, 25, 1000)]
        for worker in workers:
            worker.start()
        deadline = time.monotonic() + 2 * PATIENCE_SECONDS
        while len(set(post_ids(done))) < len(published) and time.monotonic() < deadline:
            time.sleep(0.2)
        stop.set()
        for worker in workers:
            worker.join()
        assert set(post_ids(done)) == {event.id for event in published}

    def test_a_member_left_without_partitions_waits_in_peace_for_those_who_hold_them(self, bus: KafkaBus) -> None:
        bus.publish([post(number, account=str(number)) for number in range(40)])
        holder = bus.subscribe("analyzer", ["observations"])
        assert len(drain(holder, 40)) == 40
        places = set(groups.waiting(bus.clients, holder._group, holder._topics))
        member_id = holder._consumer.group_metadata().member_id
        assert groups.left_to(bus.clients, holder._group, "another", places) == set()
        assert groups.left_to(bus.clients, holder._group, member_id, places) == places
        holder.close()
        assert groups.left_to(bus.clients, holder._group, "another", places) == places


def come_and_go(bus: Bus, rounds: int, done: list[Record], stop: threading.Event) -> None:
    while not stop.is_set():
        member = bus.subscribe("analyzer", ["observations"])
        for _ in range(rounds):
            if stop.is_set():
                break
            try:
                records = member.poll(0.2, max_records=5)
                time.sleep(0.05)
                member.commit()
            except TransientError:
                continue
            done.extend(records)
        member.close()


@pytest.mark.fault(7)
@pytest.mark.usefixtures("refused_connections")
@pytest.mark.skipif(bool(missing_programs()), reason="no java or no mvn: Kafka is not killed and brought back")
def test_what_was_acknowledged_outlives_a_killed_broker() -> None:
    with Broker() as broker:
        bus = KafkaBus(broker.bootstrap, "test")
        bus.ensure_topics(partitions=1, replication=1, names=["observations"])
        bus.publish([post(number) for number in range(100)])
        broker.kill()
        broker.resume()
        bus.publish([post(100)])
        subscription = bus.subscribe("analyzer", ["observations"])
        assert post_ids(drain(subscription, 101)) == [post(number).id for number in range(101)]
        subscription.close()
        bus.close()


def test_a_missing_crc32c_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crc32c", None)
    with pytest.raises(PermanentError, match="install crc32c"):
        KafkaBus("127.0.0.1:9092", "test")
