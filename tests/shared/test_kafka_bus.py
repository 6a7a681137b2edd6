"""The distributed bus on a real Apache Kafka: the contract, and what only a broker can show."""

import sys
import uuid
from collections.abc import Iterator

import pytest

from demo.kafka_broker import Broker, missing_programs
from shared.bus import Bus
from shared.errors import PermanentError
from shared.kafka_bus import KafkaBus
from tests.shared.bus_contract import BusContract, OpenBus, drain, post, post_ids

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
            bus.ensure_topics(partitions=2, replication=1, topics=["posts", "probes"])
            return bus

        yield open_one
        for bus in opened:
            bus.close()

    def test_topics_that_are_there_already_are_left_alone(self, bus: KafkaBus) -> None:
        bus.ensure_topics(partitions=4, replication=1, topics=["posts"])
        bus.publish([post(1)])


@pytest.mark.usefixtures("refused_connections")
@pytest.mark.skipif(bool(missing_programs()), reason="no java or no mvn: Kafka is not killed and brought back")
def test_what_was_acknowledged_outlives_a_killed_broker() -> None:
    with Broker() as broker:
        bus = KafkaBus(broker.bootstrap, "test")
        bus.ensure_topics(partitions=1, replication=1, topics=["posts"])
        bus.publish([post(number) for number in range(100)])
        broker.kill()
        broker.resume()
        bus.publish([post(100)])
        subscription = bus.subscribe("analyzer", ["posts"])
        assert post_ids(drain(subscription, 101)) == [post(number).id for number in range(101)]
        subscription.close()
        bus.close()


def test_a_missing_crc32c_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crc32c", None)
    with pytest.raises(PermanentError, match="install crc32c"):
        KafkaBus("127.0.0.1:9092", "test")
