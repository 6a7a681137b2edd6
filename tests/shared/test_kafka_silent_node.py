"""One silent node: of a real Apache Kafka of three it costs a moment, and alone it is told in good time."""

import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demo.kafka_broker import Broker, missing_programs
from shared.bus.kafka.bus import KafkaBus
from shared.bus.topics import TopicSettings, declared
from shared.errors import TransientError

NODES = (0, 1, 2)
FENCED_SECONDS = 5
"""By then the others know that a node is gone, and lead what it led."""
PROBE_SECONDS = 10
"""`timeoutSeconds` of the readiness probe in k8s/base/common/service.yaml."""

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900), pytest.mark.usefixtures("refused_connections")]
three_nodes = pytest.mark.skipif(bool(missing_programs()), reason="no java or no mvn: no nodes of Kafka to freeze")


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker(nodes=3) as broker:
        yield broker


@pytest.fixture(scope="module")
def prefix(broker: Broker) -> str:
    name = new_prefix()
    bus = new_bus(broker, name)
    bus.ensure_topics(4, replication=3)
    bus.lag("analyzer", ["observations"])  # with the first group the cluster makes a topic that wants all three
    return name


def new_prefix() -> str:
    return f"silent-{uuid.uuid4().hex[:8]}-"


def new_bus(broker: Broker, prefix: str) -> KafkaBus:
    """As a process has it that has just started: it knows nothing of the nodes."""
    return KafkaBus(broker.bootstrap, "test", prefix=prefix)


@contextmanager
def frozen(broker: Broker, number: int, seconds: float = FENCED_SECONDS) -> Iterator[None]:
    broker.nodes[number].freeze()
    try:
        time.sleep(seconds)
        yield
    finally:
        broker.nodes[number].resume()
        time.sleep(FENCED_SECONDS)  # it has to be one of them again before the next is taken away


@three_nodes
@pytest.mark.fault(9)
@pytest.mark.parametrize("number", NODES)
def test_a_check_is_true_while_one_node_is_frozen(broker: Broker, prefix: str, number: int) -> None:
    running = new_bus(broker, prefix)
    running.check()
    with frozen(broker, number):
        for _ in range(6):
            running.check()
            began = time.monotonic()
            new_bus(broker, prefix).check()
            assert time.monotonic() - began < PROBE_SECONDS / 2


@three_nodes
@pytest.mark.fault(9)
@pytest.mark.parametrize("number", NODES)
def test_topics_are_seen_while_one_node_is_frozen(broker: Broker, prefix: str, number: int) -> None:
    names = {topic.name for topic in declared(TopicSettings(), prefix)}
    with frozen(broker, number, seconds=0):
        for _ in range(6):
            began = time.monotonic()
            assert new_bus(broker, prefix).topics.found(names).keys() == names
            assert time.monotonic() - began < PROBE_SECONDS


@three_nodes
@pytest.mark.fault(7)
@pytest.mark.parametrize("number", NODES)
def test_topics_are_seen_while_one_node_has_just_been_killed(broker: Broker, prefix: str, number: int) -> None:
    names = {topic.name for topic in declared(TopicSettings(), prefix)}
    broker.nodes[number].kill()
    try:
        for _ in range(5):
            assert new_bus(broker, prefix).topics.found(names).keys() == names
    finally:
        broker.nodes[number].resume()
        time.sleep(FENCED_SECONDS)


@three_nodes
@pytest.mark.fault(9)
@pytest.mark.parametrize("number", NODES)
def test_a_member_joins_while_one_node_is_frozen(broker: Broker, prefix: str, number: int) -> None:
    with frozen(broker, number):
        began = time.monotonic()
        reader = new_bus(broker, prefix).subscribe("analyzer", ["observations"])
        try:
            assert reader.poll(0.5) == []
        finally:
            reader.close()
        assert time.monotonic() - began < PROBE_SECONDS


@pytest.fixture
def silent_address() -> Iterator[str]:
    """Takes connections and says nothing, as the system does for a process that is frozen."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.fault(9)
@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_a_cluster_of_which_no_node_answers_is_told_before_a_probe_gives_up(silent_address: str, protocol: str) -> None:
    bus = KafkaBus(silent_address, "test", security={"security_protocol": protocol})
    began = time.monotonic()
    with pytest.raises(TransientError, match="没有应答"):
        bus.check()
    with pytest.raises(TransientError, match="没有应答"):
        bus.topics.found(["observations"])
    assert time.monotonic() - began < 2 * PROBE_SECONDS
