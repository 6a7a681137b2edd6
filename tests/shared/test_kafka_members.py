"""Members of a group on a real Apache Kafka: they come, go, work long, freeze, and nothing is lost or committed undone."""

import itertools
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaConsumer

from shared.bus.kafka.bus import KafkaBus
from shared.bus.kafka.member import Pace, bootstrap, is_rejoining
from shared.bus.kafka.subscription import KafkaSubscription
from shared.errors import TransientError
from shared.events import Post
from tests.paths import ROOT
from tests.shared.bus_contract import drain
from tests.shared.kafka_workers import PATIENCE_SECONDS, Worker, committed, posts, wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]

SESSION_SECONDS = 6.0
"""The shortest that a broker takes unless it is told otherwise."""
PARTITIONS = 6


@pytest.fixture
def prefix() -> str:
    return f"members-{uuid.uuid4().hex[:8]}-"


@pytest.fixture
def bus(kafka_bootstrap: str, prefix: str) -> Iterator[KafkaBus]:
    with closing(KafkaBus(kafka_bootstrap, "test", prefix=prefix, pace=Pace(SESSION_SECONDS, 4.0))) as bus:
        bus.ensure_topics(PARTITIONS, names=["observations"])
        yield bus


@pytest.mark.parametrize("members", [2, 3])
def test_members_that_join_and_leave_in_the_middle_lose_nothing_and_commit_nothing_undone(
    bus: KafkaBus, members: int
) -> None:
    numbers = itertools.count()
    published: list[Post] = []

    def publish_more() -> None:
        published.extend(posts(6, start=6 * next(numbers)))
        bus.publish(published[-6:])

    def each_has_polled() -> bool:
        publish_more()
        return all(worker.polled for worker in workers)

    workers = [Worker(bus, work_seconds=0.1)]
    wait_until(each_has_polled, "the first works alone")
    workers += [Worker(bus, work_seconds=0.1) for _ in range(members - 1)]
    wait_until(each_has_polled, "each gets its share")
    workers[0].leave()
    publish_more()
    wait_until(lambda: committed(bus, published), "everything is committed")
    for worker in workers[1:]:
        worker.leave()
    assert {number for worker in workers for number in worker.done} == {event.id for event in published}


def test_a_leader_that_rests_while_the_group_answers_takes_the_answer_that_has_come(
    bus: KafkaBus, kafka_bootstrap: str, prefix: str
) -> None:
    """Were it to ask anew, the others would have to join anew, which takes them a second: it would rest again by then,
    and nobody would ever have the partitions that it gave up."""
    with closing(KafkaBus(kafka_bootstrap, "test", prefix=prefix, pace=Pace(SESSION_SECONDS))) as patient:
        leader = patient.subscribe("analyzer", ["observations"])
        bus.publish(posts(1))
        assert len(drain(leader, 1)) == 1
        leader.commit()
        newcomer = Worker(bus)
        assert isinstance(newcomer.member, KafkaSubscription)
        for _ in range(10):
            leader.poll(0.05)
            time.sleep(1.5)
        assert not is_rejoining(leader._consumer)
        assert len(leader._consumer.assignment()) == PARTITIONS // 2
        assert len(newcomer.member._consumer.assignment()) == PARTITIONS // 2
        newcomer.leave()
        leader.close()


def test_partitions_that_stay_go_on_where_they_were(bus: KafkaBus) -> None:
    events = posts(60)
    bus.publish(events)
    stayer = bus.subscribe("analyzer", ["observations"])
    first = drain(stayer, 60)
    newcomer = Worker(bus)

    def has_shared() -> bool:
        first.extend(stayer.poll(0.1))
        return len(stayer._consumer.assignment()) == PARTITIONS // 2

    wait_until(has_shared, "the partitions are shared")
    kept = {place.partition for place in stayer._consumer.assignment()}
    stayer.commit()
    repeated = Counter((record.partition, record.offset) for record in first)
    assert set(repeated.values()) == {1}
    wait_until(lambda: committed(bus, events), "the newcomer does what had gone to it")
    newcomer.leave()
    stayer.close()
    assert {record.partition for record in newcomer.polled}.isdisjoint(kept)
    assert {record.partition for record in newcomer.polled} | kept == set(range(PARTITIONS))


@pytest.mark.fault(6)
def test_work_that_lasts_longer_than_a_member_may_be_silent_is_committed(bus: KafkaBus) -> None:
    bus.publish(posts(5))
    slow = bus.subscribe("analyzer", ["observations"])
    records = drain(slow, 5)
    time.sleep(3 * bus.pace.max_poll_seconds)
    slow.commit()
    assert bus.lag("analyzer", ["observations"]) == 0
    bus.publish(posts(5, start=10))
    assert len(records + drain(slow, 5)) == 10
    slow.close()


@pytest.mark.fault(15)
def test_a_member_that_waits_out_a_trouble_stays_one(bus: KafkaBus) -> None:
    bus.publish(posts(5))
    waiting = bus.subscribe("analyzer", ["observations"])
    assert len(drain(waiting, 5)) == 5
    member_id = waiting._consumer.group_metadata().member_id
    waiting.rewind()
    time.sleep(3 * bus.pace.max_poll_seconds)
    assert len(drain(waiting, 5)) == 5
    assert waiting._consumer.group_metadata().member_id == member_id
    waiting.commit()
    waiting.close()


def test_a_member_waits_until_those_of_an_older_version_have_gone(bus: KafkaBus, kafka_bootstrap: str) -> None:
    """They share the partitions out in another way, and a group has one way."""
    bus.publish(posts(5))
    group = f"{bus.prefix}analyzer"
    old = KafkaConsumer(bootstrap_servers=kafka_bootstrap, group_id=group, enable_auto_commit=False)
    bootstrap(old, PATIENCE_SECONDS)
    old.subscribe([f"{bus.prefix}observations"])
    wait_until(lambda: old.poll(100) is not None and bool(old.assignment()), "the old one has joined")
    new = bus.subscribe("analyzer", ["observations"])
    with pytest.raises(TransientError, match="还有旧版本的成员"):
        new.poll(PATIENCE_SECONDS)
    old.close()
    assert len(drain(new, 5)) == 5
    new.close()


@pytest.mark.fault(6)
def test_a_newcomer_need_not_wait_for_long_work_to_end(bus: KafkaBus) -> None:
    events = posts(60)
    bus.publish(events)
    slow = bus.subscribe("analyzer", ["observations"])
    first = drain(slow, 60)
    newcomer = Worker(bus)
    wait_until(lambda: len({record.partition for record in newcomer.polled}) == PARTITIONS // 2, "it gets its half")
    wait_until(lambda: len(newcomer.done) >= len(newcomer.polled), "and does it")
    slow.commit()
    assert bus.lag("analyzer", ["observations"]) == 0
    newcomer.leave()
    slow.close()
    assert len(first) == 60
    assert Counter(newcomer.done).most_common(1)[0][1] == 1


@pytest.mark.fault(5)
def test_the_commit_of_a_member_that_was_frozen_is_refused_and_it_goes_on(
    kafka_bootstrap: str, prefix: str, bus: KafkaBus
) -> None:
    events = posts(40)
    bus.publish(events)
    command = [sys.executable, "-m", "tests.shared.kafka_member", kafka_bootstrap, prefix, str(SESSION_SECONDS), "0.5"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as frozen:
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(frozen.stdout or ()), daemon=True)
        reader.start()
        try:
            wait_until(lambda: any(line.startswith("done") for line in said), "it works")
            polled = said.count("polled\n")
            wait_until(lambda: said.count("polled\n") > polled, "it is in the middle of a batch")
            frozen.send_signal(signal.SIGSTOP)
            other = Worker(bus)
            wait_until(lambda: committed(bus, events), "its work is taken over")
            frozen.send_signal(signal.SIGCONT)
            wait_until(lambda: any(line.startswith("refused") for line in said), "its commit is refused")
            other.leave()
            done = sum(line.startswith("done") for line in said)
            bus.publish(posts(5, start=100))
            wait_until(lambda: sum(line.startswith("done") for line in said) >= done + 5, "it goes on")
            assert frozen.poll() is None
        finally:
            frozen.kill()
    theirs = {line.split()[1] for line in said if line.startswith("done")}
    assert {event.id for event in events} <= theirs | set(other.done)
