"""The distributed bus when Kafka misbehaves, on the mock cluster of ../shared/tools/kafka_mock."""

import ctypes
import gc
import importlib.util
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import psutil
import pytest
from kafka import KafkaConsumer
from kafka.cluster import ClusterMetadata
from structlog.testing import capture_logs

from shared.bus.kafka import member
from shared.bus.kafka.bus import KafkaBus
from shared.bus.kafka.member import Pace
from shared.bus.kafka.subscription import KafkaSubscription
from shared.errors import TransientError
from tests.paths import SHARED
from tests.shared.bus_contract import PATIENCE_SECONDS, drain, post, post_ids

MOCK = SHARED / "tools" / "kafka_mock" / "mock_cluster.py"
PRODUCE, OFFSET_COMMIT = 0, 8
READABLE_BY_THE_MOCK = (2, 3)
SESSION_SECONDS = 6.0
HEARTBEAT_SECONDS = SESSION_SECONDS / 3

pytestmark = [
    pytest.mark.kafka_mock,
    pytest.mark.usefixtures("refused_connections"),
    pytest.mark.skipif(not MOCK.is_file(), reason=f"no mock cluster at {MOCK}: faults of Kafka are not tested"),
    pytest.mark.skipif(importlib.util.find_spec("confluent_kafka") is None, reason="no confluent-kafka for the mock"),
]


@pytest.fixture
def kafka() -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("kafka_mock_cluster", MOCK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.MockCluster(topics={"observations": 2, "observations.dlq": 1}) as cluster:
        yield cluster


@pytest.fixture
def bus(kafka: Any) -> Iterator[KafkaBus]:
    bus = KafkaBus(kafka.bootstrap, "test", READABLE_BY_THE_MOCK, timeout_seconds=1.5, pace=Pace(SESSION_SECONDS))
    yield bus
    bus.close()


@pytest.fixture
def reader(bus: KafkaBus) -> Iterator[KafkaSubscription]:
    subscription = bus.subscribe("analyzer", ["observations"])
    yield subscription
    subscription.close()


@pytest.fixture
def raced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first consumer subscribes while the answer to a question about no topic is on its way (kafka-python 3.0.12)."""
    asked: defaultdict[Any, threading.Event] = defaultdict(threading.Event)
    subscribed = threading.Event()
    ask, take, subscribe = ClusterMetadata.metadata_request, ClusterMetadata.update_metadata, KafkaConsumer.subscribe

    def tell_asked(cluster: Any) -> Any:
        request = ask(cluster)
        if not request.topics:
            asked[cluster].set()
        return request

    def take_late(cluster: Any, answer: Any) -> Any:
        if not answer.topics:
            subscribed.wait(0.5)  # it waits in vain, and no longer, where the race is avoided
        return take(cluster, answer)

    def subscribe_late(consumer: Any, **topics: Any) -> None:
        if not subscribed.is_set():
            asked[consumer._cluster].wait(PATIENCE_SECONDS)
        subscribe(consumer, **topics)
        subscribed.set()

    monkeypatch.setattr(ClusterMetadata, "metadata_request", tell_asked)
    monkeypatch.setattr(ClusterMetadata, "update_metadata", take_late)
    monkeypatch.setattr(KafkaConsumer, "subscribe", subscribe_late)


def not_bootstrapped(consumer: Any, seconds: float) -> None:
    """In place of what waits for the cluster first: the race is run into."""


def forget(coordinator: Any) -> None:
    """In place of what finds a lost rejoin again."""


def joined_in_slow_motion(kafka: Any, bus: KafkaBus, reader: KafkaSubscription) -> None:
    """Every poll of 0.2 s runs out before an answer is back."""
    bus.publish([post(1)])
    reader.poll(0.01)
    kafka.round_trip_ms(300)


def wait_until_forgotten(reader: KafkaSubscription) -> Any:
    """Its consumer, once there is an answer it no longer waits for (about 14 s: the mock takes its time to share out)."""
    deadline = time.monotonic() + 3 * PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert reader.poll(0.2) == []
        coordinator = reader._consumer._coordinator
        if coordinator.rejoining and not coordinator.need_rejoin():
            return reader._consumer
    raise AssertionError("the race was not run into")


@pytest.mark.usefixtures("raced")
def test_a_member_that_subscribes_before_it_knows_the_cluster_gets_its_records(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription
) -> None:
    joined_in_slow_motion(kafka, bus, reader)
    assert post_ids(drain(reader, 1)) == [post(1).id]


@pytest.mark.usefixtures("raced")
def test_a_leader_that_forgot_it_was_rejoining_gets_its_records(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "bootstrap", not_bootstrapped)
    joined_in_slow_motion(kafka, bus, reader)
    forgotten = wait_until_forgotten(reader)
    kafka.round_trip_ms(0)
    assert post_ids(drain(reader, 1)) == [post(1).id]
    assert reader._consumer is forgotten


@pytest.mark.usefixtures("raced")
def test_a_member_that_gets_nothing_while_records_wait_says_so_and_begins_anew(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "find_lost_rejoin", forget)
    with monkeypatch.context() as only_once:
        only_once.setattr(member, "bootstrap", not_bootstrapped)
        joined_in_slow_motion(kafka, bus, reader)
        forgotten = wait_until_forgotten(reader)
    kafka.round_trip_ms(0)
    bus.stall_seconds = 8.0  # longer than the mock takes to share out
    with capture_logs() as logs:
        records = drain(reader, 1) or drain(reader, 1)
    assert post_ids(records) == [post(1).id]
    (stalled,) = (entry for entry in logs if entry["event"] == "subscription_stalled")
    assert (stalled["group"], stalled["stall_seconds"]) == ("analyzer", 8.0)
    assert reader._consumer is not forgotten


@pytest.mark.fault(7)
def test_a_broker_that_is_down_fails_the_publish_and_nothing_is_lost_when_it_is_back(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription
) -> None:
    bus.publish([post(1)])
    kafka.broker_down()
    with pytest.raises(TransientError, match="没有确认收到"):
        bus.publish([post(2), post(3)])
    kafka.broker_up()
    bus.publish([post(2), post(3)])
    assert {post(1).id, post(2).id, post(3).id} <= set(post_ids(drain(reader, 3)))


@pytest.mark.fault(8)
def test_a_broker_that_is_down_at_the_start_is_waited_for(kafka: Any, bus: KafkaBus, reader: KafkaSubscription) -> None:
    kafka.broker_down()
    with pytest.raises(TransientError):
        bus.publish([post(1)])
    with pytest.raises(TransientError):
        reader.poll(0.2)
    with pytest.raises(TransientError):
        reader.lag()
    kafka.broker_up()
    bus.publish([post(1)])
    assert post_ids(drain(reader, 1))[:1] == [post(1).id]


def held_before_and_after_failing() -> tuple[tuple[int, int], tuple[int, int]]:
    """Threads and files."""
    bus = KafkaBus("127.0.0.1:1", "test", timeout_seconds=0.3)
    reader = bus.subscribe("analyzer", ["observations"])

    def fail() -> tuple[int, int]:
        for attempt in (lambda: bus.publish([post(1)]), lambda: reader.poll(0.1), reader.lag):
            with pytest.raises(TransientError):
                attempt()
        gc.collect()
        return threading.active_count(), psutil.Process().num_fds()

    before = fail()
    fail()
    return before, fail()


@pytest.mark.fault(8)
def test_a_failing_start_leaves_no_thread_and_no_file_behind() -> None:
    """In a process of its own, for the threads of other tests open files too."""
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        (threads, files), after = apart.submit(held_before_and_after_failing).result()
    assert after[0] <= threads
    assert after[1] <= files


@pytest.mark.fault(7)
def test_a_silent_poll_of_a_lost_broker_is_told(kafka: Any, bus: KafkaBus, reader: KafkaSubscription) -> None:
    assert reader.poll(0.2) == []
    kafka.broker_down()
    reader._check_at = 0.0
    with pytest.raises(TransientError, match="没有应答"):
        reader.poll(0.2)


def test_a_slow_round_trip_is_only_slow(kafka: Any, bus: KafkaBus, reader: KafkaSubscription) -> None:
    kafka.round_trip_ms(100)
    bus.publish([post(1)])
    assert post_ids(drain(reader, 1)) == [post(1).id]
    reader.commit()


@pytest.mark.fault(9)
def test_a_publish_that_timed_out_is_repeated_and_its_doubles_have_one_identity(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription
) -> None:
    bus.publish([post(1)])
    kafka.round_trip_ms(8000)
    started = time.monotonic()
    with pytest.raises(TransientError):
        bus.publish([post(2)])
    assert time.monotonic() - started < 6
    kafka.round_trip_ms(0)
    bus.publish([post(2)])
    records = drain(reader, 2)
    assert len({record.headers["ce_id"] for record in records}) == len({record.body for record in records}) == 2


@pytest.mark.parametrize("code", [22, 25, 27], ids=["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS"])
def test_a_commit_that_the_group_refuses_brings_the_records_again(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription, code: int
) -> None:
    bus.publish([post(1)])
    assert len(drain(reader, 1)) == 1
    push_errors(kafka, OFFSET_COMMIT, code)
    with pytest.raises(TransientError, match="重新分配"):
        reader.commit()
    assert post_ids(drain(reader, 1) or drain(reader, 1)) == [post(1).id]


@pytest.mark.fault(13)
def test_a_dead_letter_that_cannot_be_written_is_a_transient_error(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription
) -> None:
    bus.publish([post(1)])
    (record,) = drain(reader, 1)
    kafka.broker_down()
    with pytest.raises(TransientError):
        reader.dead_letter(record, "poison")


@pytest.mark.fault(2)
def test_a_commit_that_timed_out_brings_the_records_again(kafka: Any, bus: KafkaBus, reader: KafkaSubscription) -> None:
    bus.publish([post(1)])
    assert len(drain(reader, 1)) == 1
    kafka.round_trip_ms(2500)
    with pytest.raises(TransientError, match="commit"):
        reader.commit()
    kafka.round_trip_ms(0)
    assert post_ids(drain(reader, 1)) == [post(1).id]


def test_a_check_says_when_the_broker_is_down(kafka: Any, bus: KafkaBus) -> None:
    bus.check()
    kafka.broker_down()
    started = time.monotonic()
    with pytest.raises(TransientError, match="没有应答"):
        bus.check()
    assert time.monotonic() - started < 4
    kafka.broker_up()
    bus.check()


@pytest.mark.fault(7)
def test_everything_closes_at_once_while_the_broker_is_down(kafka: Any, bus: KafkaBus) -> None:
    bus.publish([post(1)])
    subscription = bus.subscribe("analyzer", ["observations"])
    drain(subscription, 1)
    kafka.broker_down()
    started = time.monotonic()
    subscription.close()
    bus.close()
    assert time.monotonic() - started < 8


def push_errors(kafka: Any, request: int, *codes: int) -> None:
    """What the mock answers to the next requests of a kind, in Kafka's numbers."""
    push = kafka._lib.rd_kafka_mock_push_request_errors_array
    push.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int)]
    push(kafka._cluster, request, len(codes), (ctypes.c_int * len(codes))(*codes))


@pytest.mark.fault(10)
@pytest.mark.parametrize("code", [6, 7, 19], ids=["NOT_LEADER", "REQUEST_TIMED_OUT", "NOT_ENOUGH_REPLICAS"])
def test_a_send_that_a_broker_cannot_take_now_is_repeated_and_stored_once(
    kafka: Any, bus: KafkaBus, reader: KafkaSubscription, code: int
) -> None:
    bus.publish([post(1)])
    push_errors(kafka, PRODUCE, code, code)
    bus.publish([post(2)])
    assert sorted(post_ids(drain(reader, 2))) == [post(1).id, post(2).id]
