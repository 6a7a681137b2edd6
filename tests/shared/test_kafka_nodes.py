"""Three nodes of a real Apache Kafka of which one or all are away, and a network that swallows everything."""

import itertools
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from demo.kafka_broker import Broker, missing_programs
from shared.bus.kafka.bus import KafkaBus
from shared.bus.kafka.member import Pace
from shared.errors import TransientError
from shared.events import Post
from tests.shared.bus_contract import drain, post
from tests.shared.kafka_workers import Worker, committed, posts, wait_until

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("refused_connections"),
    pytest.mark.skipif(bool(missing_programs()), reason="no java or no mvn: no nodes of Kafka to kill"),
]


DRAIN_SECONDS = 25
"""What a process has between SIGTERM and its end."""


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker(nodes=3) as broker:
        yield broker


@pytest.fixture
def bus(broker: Broker) -> Iterator[KafkaBus]:
    prefix = f"nodes-{uuid.uuid4().hex[:8]}-"
    with closing(KafkaBus(broker.bootstrap, "test", prefix=prefix, timeout_seconds=10, pace=Pace(6.0, 20.0))) as bus:
        bus.ensure_topics(4, replication=3, names=["observations"])
        yield bus


def publish_stubbornly(bus: KafkaBus, events: list[Post]) -> None:
    """As a service does: what was not acknowledged is sent again, all of it."""

    def is_published() -> bool:
        with suppress(TransientError):
            bus.publish(events)
            return True
        return False

    wait_until(is_published, "it is taken at last")


@pytest.mark.fault(7)
def test_members_go_on_while_the_nodes_are_killed_one_after_the_other(broker: Broker, bus: KafkaBus) -> None:
    numbers = itertools.count()
    published: list[Post] = []

    def publish_more() -> None:
        more = posts(10, start=10 * next(numbers))
        publish_stubbornly(bus, more)
        published.extend(more)

    workers = [Worker(bus), Worker(bus)]
    for node in broker.nodes:
        publish_more()
        node.kill()
        publish_more()
        node.begin()
        node.await_answer()
        publish_more()
    wait_until(lambda: committed(bus, published), "everything is committed")
    for worker in workers:
        worker.leave()
    assert {number for worker in workers for number in worker.done} == {event.id for event in published}


@pytest.mark.fault(7)
def test_a_member_outlasts_a_cluster_that_is_away_for_longer_than_its_session(broker: Broker, bus: KafkaBus) -> None:
    events = posts(10)
    publish_stubbornly(bus, events)
    worker = Worker(bus)
    wait_until(lambda: len(worker.done) >= 10, "it works")
    broker.kill()
    time.sleep(2 * bus.pace.session_seconds)
    broker.resume()
    publish_stubbornly(bus, posts(10, start=100))
    wait_until(lambda: len(set(worker.done)) == 20, "it goes on by itself")
    worker.leave()


@pytest.mark.fault(9)
@pytest.mark.parametrize("is_told_before", [True, False], ids=["after a failed send", "at once"])
def test_everything_ends_while_nobody_answers_and_no_connection_breaks(
    broker: Broker, bus: KafkaBus, is_told_before: bool
) -> None:
    publish_stubbornly(bus, [post(1)])
    reader = bus.subscribe("analyzer", ["observations"])
    drain(reader, 1)
    for node in broker.nodes:
        node.freeze()
    try:
        if is_told_before:
            with pytest.raises(TransientError, match="没有确认收到"):
                bus.publish([post(2)])
            with pytest.raises(TransientError):
                reader.commit()
        told = time.monotonic()
        reader.close()
        bus.close()
        ended = time.monotonic()
    finally:
        for node in broker.nodes:
            node.resume()
    assert ended - told < DRAIN_SECONDS
